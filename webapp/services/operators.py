"""Operators: people who look after the whole installation (docs/decisions/0015).

They are appointed from the command line alone, by whoever can already read the database; no page
and no role of a practice leads there.
"""

import datetime as dt

from sqlmodel import Session, col, select

from webapp.db.models import Member
from webapp.domain.errors import NotFound
from webapp.services import audit


def appoint(session: Session, *, email: str, is_operator: bool, now: dt.datetime) -> Member:
    """Makes the member with this address an operator, or no longer one. Commits.

    `session` is in the installation scope. Raises `NotFound`.
    """
    member = session.exec(select(Member).where(Member.email == email.strip().casefold())).first()
    if member is None:
        raise NotFound()
    if member.is_operator is not is_operator:
        member.is_operator = is_operator
        action = "operator.added" if is_operator else "operator.removed"
        session.add(member)
        audit.record(session, by=member, action=action, now=now)
    session.commit()
    return member


def everybody(session: Session) -> list[Member]:
    """Every operator, by address."""
    statement = select(Member).where(col(Member.is_operator).is_(True))
    return list(session.exec(statement.order_by(Member.email)))
