"""What a feed reads: how things stand behind an address, and the events to show.

`feed_standing` reads a handful of rows by their keys and no event, so that an unchanged feed costs
one small query. What changed since is feed_changes.py's.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import Session, col, select

from webapp.db.models import (
    Appointment,
    AppointmentException,
    CalendarRevision,
    FeedLink,
    Member,
    Practice,
    SyncSettings,
)

A_DAY = dt.timedelta(days=1)


class Counts(NamedTuple):
    """How often a calendar has changed, as in `CalendarRevision`, and when it did, aware UTC."""

    revision: int
    wholes: int
    changed_at: dt.datetime | None
    whole_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class FeedCalendar:
    """One practitioner's calendar as a feed sees it. `revision` is None before the first event."""

    member: Member
    settings: SyncSettings
    revision: Counts | None

    @property
    def wholes(self) -> int:
        """How often every event may have come to look different."""
        return self.revision.wholes if self.revision else 0


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """A link, whose practice it is of, and the calendars it shows (one, or a practice's)."""

    link: FeedLink
    practice: Practice
    owner: Member
    calendars: list[FeedCalendar]

    @property
    def revisions(self) -> tuple[int, ...]:
        """Differs from every earlier one whenever an event may look different."""
        found = [one.revision for one in self.calendars]
        return tuple(one.revision if one else 0 for one in found)

    @property
    def wholes(self) -> tuple[object, ...]:
        """Differs whenever every event may look different."""
        calendars = [(one.member.id, one.settings.version, one.wholes) for one in self.calendars]
        return self.link.version, *calendars

    @property
    def changed_at(self) -> dt.datetime:
        """When any of it changed last."""
        times = [one.revision.changed_at for one in self.calendars if one.revision]
        known = [at for at in [*times, self.link.changed_at, self.link.created_at] if at]
        return max(known)


def feed_standing(session: Session, *, link_id: str) -> FeedStanding | None:
    """How things stand behind an address, in whatever practice: needs the installation scope.

    None when there is no such link; no calendars when its owner is deactivated or has switched
    sync off (R16, R131).
    """
    named = {"link_id": link_id}
    rows = session.exec(_standing(is_practice=False), params=named).all()
    if not rows:
        return None
    link, practice, owner = rows[0][:3]
    if link.is_practice:
        rows = session.exec(_standing(is_practice=True), params=named).all()
        owner = next(row[2] for row in rows if row[2].id == link.member_id)
    calendars = [
        FeedCalendar(member, settings, _counts(revision))
        for _link, _practice, member, settings, revision in rows
        if member.is_active and settings is not None and settings.is_enabled
    ]
    return FeedStanding(link, practice, owner, calendars)


def _counts(row: CalendarRevision | None) -> Counts | None:
    return Counts(row.revision, row.wholes, row.changed_at, row.whole_at) if row else None


@cache
def _standing(*, is_practice: bool) -> Any:
    """Made once: putting the question together would take longer than asking it."""
    of = FeedLink.practice_id == Member.practice_id
    return (
        select(FeedLink, Practice, Member, SyncSettings, CalendarRevision)  # type: ignore[call-overload]
        .join(Practice, col(Practice.id) == FeedLink.practice_id)
        .join(Member, of if is_practice else col(Member.id) == FeedLink.member_id)
        .outerjoin(SyncSettings, col(SyncSettings.member_id) == Member.id)
        .outerjoin(CalendarRevision, col(CalendarRevision.member_id) == Member.id)
        .where(FeedLink.id == bindparam("link_id"))
        .order_by(col(Member.name), col(Member.id))
    )


def feed_appointments(
    session: Session, *, member_id: str, after: dt.datetime, before: dt.datetime
) -> list[Appointment]:
    """The member's events that are not cancelled and may take place between the two instants.

    Endless series always; whole days with a day to spare on both sides, for every zone.
    """
    named = {"member_id": member_id, **window(after, before)}
    return list(session.exec(_shown(), params=named).all())


def window(after: dt.datetime, before: dt.datetime) -> dict[str, object]:
    """The parameters of `is_shown`."""
    return {
        "after": after,
        "before": before,
        "after_on": after.date() - A_DAY,
        "before_on": before.date() + A_DAY,
    }


@cache
def _shown() -> Any:
    return (
        select(Appointment)
        .where(Appointment.member_id == bindparam("member_id"), is_shown())
        .order_by(col(Appointment.id))
    )


def is_shown() -> ColumnElement[bool]:
    """Not cancelled, and perhaps in the `window`."""
    single = and_(col(Appointment.rule) == "", _touches(Appointment))
    endless = and_(col(Appointment.rule) != "", col(Appointment.repeats_until).is_(None))
    series = and_(
        col(Appointment.rule) != "",
        col(Appointment.repeats_until) > bindparam("after"),
        _begins(Appointment),
    )
    moved = col(Appointment.id).in_(
        select(AppointmentException.appointment_id).where(_touches(AppointmentException))
    )
    return and_(col(Appointment.cancelled_at).is_(None), or_(single, endless, series, moved))


def _touches(row: type[Appointment] | type[AppointmentException]) -> ColumnElement[bool]:
    ends = or_(
        col(row.ends_at) > bindparam("after"),
        col(row.ends_on) > bindparam("after_on"),
    )
    return and_(ends, _begins(row))


def _begins(row: type[Appointment] | type[AppointmentException]) -> ColumnElement[bool]:
    return or_(
        col(row.starts_at) < bindparam("before"),
        col(row.starts_on) < bindparam("before_on"),
    )
