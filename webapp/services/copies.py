"""Copies of our own events, as people make them in Google: named, and removed there on request.

A copy carries our mark and another id, and so does the part that "this and following" splits off a
series. They never block booking (R98, F48, F56). Those in the calendar that we made can be removed
from here: the wish is a column, and `services/unwanted_events.py` carries it out. The other
calendars are only read, so there is the way to Google instead.
"""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from webapp import queue
from webapp.db.models import CalendarRole, GoogleEvent, Member, SyncedCalendar
from webapp.domain.errors import NotFound
from webapp.queue import Bell
from webapp.services import audit
from webapp.services.apply_foreign import COPY


@dataclass(frozen=True, slots=True)
class Copy:
    """An event that somebody copied or split off one of ours in Google."""

    id: str
    title: str
    calendar_name: str
    html_link: str
    is_series: bool
    can_be_removed: bool = False
    is_leaving: bool = False


def open_copies(session: Session, *, member: Member, now: dt.datetime) -> list[Copy]:
    """Copies of the member's own events that are still to come, as Google's calendars hold them."""
    found = session.exec(
        select(GoogleEvent, SyncedCalendar)
        .join(SyncedCalendar, col(SyncedCalendar.id) == GoogleEvent.calendar_id)
        .where(
            SyncedCalendar.member_id == member.id,
            GoogleEvent.problem == COPY,
            GoogleEvent.recurring_google_id == "",
            col(GoogleEvent.is_cancelled).is_(False),
            or_(col(GoogleEvent.last_ends_at).is_(None), col(GoogleEvent.last_ends_at) >= now),
        )
        .order_by(col(GoogleEvent.first_starts_at), col(GoogleEvent.id))
    )
    return [_copy(event, calendar) for event, calendar in found]


def ask_for_removal(session: Session, *, by: Member, copy_id: str, now: dt.datetime) -> Copy:
    """Wishes one copy gone from Google. Commits, then rings.

    Raises `NotFound` for whatever is no copy in the member's own default calendar.
    """
    found = session.exec(
        select(GoogleEvent, SyncedCalendar)
        .join(SyncedCalendar, col(SyncedCalendar.id) == GoogleEvent.calendar_id)
        .where(
            GoogleEvent.id == copy_id,
            SyncedCalendar.member_id == by.id,
            SyncedCalendar.role == CalendarRole.DEFAULT,
            GoogleEvent.problem == COPY,
            GoogleEvent.recurring_google_id == "",
            col(GoogleEvent.is_cancelled).is_(False),
        )
    ).first()
    if found is None:
        raise NotFound()
    event, calendar = found
    event.removal_wished_at = now
    calendar.requested += 1
    audit.record(session, by=by, action="copy.removed", subject=event.id, now=now)
    copy = _copy(event, calendar)
    session.commit()
    queue.ring(Bell.SYNC, calendar.id)
    return copy


def _copy(event: GoogleEvent, calendar: SyncedCalendar) -> Copy:
    return Copy(
        id=event.id,
        title=event.summary,
        calendar_name=calendar.name,
        html_link=event.html_link,
        is_series=bool(event.recurrence),
        can_be_removed=calendar.role is CalendarRole.DEFAULT and calendar.is_on,
        is_leaving=event.removal_wished_at is not None,
    )
