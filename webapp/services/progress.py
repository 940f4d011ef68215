"""The counts and states of live sync runs. Joins the caller's transaction; counts never go back."""

import datetime as dt

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from webapp.db.models import CalendarRole, EventLink, Outbox, SyncedCalendar, SyncRun
from webapp.db.queries.calendar_work import is_live_run_of
from webapp.services import history, problems
from webapp.sync.pace import MOST_CRASHES
from webapp.sync.run_states import RunEvent, next_state

QUIET_AFTER_FAILURE = dt.timedelta(hours=1)
"""Somebody has to act; until then one look in an hour is enough. Pressing Sync looks at once."""


_LIVE_RUN = select(SyncRun).where(is_live_run_of(bindparam("which")))
_OPEN_WISHES = select(func.count(col(Outbox.id))).where(
    Outbox.calendar_id == bindparam("which"), col(Outbox.requested) > col(Outbox.completed)
)
_OWN_EVENTS = select(func.count(col(EventLink.id))).where(
    EventLink.calendar_id == bindparam("which"),
    EventLink.original_start == "",
    EventLink.etag != "",
)
"""Put together once: of a short question, that alone is half the cost."""


def live_run(session: Session, *, calendar_id: str) -> SyncRun | None:
    """The run that people are watching, if there is one."""
    return session.exec(_LIVE_RUN, params={"which": calendar_id}).first()


def begin(session: Session, *, calendar_id: str) -> None:
    """A worker has taken the run up."""
    run = live_run(session, calendar_id=calendar_id)
    if run is not None:
        _start(run)


def _start(run: SyncRun) -> None:
    run.state = next_state(run.state, RunEvent.STARTED)
    run.waits_until, run.reason = None, ""


def wants_comparison(run: SyncRun | None) -> bool:
    """Whether somebody waits for Google's complete list to be compared (R123)."""
    return run is not None and bool(run.resync_id) and not run.is_compared


def compared(session: Session, *, calendar_id: str) -> None:
    """Google's complete list was compared. Another re-sync may be asked for in between: that one
    raised `requested`, so it is compared again."""
    run = live_run(session, calendar_id=calendar_id)
    if run is not None:
        run.is_compared = True


def count_outgoing(session: Session, *, calendar_id: str) -> None:
    """n of m from what the outbox still holds: m only grows, n never falls (R68)."""
    run = live_run(session, calendar_id=calendar_id)
    if run is None:
        return
    waiting = open_wishes(session, calendar_id=calendar_id)
    run.total = max(run.total or 0, waiting + run.done)
    run.done = max(run.done, run.total - waiting)


def count_incoming(session: Session, *, calendar_id: str, done: int, total: int | None) -> None:
    """Events read so far; `total` is None until Google's listing is complete."""
    run = live_run(session, calendar_id=calendar_id)
    if run is not None:
        run.done = max(run.done, done)
        run.total = total if total is not None else run.total


def open_wishes(session: Session, *, calendar_id: str) -> int:
    """How many appointments still wait to look right in Google."""
    return session.exec(_OPEN_WISHES, params={"which": calendar_id}).one()


def succeed(
    session: Session, *, calendar: SyncedCalendar, run: SyncRun | None, now: dt.datetime
) -> None:
    """Everything wished for is done: the check mark, with notes where something was left out."""
    calendar.last_success_at = now
    calendar.failure, calendar.failed_at = "", None
    calendar.attempts, calendar.next_attempt_at, calendar.crashes = 0, None, 0
    if calendar.role is CalendarRole.DEFAULT:
        calendar.event_count = _own_events(session, calendar_id=calendar.id)
    if run is not None:
        has_notes = problems.exist(session, calendar_id=calendar.id)
        event = RunEvent.FINISHED_WITH_NOTES if has_notes else RunEvent.FINISHED
        _start(run)
        run.state = next_state(run.state, event)
        run.total = run.done = max(run.done, run.total or 0)
        run.finished_at = now


def _own_events(session: Session, *, calendar_id: str) -> int:
    """How many of our events and series Google has accepted."""
    return session.exec(_OWN_EVENTS, params={"which": calendar_id}).one()


def pause(session: Session, *, calendar: SyncedCalendar, until: dt.datetime, reason: str) -> None:
    """A long run has used up what it may ask of Google for now, and goes on at `until`."""
    calendar.next_attempt_at = until
    run = live_run(session, calendar_id=calendar.id)
    if run is not None:
        run.state = next_state(run.state, RunEvent.HELD_UP)
        run.waits_until, run.reason = until, reason


def wait(
    session: Session, *, calendar: SyncedCalendar, until: dt.datetime, reason: str, now: dt.datetime
) -> None:
    """Google asks for patience, or did not answer: the same work goes on at `until`."""
    history.stopped(session, calendar=calendar, reason=reason, now=now)
    calendar.failure, calendar.failed_at = reason, calendar.failed_at or now
    calendar.attempts += 1
    pause(session, calendar=calendar, until=until, reason=reason)


def fail(
    session: Session,
    *,
    calendar: SyncedCalendar,
    reason: str,
    now: dt.datetime,
    event: RunEvent = RunEvent.FAILED,
) -> None:
    """It will not get better by itself: a state with a reason, and the tile offers the button."""
    history.stopped(session, calendar=calendar, reason=reason, now=now)
    calendar.failure, calendar.failed_at, calendar.attempts = reason, now, 0
    calendar.crashes = min(calendar.crashes, MOST_CRASHES - 1)  # One more try, in an hour.
    calendar.next_attempt_at = now + QUIET_AFTER_FAILURE
    run = live_run(session, calendar_id=calendar.id)
    if run is not None:
        run.state = next_state(run.state, event)
        run.reason, run.finished_at = reason, now
