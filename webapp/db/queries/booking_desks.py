"""Who can be booked online, and what online booking has to know besides what is taken."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import (
    Booking,
    BookingSettings,
    BookingState,
    CalendarRole,
    Member,
    Practice,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """One practitioner who can be booked online, and how."""

    member: Member
    settings: BookingSettings

    @property
    def length(self) -> dt.timedelta:
        """Of a session."""
        return dt.timedelta(minutes=self.settings.session_minutes)


def practice_at(session: Session, *, slug: str) -> Practice | None:
    """The practice whose booking page this is; asked before there is a scope."""
    return session.exec(select(Practice).where(Practice.slug == slug)).first()


def open_desks(session: Session) -> list[Desk]:
    """Everybody in the scope who can be booked online, by name."""
    found = session.exec(
        select(Member, BookingSettings)
        .join(BookingSettings, col(BookingSettings.member_id) == col(Member.id))
        .where(
            col(BookingSettings.is_open).is_(True),
            col(Member.is_active).is_(True),
            col(Member.has_calendar).is_(True),
        )
        .order_by(col(Member.name), col(Member.id))
    )
    return [Desk(member, settings) for member, settings in found]


def desk_of(session: Session, *, member_id: str) -> Desk | None:
    """One practitioner's, whether open or not; None when they never set it up."""
    found = session.exec(
        select(Member, BookingSettings)
        .join(BookingSettings, col(BookingSettings.member_id) == col(Member.id))
        .where(Member.id == member_id)
    ).first()
    return Desk(*found) if found else None


def blocking_looks(session: Session, *, member_id: str) -> list[dt.datetime | None]:
    """The last good look at each Google calendar that blocks the member's booking.

    Our own calendar that was deleted in Google is left out: what is in it we know ourselves.
    """
    found = session.exec(
        select(SyncedCalendar)
        .join(SyncSettings, col(SyncSettings.member_id) == col(SyncedCalendar.member_id))
        .where(
            SyncedCalendar.member_id == member_id,
            col(SyncedCalendar.is_on).is_(True),
            col(SyncedCalendar.blocks_booking).is_(True),
            col(SyncSettings.is_enabled).is_(True),
            SyncSettings.mode == SyncMode.TWO_WAY,
        )
    )
    return [
        row.last_success_at
        for row in found
        if not (row.is_missing and row.role is CalendarRole.DEFAULT)
    ]


def held_times(
    session: Session, *, member_id: str, now: dt.datetime
) -> list[tuple[str, dt.datetime, dt.datetime]]:
    """Times that somebody has asked for and may confirm yet: the booking's id, start, end."""
    found = session.exec(
        select(Booking.id, Booking.starts_at, Booking.ends_at).where(
            Booking.member_id == member_id,
            Booking.state == BookingState.PENDING,
            col(Booking.held_until) > now,
        )
    )
    return [(booking_id, starts_at, ends_at) for booking_id, starts_at, ends_at in found]
