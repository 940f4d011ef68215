"""The practice itself and the people in it, as its owner sees them."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import Departure, Member, Practice
from webapp.db.queries.connection_health import ConnectionHealth, connection_health
from webapp.domain.departures import DepartureKind
from webapp.domain.roles import is_only_owner
from webapp.services.departure_card import DepartureCard, card


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the practice. `departure` is how far Google was told, for who is deactivated."""

    member: Member
    is_only_owner: bool = False
    departure: DepartureCard | None = None


def of_member(session: Session, *, by: Member) -> Practice:
    """The practice that `by` works in."""
    return session.exec(select(Practice).where(Practice.id == by.practice_id)).one()


def connections(session: Session, *, now: dt.datetime) -> list[ConnectionHealth]:
    """How everybody's connection to Google is doing, in the scope of `session`."""
    return connection_health(session, now=now)


def people(session: Session, *, by: Member, now: dt.datetime) -> list[Colleague]:
    """Everybody of the practice, by name; people who were deactivated included."""
    members = session.exec(
        select(Member).where(Member.practice_id == by.practice_id).order_by(col(Member.name))
    ).all()
    left = _departures(session, [member.id for member in members if not member.is_active])
    return [
        Colleague(
            member,
            is_only_owner=is_only_owner(member, among=members),
            departure=card(left[member.id], now=now) if member.id in left else None,
        )
        for member in members
    ]


def _departures(session: Session, member_ids: list[str]) -> dict[str, Departure]:
    """Each one's newest disconnect, by member."""
    rows = session.exec(
        select(Departure)
        .where(col(Departure.member_id).in_(member_ids), Departure.kind == DepartureKind.DISCONNECT)
        .order_by(col(Departure.asked_at), col(Departure.id))
    )
    return {row.member_id: row for row in rows}
