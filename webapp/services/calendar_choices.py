"""What one synced Google calendar means in the app: whether it blocks booking, what it shows."""

import datetime as dt

from sqlalchemy import update
from sqlmodel import Session, col

from webapp import queue
from webapp.db.models import GoogleEvent, Member, SyncedCalendar
from webapp.queue import Bell
from webapp.services import audit, synced_calendars


def choose(
    session: Session,
    *,
    by: Member,
    calendar_id: str,
    blocks_booking: bool,
    shows_details: bool,
    now: dt.datetime,
) -> SyncedCalendar:
    """Saves both choices (R84). Commits, then rings. Raises `NotFound` for anybody else's.

    Details that are no longer wanted are forgotten in the same transaction (R99); wanted again,
    they are read from Google anew.
    """
    calendar = synced_calendars.own(session, member=by, calendar_id=calendar_id)
    is_read_again = shows_details and not calendar.shows_details and calendar.is_on
    if calendar.shows_details and not shows_details:
        _forget_details(session, calendar)
    if (calendar.blocks_booking, calendar.shows_details) != (blocks_booking, shows_details):
        audit.record(session, by=by, action="calendar.changed", subject=calendar.id, now=now)
    calendar.blocks_booking, calendar.shows_details = blocks_booking, shows_details
    if is_read_again:
        calendar.sync_token = ""
        calendar.requested += 1
    session.add(calendar)
    session.commit()
    if is_read_again:
        queue.ring(Bell.SYNC, calendar.id)
    return calendar


def _forget_details(session: Session, calendar: SyncedCalendar) -> None:
    """The etag goes as well, so that the next reading does not take the row for complete."""
    session.exec(
        update(GoogleEvent)
        .where(col(GoogleEvent.calendar_id) == calendar.id)
        .values(summary="", location="", etag="")
        .execution_options(synchronize_session=False)
    )
