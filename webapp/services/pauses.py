"""A person lets one Google calendar rest: nobody looks at it until they resume (PRODUCT.md 6.2).

Its events stay as they were and go on blocking as they did; what changes in Google meanwhile is
neither shown nor blocks. Resuming is a sync like any other (`sync_runs.start`), which catches up
from where the last look ended.
"""

import datetime as dt

from sqlmodel import Session

from webapp.db.models import CalendarRole, Member, SyncedCalendar
from webapp.domain.errors import Invalid
from webapp.services import audit, synced_calendars


def pause(session: Session, *, by: Member, calendar_id: str, now: dt.datetime) -> SyncedCalendar:
    """Rests a calendar whose events come in; pausing it twice is pausing it once. Commits.

    A worker that is at it loses its lease, so that nothing of what it read comes in afterwards.
    Raises `NotFound` for somebody else's, `Invalid` for the default calendar and for one that was
    never synced.
    """
    calendar = synced_calendars.own(session, member=by, calendar_id=calendar_id, is_locked=True)
    if calendar.role is CalendarRole.DEFAULT:
        raise Invalid({"calendar": "The calendar that takes your sessions cannot be paused."})
    if not calendar.is_on or calendar.last_success_at is None:
        raise Invalid({"calendar": "Only a calendar that is synced can be paused."})
    if calendar.paused_at is None:
        synced_calendars.interrupt(session, calendar, now=now)
        calendar.paused_at = now
        audit.record(session, by=by, action="calendar.paused", subject=calendar.id, now=now)
        session.commit()
    return calendar
