"""What a person answers when much is gone in Google: remove it here, keep it, or look again (R125).

Each answer locks the calendar's row, so that no worker is at it meanwhile, and commits.
"""

import datetime as dt

from sqlmodel import Session

from webapp.db.models import Member, SyncedCalendar, SyncRun
from webapp.domain.errors import NotFound
from webapp.services import audit, removals, removed_events, sync_runs, synced_calendars


def remove(session: Session, *, by: Member, calendar_id: str, now: dt.datetime) -> SyncedCalendar:
    """They go here as well, and can be restored for thirty days. Raises `NotFound`."""
    calendar = _asking(session, by, calendar_id)
    rows = removals.held(session, calendar_id=calendar.id)
    removed_events.put_away(session, calendar=calendar, rows=rows, now=now)
    return _answered(session, by, calendar, "removal.accepted", now)


def keep(session: Session, *, by: Member, calendar_id: str, now: dt.datetime) -> SyncedCalendar:
    """They stay here although Google does not have them, until it has them again. Raises
    `NotFound`."""
    calendar = _asking(session, by, calendar_id)
    for row in removals.held(session, calendar_id=calendar.id):
        row.gone_since, row.kept_at = None, now
    return _answered(session, by, calendar, "removal.refused", now)


def ask_again(session: Session, *, by: Member, calendar_id: str, now: dt.datetime) -> SyncRun:
    """Google is asked for everything once more; what it has again is no question. Rings.

    Raises `NotFound`.
    """
    calendar = _asking(session, by, calendar_id)
    calendar.sync_token = ""
    session.commit()
    return sync_runs.read_again(session, by=by, calendar=calendar, now=now)


def _asking(session: Session, by: Member, calendar_id: str) -> SyncedCalendar:
    calendar = synced_calendars.own(session, member=by, calendar_id=calendar_id, is_locked=True)
    if not calendar.gone_count:
        raise NotFound()
    return calendar


def _answered(
    session: Session, by: Member, calendar: SyncedCalendar, action: str, now: dt.datetime
) -> SyncedCalendar:
    removals.count(session, calendar=calendar, now=now)
    audit.record(session, by=by, action=action, subject=calendar.id, now=now)
    session.commit()
    return calendar
