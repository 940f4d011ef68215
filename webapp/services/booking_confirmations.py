"""The link in the mail: it makes the appointment, once, and shows it from then on (S55).

The appointment is made through the service that staff use, so that it blocks, reaches Google and is
in the audit log like any other. A client's record is found by the address that was just proven, or
made; nobody outside learns which (S44).
"""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from webapp.db.models import Appointment, Booking, BookingState, Member, Practice
from webapp.db.queries.booking_desks import Desk, desk_of
from webapp.db.scope import Scope, enter
from webapp.domain.booking_rules import MOST_AHEAD
from webapp.domain.errors import BookingPaused, Invalid, NotFound, SlotTaken
from webapp.domain.keys import digest
from webapp.domain.naming import PersonName
from webapp.domain.timespan import TimedSpan
from webapp.services import appointments, booking, calendar_locks, clients

SHOWN_AFTER = dt.timedelta(days=1)
ONLINE = "appointment.booked_online"
TOO_MANY = "You have several appointments ahead already. Please call the practice for another one."


@dataclass(frozen=True, slots=True)
class Claim:
    """A booking, as whoever has its link sees it. `desk` is how its practitioner can be booked
    now, which may have changed; so may `appointment`, None before there is one."""

    row: Booking
    desk: Desk
    practice: Practice
    appointment: Appointment | None
    is_over: bool

    @property
    def is_confirmed(self) -> bool:
        """Whether there is an appointment."""
        return self.row.state is BookingState.CONFIRMED

    @property
    def is_cancelled(self) -> bool:
        """Whether the practice has cancelled the appointment since."""
        return self.appointment is not None and self.appointment.cancelled_at is not None

    @property
    def starts_at(self) -> dt.datetime:
        """When it takes place, also after the practice has moved it."""
        moved_to = self.appointment.starts_at if self.appointment else None
        return moved_to or self.row.starts_at

    @property
    def ends_at(self) -> dt.datetime:
        """As `starts_at`."""
        moved_to = self.appointment.ends_at if self.appointment else None
        return moved_to or self.row.ends_at


def find(session: Session, *, token: str, now: dt.datetime) -> Claim:
    """The booking of this secret; from here on `session` sees its practice alone.

    `is_over`: the link has not been used in time. Raises `NotFound`, also the day after the
    appointment.
    """
    enter(session, Scope.installation())
    row = session.exec(select(Booking).where(Booking.token_hash == digest(token))).first()
    if row is None:
        raise NotFound
    enter(session, Scope.practice(row.practice_id))
    desk = desk_of(session, member_id=row.member_id)
    practice = session.exec(select(Practice).where(Practice.id == row.practice_id)).one()
    if desk is None:
        raise NotFound
    is_over = row.state is BookingState.PENDING and row.confirm_by <= now
    claim = Claim(row, desk, practice, _appointment(session, row), is_over)
    if claim.ends_at + SHOWN_AFTER < now:
        raise NotFound
    return claim


def _appointment(session: Session, row: Booking) -> Appointment | None:
    if row.appointment_id is None:
        return None
    return session.exec(select(Appointment).where(Appointment.id == row.appointment_id)).first()


def confirm(
    session: Session, *, claim: Claim, now: dt.datetime, starts_at: dt.datetime | None = None
) -> bool:
    """Makes the appointment, at another free time when `starts_at` is given; whether it was made
    now and not before. Commits.

    Raises `SlotTaken` when somebody was faster, `BookingPaused`, `Invalid`, and `NotFound` when
    the link has not been used in time.
    """
    member = calendar_locks.take(session, member_id=claim.row.member_id)
    row = _locked(session, claim.row.id)
    if row.state is BookingState.CONFIRMED:
        return False
    if member is None or row.confirm_by <= now:
        raise NotFound
    desk = Desk(member, claim.desk.settings)
    wished = starts_at or row.starts_at
    _check(session, desk, row, wished, now)
    row.starts_at, row.ends_at = wished, wished + desk.length
    _book(session, row, member=member, now=now)
    return True


def _locked(session: Session, booking_id: str) -> Booking:
    return session.exec(
        select(Booking)
        .where(Booking.id == booking_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _check(
    session: Session, desk: Desk, row: Booking, wished: dt.datetime, now: dt.datetime
) -> None:
    """A time that is still held was promised; any other is as free as it is today."""
    is_held = wished == row.starts_at and now < row.held_until
    is_closed = not desk.settings.is_open
    if not is_held and (is_closed or booking.is_desk_paused(session, desk=desk, now=now)):
        raise BookingPaused
    if _ahead(session, row, now) >= MOST_AHEAD:
        raise Invalid({"": TOO_MANY})
    if not booking.is_free(
        session,
        desk=desk,
        starts_at=wished,
        now=now,
        lead=dt.timedelta(),
        booking_id=row.id,
    ):
        raise SlotTaken


def _ahead(session: Session, row: Booking, now: dt.datetime) -> int:
    """How many coming appointments this address has booked online."""
    return session.exec(
        select(func.count())
        .select_from(Booking)
        .join(Appointment, col(Appointment.id) == col(Booking.appointment_id))
        .where(
            Booking.email == row.email,
            col(Appointment.cancelled_at).is_(None),
            col(Appointment.starts_at) > now,
        )
    ).one()


def _book(session: Session, row: Booking, *, member: Member, now: dt.datetime) -> None:
    """The client, the booking and the appointment in one transaction."""
    client_id = _client_id(session, row, member=member, now=now)
    session.flush()
    form_key = f"online/{row.id}"
    row.state, row.confirmed_at = BookingState.CONFIRMED, now
    row.appointment_id = appointments.id_of_form(form_key, by=member)
    session.add(row)
    with session.no_autoflush:  # It points to the appointment that is only made now.
        appointments.book(
            session,
            by=member,
            now=now,
            member_id=member.id,
            client_id=client_id,
            span=TimedSpan(row.starts_at, row.ends_at, member.time_zone),
            form_key=form_key,
            action=ONLINE,
        )


def _client_id(session: Session, row: Booking, *, member: Member, now: dt.datetime) -> str:
    """The one client with the proven address, else a new record."""
    known = clients.with_email(session, email=row.email)
    if known is not None:
        return known.id
    people = [PersonName(row.given_name, row.family_name)]
    record = clients.Record(people=people, email=row.email)
    return clients.add(session, by=member, now=now, record=record).id
