"""When a practitioner's time is taken, and nothing else: no title, no client (R138).

The same rows as the calendar shows, read without what they are called; what blocks in Google is
decided in `domain/busy.py`. Five queries whatever the range.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import Appointment, Member
from webapp.db.queries.appointments_in_window import appointments_in
from webapp.db.queries.google_events import google_entries
from webapp.db.snapshots import changed_occurrences, row_span
from webapp.domain import recurrence
from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.calendar_pages import Window
from webapp.domain.timespan import Span, instants


@dataclass(frozen=True, slots=True)
class BusyTime:
    """One stretch (aware UTC). `key` is the id of the own event or of Google's that takes it."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    key: str
    is_google: bool


def busy_times(session: Session, *, member: Member, window: Window) -> list[BusyTime]:
    """Everything of the member's that blocks and reaches into the window, in no order."""
    own = _own(session, member, window)
    google = (
        BusyTime(*_instants(entry.span, entry.day_zone, member), entry.key, is_google=True)
        for entry in google_entries(session, member, window)
        if entry.blocks
    )
    return [*own, *google]


def _own(session: Session, member: Member, window: Window) -> Iterator[BusyTime]:
    rows = [row for row in appointments_in(session, member, window) if row.is_busy]
    changes = changed_occurrences(session, rows)
    for row in rows:
        for span in _spans(row, changes.get(row.id, []), window):
            yield BusyTime(*_instants(span, "", member), row.id, is_google=False)


def _spans(row: Appointment, changes: list[ChangedOccurrence], window: Window) -> list[Span]:
    found = recurrence.occurrences(
        row_span(row),
        row.rule,
        tuple(changes),
        after=window.after,
        before=window.before,
        day_zone=window.day_zone,
    )
    return [each.span for each in found]


def _instants(span: Span, day_zone: str, member: Member) -> tuple[dt.datetime, dt.datetime]:
    """Whole days are days where their calendar is, else where the practitioner is (R92)."""
    return instants(span, time_zone=day_zone or member.time_zone)
