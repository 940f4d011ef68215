"""The practice itself and the people in it, as its owner sees them."""

import datetime as dt

from sqlmodel import Session, col, select

from webapp.db.models import Member, Practice
from webapp.db.queries.connection_health import ConnectionHealth, connection_health


def of_member(session: Session, *, by: Member) -> Practice:
    """The practice that `by` works in."""
    return session.exec(select(Practice).where(Practice.id == by.practice_id)).one()


def connections(session: Session, *, now: dt.datetime) -> list[ConnectionHealth]:
    """How everybody's connection to Google is doing, in the scope of `session`."""
    return connection_health(session, now=now)


def people(session: Session, *, by: Member) -> list[Member]:
    """Everybody of the practice, by name; people who left included."""
    statement = select(Member).where(Member.practice_id == by.practice_id)
    return list(session.exec(statement.order_by(col(Member.name))))
