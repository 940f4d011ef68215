"""The Google calendars of a practitioner: chosen, switched on and off, cleared.

How the tiles follow what is in Google is `calendar_list.py`.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete
from sqlmodel import Session, col, select

from webapp.db.models import (
    CalendarRole,
    GoogleConnection,
    GoogleEvent,
    Member,
    SyncedCalendar,
    SyncProblem,
    SyncRun,
)
from webapp.db.queries.calendar_work import is_live_run_of
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.product import NAME
from webapp.domain.run_state import RunState
from webapp.services import audit, history, leases, removed_events

NEW_CALENDAR = "new"
OWNER = "owner"

_LIVE_RUNS = select(SyncRun).where(is_live_run_of(bindparam("which")))


def choose_default(
    session: Session, *, by: Member, connection: GoogleConnection, choice: str
) -> SyncedCalendar:
    """The calendar that our events go to: a new one, or one that we made before (R57 to R60).

    Adds to the caller's transaction. Raises `Invalid` for anything else, the primary calendar
    above all: the app cannot write there, and the page does not offer it.
    """
    if choice == NEW_CALENDAR:
        return _current_default(session, by) or _new_default(session, by, connection)
    calendar = session.exec(
        select(SyncedCalendar).where(SyncedCalendar.id == choice, SyncedCalendar.member_id == by.id)
    ).first()
    if calendar is None or calendar.role is not CalendarRole.DEFAULT:
        raise Invalid(
            {
                "calendar": (
                    "Choose New Google Calendar. Your sessions go to a calendar of their own, "
                    "never to your primary calendar or another one you keep yourself."
                )
            }
        )
    calendar.is_on = True
    return calendar


def own(
    session: Session, *, member: Member, calendar_id: str, is_locked: bool = False
) -> SyncedCalendar:
    """A calendar of `member`, locked against workers on demand. Raises `NotFound` for others'."""
    query = select(SyncedCalendar).where(
        SyncedCalendar.id == calendar_id, SyncedCalendar.member_id == member.id
    )
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    calendar = session.exec(query).first()
    if calendar is None:
        raise NotFound()
    return calendar


def leave_out(session: Session, *, by: Member, calendar_id: str) -> SyncedCalendar:
    """A calendar that is new in Google is not synced, and nobody is asked again (U11). Commits."""
    calendar = own(session, member=by, calendar_id=calendar_id)
    calendar.is_new = False
    session.commit()
    return calendar


def switch_off(
    session: Session, *, by: Member, calendar_id: str, now: dt.datetime
) -> SyncedCalendar:
    """Stops one calendar: its events leave the app, Google is not touched (R81). Commits."""
    calendar = own(session, member=by, calendar_id=calendar_id)
    stop(session, calendar, now)
    audit.record(session, by=by, action="calendar.removed", subject=calendar.id, now=now)
    session.commit()
    return calendar


def clear_google(session: Session, *, member: Member, now: dt.datetime) -> int:
    """Stops every calendar and removes every Google event; how many went (R113 to R115).

    Own events are not touched. Part of the caller's transaction. The default calendar keeps its
    links, so that coming back to two-way finds the same events again (R130).
    """
    calendars = session.exec(select(SyncedCalendar).where(SyncedCalendar.member_id == member.id))
    return sum(stop(session, calendar, now) for calendar in calendars)


def stop_all(session: Session, *, member: Member, now: dt.datetime) -> None:
    """Stops every calendar and keeps Google's events as they are (U13).

    Part of the caller's transaction. The other calendars stay on, so that their events are shown;
    without a connection nobody looks at Google for them.
    """
    calendars = session.exec(select(SyncedCalendar).where(SyncedCalendar.member_id == member.id))
    for calendar in calendars:
        is_shown = calendar.is_on and calendar.role is CalendarRole.OTHER
        _rest(session, calendar, now)
        calendar.is_on = is_shown


def description_with(marker: str) -> str:
    """The description of our calendar in Google; `marker` finds it again (R62)."""
    return f"Sessions and events from {NAME}. Edit them there. [ref {marker}]"


def marker_of(entry: Mapping[str, Any]) -> str:
    """The marker in a calendar's description, or ""."""
    _, _, rest = str(entry.get("description", "")).rpartition("[ref ")
    return rest.removesuffix("]") if rest.endswith("]") else ""


def marker_for(member_id: str) -> str:
    """The same for every connection of this practitioner, so that a calendar which an earlier
    connection left behind is found and used again (R130). The member's id is random."""
    return hashlib.sha256(f"default calendar of {member_id}".encode()).hexdigest()[:32]


def stop(session: Session, calendar: SyncedCalendar, now: dt.datetime) -> int:
    """At rest, and its Google events gone; how many those were."""
    _rest(session, calendar, now)
    calendar.event_count = calendar.gone_count = calendar.gone_of = 0
    if calendar.role is CalendarRole.OTHER:
        calendar.last_success_at = None
    history.forget_google(session, calendar=calendar)
    removed_events.forget_calendar(session, calendar_id=calendar.id)
    removed = session.exec(delete(GoogleEvent).where(col(GoogleEvent.calendar_id) == calendar.id))
    return int(removed.rowcount)


def _current_default(session: Session, member: Member) -> SyncedCalendar | None:
    """The one default calendar, on or about to be made, so that ten clicks make one."""
    calendar = session.exec(
        select(SyncedCalendar).where(
            SyncedCalendar.member_id == member.id,
            SyncedCalendar.role == CalendarRole.DEFAULT,
            col(SyncedCalendar.is_missing).is_(False),
        )
    ).first()
    if calendar is not None:
        calendar.is_on = True
    return calendar


def _new_default(session: Session, member: Member, connection: GoogleConnection) -> SyncedCalendar:
    """Another one; what was known of one that is gone from Google goes with it (R111, R121)."""
    _forget_missing(session, member)
    calendar = SyncedCalendar(
        practice_id=member.practice_id,
        member_id=member.id,
        connection_id=connection.id,
        marker=marker_for(member.id),
        role=CalendarRole.DEFAULT,
        name=NAME,
        time_zone=member.time_zone,
        is_on=True,
    )
    session.add(calendar)
    return calendar


def _forget_missing(session: Session, member: Member) -> None:
    """Its wishes would wait for ever, and later ones might join them instead of going out."""
    gone = session.exec(
        select(SyncedCalendar).where(
            SyncedCalendar.member_id == member.id,
            SyncedCalendar.role == CalendarRole.DEFAULT,
            col(SyncedCalendar.is_missing).is_(True),
        )
    )
    for calendar in gone:
        session.delete(calendar)
    session.flush()


def _rest(session: Session, calendar: SyncedCalendar, now: dt.datetime) -> None:
    """Off, fenced, and with its run ended; the next sync looks at everything."""
    interrupt(session, calendar, now=now)
    calendar.is_on, calendar.paused_at = False, None
    calendar.requested = calendar.completed = 0
    calendar.sync_token = calendar.sync_format = ""
    session.exec(delete(SyncProblem).where(col(SyncProblem.calendar_id) == calendar.id))


def interrupt(session: Session, calendar: SyncedCalendar, *, now: dt.datetime) -> None:
    """As `halt`, and what went wrong is forgotten."""
    halt(session, calendar, now=now)
    calendar.attempts, calendar.next_attempt_at, calendar.failure = 0, None, ""
    calendar.reads_again_at = None


def halt(session: Session, calendar: SyncedCalendar, *, now: dt.datetime) -> None:
    """Nobody is at the calendar any more, and nobody waits: a worker in mid-pass is fenced, a run
    that people watch ends. Joins the caller's transaction."""
    leases.revoke(calendar)
    calendar.requested = calendar.completed
    for run in session.exec(_LIVE_RUNS, params={"which": calendar.id}):
        run.state, run.finished_at = RunState.CANCELLED, now
