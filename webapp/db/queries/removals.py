"""What is about to go and what went lately, as lists for the practitioner whose calendars it is."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session, col, func, select

from webapp.db.models import GoogleEvent, Member, RemovedEvent, SyncedCalendar
from webapp.db.snapshots import row_span
from webapp.domain.calendar_entries import Entry, EntryKind, when_text
from webapp.domain.palette import hue
from webapp.domain.product import REMOVED_KEPT_DAYS

MOST_SHOWN = 100
KEPT = dt.timedelta(days=REMOVED_KEPT_DAYS)


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """One event or series: its title, or "Busy" where none is stored, and when it is."""

    google_id: str
    title: str
    when: str
    is_series: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """The first of `count` events."""

    events: list[ListedEvent]
    count: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.events)


@dataclass(frozen=True, slots=True)
class Removal:
    """All that left one calendar at once."""

    calendar_id: str
    calendar_name: str
    hue: str
    removed_at: dt.datetime
    listing: Listing


def held_events(session: Session, *, calendar: SyncedCalendar, time_zone: str) -> Listing:
    """The events about which the calendar's tile asks, in time order."""
    rows = session.exec(
        select(GoogleEvent)
        .where(GoogleEvent.calendar_id == calendar.id, col(GoogleEvent.gone_since).is_not(None))
        .order_by(col(GoogleEvent.first_starts_at), col(GoogleEvent.id))
    )
    return _listing(rows, time_zone)


def recent_removals(session: Session, *, member: Member, now: dt.datetime) -> list[Removal]:
    """What can still be restored, the newest removal first."""
    found = session.exec(
        select(RemovedEvent, SyncedCalendar)
        .join(SyncedCalendar, col(SyncedCalendar.id) == RemovedEvent.calendar_id)
        .where(SyncedCalendar.member_id == member.id, RemovedEvent.removed_at > now - KEPT)
        .order_by(
            col(RemovedEvent.removed_at).desc(),
            col(RemovedEvent.calendar_id),
            col(RemovedEvent.last_ends_at),
            col(RemovedEvent.id),
        )
    ).all()
    groups = groupby(found, key=lambda pair: (pair[0].removed_at, pair[1]))
    listed = [
        _removal(at, calendar, [event_of(row) for row, _ in pairs], member.time_zone)
        for (at, calendar), pairs in groups
    ]
    return [removal for removal in listed if removal.listing.count]


def count_removed(session: Session, *, member: Member, now: dt.datetime) -> int:
    """How many events and series can still be restored."""
    return session.exec(
        select(func.count(col(RemovedEvent.id)))
        .join(SyncedCalendar, col(SyncedCalendar.id) == RemovedEvent.calendar_id)
        .where(
            SyncedCalendar.member_id == member.id,
            RemovedEvent.removed_at > now - KEPT,
            RemovedEvent.recurring_google_id == "",
        )
    ).one()


def event_of(row: RemovedEvent) -> GoogleEvent:
    """The event as it was, outside of any session."""
    return GoogleEvent.model_validate(
        {
            **row.kept,
            "practice_id": row.practice_id,
            "calendar_id": row.calendar_id,
            "google_id": row.google_id,
            "recurring_google_id": row.recurring_google_id,
        }
    )


def _removal(
    at: dt.datetime, calendar: SyncedCalendar, rows: list[GoogleEvent], time_zone: str
) -> Removal:
    return Removal(
        calendar_id=calendar.id,
        calendar_name=calendar.name,
        hue=calendar.chosen_hue or hue(calendar.colour),
        removed_at=at,
        listing=_listing(rows, time_zone),
    )


def _listing(rows: Iterable[GoogleEvent], time_zone: str) -> Listing:
    """What belongs to a series comes and goes with it, and is not listed beside it."""
    whole = [row for row in rows if not row.recurring_google_id and not row.is_cancelled]
    return Listing([_listed(row, time_zone) for row in whole[:MOST_SHOWN]], len(whole))


def _listed(row: GoogleEvent, time_zone: str) -> ListedEvent:
    shown = Entry(kind=EntryKind.GOOGLE, title="", span=row_span(row))
    return ListedEvent(
        google_id=row.google_id,
        title=row.summary or ("Free" if row.is_free else "Busy"),
        when=when_text(shown, time_zone),
        is_series=bool(row.recurrence),
    )
