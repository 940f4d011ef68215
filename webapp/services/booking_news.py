"""What a practitioner has to know of online booking: that it is paused, and what it clashes with.

A booking stands when Google shows something busy at its time afterwards (F69): the client has been
told. So both are shown here until one of them is moved.
"""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import Appointment, Booking, BookingState, Member
from webapp.db.queries.booking_desks import blocking_looks, desk_of
from webapp.db.queries.busy_times import busy_times
from webapp.domain.booking_pause import is_paused
from webapp.domain.calendar_pages import Window


@dataclass(frozen=True, slots=True)
class Clash:
    """An appointment that was booked online and now stands against something in Google."""

    appointment_id: str
    starts_at: dt.datetime


@dataclass(frozen=True, slots=True)
class BookingNews:
    """`is_unread_yet`: it is paused because a calendar was never read; else that is long ago."""

    is_paused: bool = False
    is_unread_yet: bool = False
    clashes: tuple[Clash, ...] = ()


def gather(session: Session, *, member: Member, now: dt.datetime) -> BookingNews:
    """One query for practitioners who have nothing to do with online booking."""
    desk = desk_of(session, member_id=member.id)
    if desk is None:
        return BookingNews()
    looks = blocking_looks(session, member_id=member.id) if desk.settings.is_open else []
    return BookingNews(
        is_paused=is_paused(looks, when_unread=desk.settings.when_unread, now=now),
        is_unread_yet=None in looks,
        clashes=_clashes(session, member, now),
    )


def _clashes(session: Session, member: Member, now: dt.datetime) -> tuple[Clash, ...]:
    booked = session.exec(
        select(Appointment)
        .join(Booking, col(Booking.appointment_id) == col(Appointment.id))
        .where(
            Booking.member_id == member.id,
            Booking.state == BookingState.CONFIRMED,
            col(Appointment.cancelled_at).is_(None),
            col(Appointment.ends_at) > now,
        )
        .order_by(col(Appointment.starts_at))
    ).all()
    spans = [(row.id, row.starts_at, row.ends_at) for row in booked if row.starts_at]
    if not spans:
        return ()
    window = Window(now, max(ends for _, _, ends in spans if ends), member.time_zone)
    busy = [each for each in busy_times(session, member=member, window=window) if each.is_google]
    return tuple(
        Clash(appointment_id, starts)
        for appointment_id, starts, ends in spans
        if ends and any(each.starts_at < ends and each.ends_at > starts for each in busy)
    )
