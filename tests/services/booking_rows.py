"""Ada as somebody who can be booked online, and clients who do."""

import datetime as dt
from typing import Any

from sqlmodel import Session, select

from tests.cast import World
from webapp.db.engine import Database
from webapp.db.models import Appointment, Booking, BookingSettings, Member, Practice
from webapp.db.queries.booking_desks import Desk, desk_of
from webapp.db.scope import Scope
from webapp.domain.bookable_hours import SUGGESTED, stored
from webapp.services import booking_confirmations, booking_requests
from webapp.services.booking_requests import Wish

THURSDAY = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
TEN = THURSDAY.replace(hour=9)
"""Thursday at ten in Berlin."""


def open_desk(
    database: Database, member: Member, *, practice_slug: str = "harbour-practice", **values: Any
) -> None:
    """Online booking is on, from nine to twelve and one to five on weekdays."""
    given = {"slug": "ada-lind", "is_open": True, "hours": stored(SUGGESTED), **values}
    with database.writing(Scope.practice(member.practice_id)) as session:
        practice = session.exec(select(Practice).where(Practice.id == member.practice_id)).one()
        practice.slug = practice_slug
        session.add(BookingSettings(practice_id=member.practice_id, member_id=member.id, **given))
        session.commit()


class Letters:
    """The mails that went out: the secret of each, by address. `is_down`: none does."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.is_down = False

    def __call__(self, row: Booking, token: str) -> bool:
        if not self.is_down:
            self.sent.append((row.email, token))
        return not self.is_down

    def last(self) -> str:
        """The newest secret."""
        return self.sent[-1][1]


def wish(starts_at: dt.datetime = TEN, **values: str) -> Wish:
    """Cleo asks for Thursday at ten unless told."""
    given = {
        "time_zone": "Europe/Berlin",
        "given_name": "Cleo",
        "family_name": "Marsh",
        "email": "cleo@example.test",
        "form_key": "form-1",
        **values,
    }
    return Wish(starts_at=starts_at, **given)


def place(
    database: Database, world: World, asked: Wish, *, now: dt.datetime, tell: Letters
) -> Booking:
    """Sends the form to Ada's page."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        return booking_requests.place(
            session, desk=ada_desk(session, world), wish=asked, now=now, tell=tell
        )


def confirm(
    database: Database, token: str, *, now: dt.datetime, starts_at: dt.datetime | None = None
) -> bool:
    """Uses the link in the mail."""
    with database.writing() as session:
        claim = booking_confirmations.find(session, token=token, now=now)
        return booking_confirmations.confirm(session, claim=claim, now=now, starts_at=starts_at)


def ada_desk(session: Session, world: World) -> Desk:
    """Ada's, as it stands now."""
    found = desk_of(session, member_id=world.ada.id)
    assert found
    return found


def appointments_of(database: Database, member: Member) -> list[Appointment]:
    """Theirs, in no order."""
    with database.reading(Scope.practice(member.practice_id)) as session:
        return list(
            session.exec(select(Appointment).where(Appointment.member_id == member.id)).all()
        )
