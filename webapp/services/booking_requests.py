"""Somebody asks for a time: it is checked, held for a while, and a mail asks them to confirm.

Nothing here tells whether an address is a client's: everybody gets the same answer and the same
mail (S44). The check and the row are one transaction under the practitioner's lock, which staff
take too when they book, so that of twenty people one gets the time (F68).
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import Booking, BookingState
from webapp.db.queries.booking_desks import Desk
from webapp.domain.booking_rules import CONFIRM_WITHIN, HELD_AT_MOST, HELD_FOR, faults
from webapp.domain.errors import BookingPaused, Invalid, MailNotSent, NotFound, SlotTaken
from webapp.domain.keys import digest
from webapp.services import booking, calendar_locks

Tell = Callable[[Booking, str], bool]
"""Sends the mail with the secret of a new booking; whether it is on its way."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form says. `starts_at` is aware UTC, `time_zone` the client's; names and address as
    `domain/booking_rules.py` keeps them. `form_key` names one filled-in form."""

    starts_at: dt.datetime
    time_zone: str
    given_name: str
    family_name: str
    email: str
    form_key: str


def place(session: Session, *, desk: Desk, wish: Wish, now: dt.datetime, tell: Tell) -> Booking:
    """Holds the time and sends the mail; the same form again changes nothing (F70). Commits.

    Raises `Invalid`, `SlotTaken`, `BookingPaused`, `MailNotSent` and `NotFound`.
    """
    found = faults(given_name=wish.given_name, family_name=wish.family_name, email=wish.email)
    if found:
        raise Invalid(found)
    if calendar_locks.take(session, member_id=desk.member.id) is None:
        raise NotFound
    sent_before = _sent_before(session, wish)
    if sent_before is not None:
        return sent_before
    is_held = _let_go(session, desk, wish, now) < HELD_AT_MOST
    _check(session, desk, wish, now)
    row, token = _new_row(desk, wish, now, held_for=HELD_FOR if is_held else dt.timedelta())
    session.add(row)
    session.commit()
    if not tell(row, token):
        _withdraw(session, row)
        raise MailNotSent
    return row


def _sent_before(session: Session, wish: Wish) -> Booking | None:
    return session.exec(select(Booking).where(Booking.form_key == digest(wish.form_key))).first()


def _let_go(session: Session, desk: Desk, wish: Wish, now: dt.datetime) -> int:
    """Whoever asks again lets their first time go, also when it is the same one because no mail
    came; how many are held by others."""
    held = session.exec(
        select(Booking).where(
            Booking.member_id == desk.member.id,
            Booking.state == BookingState.PENDING,
            col(Booking.held_until) > now,
        )
    ).all()
    for row in held:
        if row.email == wish.email:
            row.held_until = now
            session.add(row)
    return sum(row.email != wish.email for row in held)


def _check(session: Session, desk: Desk, wish: Wish, now: dt.datetime) -> None:
    if booking.is_desk_paused(session, desk=desk, now=now):
        raise BookingPaused
    lead = dt.timedelta(hours=desk.settings.lead_hours)
    if not booking.is_free(session, desk=desk, starts_at=wish.starts_at, now=now, lead=lead):
        raise SlotTaken


def _new_row(
    desk: Desk, wish: Wish, now: dt.datetime, *, held_for: dt.timedelta
) -> tuple[Booking, str]:
    """The row, and the secret of which it keeps a digest."""
    token = secrets.token_urlsafe(32)
    row = Booking(
        practice_id=desk.member.practice_id,
        member_id=desk.member.id,
        starts_at=wish.starts_at,
        ends_at=wish.starts_at + desk.length,
        time_zone=wish.time_zone,
        given_name=wish.given_name,
        family_name=wish.family_name,
        email=wish.email,
        form_key=digest(wish.form_key),
        token_hash=digest(token),
        created_at=now,
        held_until=now + held_for,
        confirm_by=min(now + CONFIRM_WITHIN, wish.starts_at),
    )
    return row, token


def _withdraw(session: Session, row: Booking) -> None:
    """Nobody can confirm it, so it must not stand in anybody's way."""
    session.delete(row)
    session.commit()
