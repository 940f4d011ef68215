"""Which connections workers may use: Google lets us in, and their owner still works here (R131)."""

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from webapp.db.models import ConnectionState, GoogleConnection, Member


def is_open() -> ColumnElement[bool]:
    """A condition on `GoogleConnection`; deactivating somebody takes their connection away as well
    (services/deactivations.py), so this only matters where a row says otherwise."""
    owner = aliased(Member)  # The question around it may be about members as well.
    works_here = exists(
        select(owner.id).where(
            col(owner.id) == col(GoogleConnection.member_id), col(owner.is_active).is_(True)
        )
    )
    return and_(col(GoogleConnection.state) == ConnectionState.CONNECTED, works_here)
