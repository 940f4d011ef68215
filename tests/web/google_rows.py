"""Ada's Google calendar with one event in it, for tests of what is shown and what blocks."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from tests.cast import World
from tests.web.sync_rows import calendar_row, connection_row, default_row, settings_row
from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan

DAY = dt.timedelta(days=1)


def given_google(session: Session, world: World, **values: Any) -> SyncedCalendar:
    """Ada's family calendar, synced two-way beside the default one."""
    settings_row(session, world)
    account = connection_row(session, world)
    default_row(session, account)
    return calendar_row(session, account, **values)


def google_row(
    session: Session, calendar: SyncedCalendar, span: Span, **values: Any
) -> GoogleEvent:
    """One event of that calendar."""
    row = GoogleEvent(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        **_columns(span),
        **{"google_id": "g1", "summary": "Oncologist", "location": "Ward 3", **values},
    )
    session.add(row)
    session.flush()
    return row


def _columns(span: Span) -> dict[str, Any]:
    if isinstance(span, TimedSpan):
        bounds = {"first_starts_at": span.starts_at, "last_ends_at": span.ends_at}
        own = {"starts_at": span.starts_at, "ends_at": span.ends_at, "time_zone": span.time_zone}
        return {**own, **bounds}
    return {"starts_on": span.starts_on, "ends_on": span.ends_on, **_widest(span)}


def _widest(span: AllDaySpan) -> dict[str, dt.datetime]:
    starts, ends = (
        dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
        for day in (span.starts_on - DAY, span.ends_on + DAY)
    )
    return {"first_starts_at": starts, "last_ends_at": ends}
