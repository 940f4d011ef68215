"""Start Sync and Sync: one live run per calendar, however often somebody presses (R62, F62)."""

import datetime as dt

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from webapp import queue
from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    Member,
    SyncedCalendar,
    SyncMode,
    SyncRun,
    SyncSettings,
)
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.run_state import LIVE, RunState
from webapp.queue import Bell
from webapp.services import audit, google_connection, outbox, progress, synced_calendars

_SETTINGS = select(SyncSettings).where(SyncSettings.member_id == bindparam("member"))


def start_default(session: Session, *, by: Member, choice: str, now: dt.datetime) -> SyncRun:
    """Chooses the default calendar and starts its first sync. Commits, then rings.

    `choice` is "new" or the id of a calendar that we made before. Raises `Invalid` with the
    field `calendar` for the primary calendar, any other, or when two-way sync is not set up.
    """
    try:
        calendar = _chosen(session, by=by, choice=choice)
    except IntegrityError:
        # Another tab has just made the one default calendar: theirs is ours (R62).
        session.rollback()
        calendar = _chosen(session, by=by, choice=choice)
    return _start(session, by=by, calendar=calendar, now=now)


def start(
    session: Session,
    *,
    by: Member,
    calendar_id: str,
    now: dt.datetime,
    resync_id: str = "",
    blocks_booking: bool | None = None,
) -> SyncRun:
    """Starts a sync of one calendar, or returns the one that is live. Commits, then rings.

    For one that is gone from Google the run is the question whether it is there again: Google's
    calendar list answers it (services/calendar_list.py), and the run goes on or fails. A calendar
    that was paused is resumed by it. With a `resync_id` the run, a live one too, compares
    everything (services/resyncs.py). `blocks_booking` is the answer that comes with the first sync
    (U11); None leaves it. Raises `NotFound` for somebody else's calendar, `Invalid` when it cannot
    be synced.
    """
    _connection(session, by)
    calendar = synced_calendars.own(session, member=by, calendar_id=calendar_id)
    if calendar.is_of_app:
        raise Invalid({"calendar": "This calendar was made by this app for somebody else."})
    if not calendar.is_on and calendar.access_role != synced_calendars.OWNER:
        raise Invalid({"calendar": "Only calendars that you own in Google can be synced."})
    calendar.is_new = False
    if blocks_booking is not None:
        calendar.blocks_booking = blocks_booking
    return _start(session, by=by, calendar=calendar, now=now, resync_id=resync_id)


def read_again(
    session: Session, *, by: Member, calendar: SyncedCalendar, now: dt.datetime
) -> SyncRun:
    """The whole of a synced calendar is read once more, where everybody can see it. Commits, then
    rings; without access it waits for the reconnect."""
    return _start(session, by=by, calendar=calendar, now=now)


def latest(session: Session, *, calendar_id: str) -> SyncRun | None:
    """The newest run of a calendar."""
    return session.exec(
        select(SyncRun)
        .where(SyncRun.calendar_id == calendar_id)
        .order_by(col(SyncRun.created_at).desc(), col(SyncRun.id))
    ).first()


def show(session: Session, *, by: Member, run_id: str) -> tuple[SyncRun, SyncedCalendar]:
    """A run of the member's own and its calendar. Raises `NotFound`."""
    found = session.exec(
        select(SyncRun, SyncedCalendar)
        .join(SyncedCalendar, col(SyncedCalendar.id) == col(SyncRun.calendar_id))
        .where(SyncRun.id == run_id, SyncedCalendar.member_id == by.id)
    ).first()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def cancel(session: Session, *, by: Member, run_id: str, now: dt.datetime) -> SyncRun:
    """Ends a live run. What was brought over stays, and why it failed before; a calendar that was
    never synced is switched off (R73). Commits."""
    run, calendar = show(session, by=by, run_id=run_id)
    if run.state in LIVE:
        synced_calendars.halt(session, calendar, now=now)
        calendar.is_on = calendar.last_success_at is not None
        outbox.forget_all(session, calendar_id=calendar.id)
        session.commit()
    return run


def _chosen(session: Session, *, by: Member, choice: str) -> SyncedCalendar:
    connection = _connection(session, by)
    calendar = synced_calendars.choose_default(session, by=by, connection=connection, choice=choice)
    session.flush()
    return calendar


def _connection(session: Session, member: Member) -> GoogleConnection:
    """The member's working connection, with two-way sync chosen. Raises `Invalid`."""
    settings = session.exec(_SETTINGS, params={"member": member.id}).first()
    if settings is None or not settings.is_enabled or settings.mode is not SyncMode.TWO_WAY:
        raise Invalid({"calendar": "Switch on two-way sync first."})
    connection = google_connection.of_member(session, member_id=member.id)
    if connection is None or connection.state is not ConnectionState.CONNECTED:
        raise Invalid({"calendar": "Connect with Google first."})
    return connection


def _start(
    session: Session,
    *,
    by: Member,
    calendar: SyncedCalendar,
    now: dt.datetime,
    resync_id: str = "",
) -> SyncRun:
    live = progress.live_run(session, calendar_id=calendar.id)
    if live is not None:
        # It may have looked at Google already: it looks once more, however often this is pressed.
        calendar.requested = SyncedCalendar.requested + 1
        if resync_id:
            live.resync_id, live.is_compared = resync_id, False
            _wish_everything(session, calendar, now)
        session.commit()
        _ring(calendar)
        return live
    if not calendar.is_on or calendar.last_success_at is None:
        audit.record(session, by=by, action="calendar.added", subject=calendar.id, now=now)
    run = _queue_run(session, by=by, calendar=calendar, now=now)
    run.resync_id = resync_id
    try:
        session.commit()
    except IntegrityError:
        # Another tab was faster between our look and our commit: theirs is the run (F62).
        session.rollback()
        faster = progress.live_run(session, calendar_id=calendar.id)
        if faster is None:
            raise
        run = faster
    _ring(calendar)
    return run


def _ring(calendar: SyncedCalendar) -> None:
    if calendar.is_missing:
        queue.ring(Bell.CALENDARS, calendar.connection_id)
    else:
        queue.ring(Bell.SYNC, calendar.id)


def _queue_run(
    session: Session, *, by: Member, calendar: SyncedCalendar, now: dt.datetime
) -> SyncRun:
    if calendar.paused_at is not None:
        audit.record(session, by=by, action="calendar.resumed", subject=calendar.id, now=now)
    calendar.is_on, calendar.paused_at = True, None
    calendar.requested += 1
    calendar.attempts, calendar.next_attempt_at = 0, None
    session.add(calendar)
    session.flush()
    _wish_everything(session, calendar, now)
    run = SyncRun(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        started_by=by.id,
        state=RunState.QUEUED,
        created_at=now,
    )
    session.add(run)
    return run


def _wish_everything(session: Session, calendar: SyncedCalendar, now: dt.datetime) -> None:
    if calendar.role is CalendarRole.DEFAULT:
        outbox.request_all(session, member_id=calendar.member_id, now=now)
