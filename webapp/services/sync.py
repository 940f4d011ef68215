"""One calendar, under one lease, until nothing is wanted any more.

A level-triggered loop: it asks the rows what is wished, does the next step, and asks again. It may
die anywhere; whoever comes next asks the same rows. Failures become a state with a reason here,
and nowhere else. What takes long makes room: it works where nobody's edit waits behind it, and
goes to the end of its queue after each step when others wait (docs/decisions/0008).
"""

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp import queue
from webapp.db.models import (
    CalendarRole,
    GoogleConnection,
    SyncedCalendar,
    SyncRun,
)
from webapp.db.queries.open_connections import is_open
from webapp.db.scope import Scope
from webapp.google.errors import GoogleError, QuotaSpent
from webapp.ops import events
from webapp.queue import Bell
from webapp.services import copy_removal, creation, failures, leases, progress
from webapp.services.leases import Lease, LeaseLost
from webapp.services.pull import look_at, pull
from webapp.services.push import push
from webapp.services.stops import CalendarMissing, MakesRoom, PlaceLost, WorkersLost
from webapp.services.sync_context import SyncContext, SyncTools
from webapp.sync.pace import is_suspicious

LONGEST_NAP = 0.5
LONGEST_WAIT_AWAKE = 5.0
"""Seconds. A wait for quota up to the second is slept through in naps; others free the worker."""

log = logging.getLogger(__name__)

_CALENDAR = (
    select(SyncedCalendar, GoogleConnection, SyncRun.id)
    .join(GoogleConnection)
    .outerjoin(SyncRun, progress.is_live_run_of(SyncedCalendar.id))
    .where(
        SyncedCalendar.id == bindparam("which"),
        col(SyncedCalendar.is_on).is_(True),
        col(SyncedCalendar.is_missing).is_(False),
        col(SyncedCalendar.paused_at).is_(None),
        is_open(),
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a worker starts from. `has_run`: somebody watches."""

    calendar: SyncedCalendar
    connection: GoogleConnection
    has_run: bool


def sync_calendar(
    tools: SyncTools, *, calendar_id: str, owner: str, is_quick: bool = False
) -> bool:
    """Brings one calendar up to date. False when another worker is at it, it is off, or Google
    has asked it to wait.

    `is_quick` leaves first syncs and rewritings of everything to another job, and rings for it.
    Never raises for what Google answers: that ends as a state of the calendar. What nobody foresaw
    is raised, and keeps the lease until it runs out: then it counts as a lost worker (F08).
    """
    with tools.database.writing(Scope.installation()) as session:
        lease = leases.take(
            session,
            calendar_id=calendar_id,
            owner=owner,
            now=tools.clock(),
            seconds=tools.lease_seconds,
        )
    if lease is None:
        return False
    bell, has_worked = Bell.SYNC, True
    try:
        has_worked = _work(tools, lease, is_quick=is_quick)
    except MakesRoom:
        bell = Bell.LONG_SYNC
    except LeaseLost:
        log.info(events.LEASE_LOST, extra={"calendar_id": calendar_id})
        has_worked = False
    _leave(tools, lease, bell)
    return has_worked


def _work(tools: SyncTools, lease: Lease, *, is_quick: bool) -> bool:
    found = _found(tools, lease)
    if found is None:
        return False
    with closing(tools.open_client(found.connection)) as client:
        context = SyncContext(tools, lease, client, marker=found.calendar.marker)
        try:
            _until_nothing_is_wanted(context, found, is_quick=is_quick)
        except (GoogleError, CalendarMissing, WorkersLost) as failed:
            failures.record(context, failed)
    return True


def _found(tools: SyncTools, lease: Lease) -> Found | None:
    """What there is to work on, when the calendar is on and not paused, Google lets us in and its
    owner works here."""
    with tools.database.reading(Scope.practice(lease.practice_id)) as session:
        found = session.exec(_CALENDAR, params={"which": lease.calendar_id}).first()
    if found is None or _is_asked_to_wait(found[0], tools.clock()):
        return None
    calendar, connection, run_id = found
    return Found(calendar, connection, has_run=run_id is not None)


def _is_asked_to_wait(calendar: SyncedCalendar, now: dt.datetime) -> bool:
    """Whether Google's patience has to be waited for, whoever rings (F24 to F26)."""
    is_failing = calendar.attempts > 0 and calendar.failed_at is not None
    return is_failing and _has_to_wait(calendar, now)


def _until_nothing_is_wanted(context: SyncContext, found: Found, *, is_quick: bool) -> None:
    calendar = found.calendar
    is_default = calendar.role is CalendarRole.DEFAULT
    is_first = calendar.last_success_at is None
    if is_quick and is_first and calendar.requested > calendar.completed:
        raise MakesRoom
    if found.has_run and not _has_to_wait(calendar, context.now()):
        _begin(context)
    if is_default and calendar.google_id is None:
        creation.ensure_calendar(context)
    _take_steps(context, is_quick=is_quick)
    _finish(context)
    if is_first:
        _ring_first(context, is_default=is_default)


def _take_steps(context: SyncContext, *, is_quick: bool) -> None:
    """Until the rows wish nothing. What is ours goes out although Google has lost our place, which
    is raised (`PlaceLost`) afterwards (F39)."""
    lost: PlaceLost | None = None
    step = _next_step(context, is_quick=is_quick, looks=True)
    while step is not None:
        try:
            _take(context, step)
        except PlaceLost as failed:
            lost = failed
        step = _next_step(context, is_quick=is_quick, looks=lost is None)
        if step is not None and _makes_room(context, is_quick=is_quick):
            raise MakesRoom
    if lost is not None:
        raise lost


def _makes_room(context: SyncContext, *, is_quick: bool) -> bool:
    """Whether to stop between two steps, with all that was done so far safely kept."""
    return context.tools.is_stopping() or (not is_quick and queue.has_waiting())


def _begin(context: SyncContext) -> None:
    """Says so to whoever is watching."""
    with context.writing() as (session, calendar):
        progress.begin(session, calendar_id=calendar.id)
        session.commit()


def _take(context: SyncContext, step: Callable[[], object]) -> None:
    """One step; a short wait for quota is a step, too. Raises `QuotaSpent` for a long one."""
    try:
        step()
    except QuotaSpent as spent:
        if spent.seconds > LONGEST_WAIT_AWAKE:
            raise
        context.tools.sleep(min(spent.seconds, LONGEST_NAP))


def _next_step(context: SyncContext, *, is_quick: bool, looks: bool) -> Callable[[], object] | None:
    """What the rows wish next: first look at Google (when it `looks` at all), then write to it.

    Raises `MakesRoom` when only what takes long is left to a quick job, and `WorkersLost`.
    """
    with context.reading() as (session, calendar):
        if looks and _is_to_be_looked_at(session, calendar):
            look = look_at(session, calendar)
            return lambda: pull(context, look)
        if copy_removal.is_wished(session, calendar_id=calendar.id):
            return lambda: copy_removal.remove_copies(context)
        wishes, edits = progress.open_wishes_and_edits(session, calendar_id=calendar.id)
        if edits:
            return lambda: push(context, is_edits_only=is_quick)
        if wishes:
            if is_quick:
                raise MakesRoom
            return lambda: push(context)
    return None


def _is_to_be_looked_at(session: Session, calendar: SyncedCalendar) -> bool:
    """Whether Google is listed next. When workers were lost, what goes out is tried first, one by
    one; if it was none of that, it is the listing that they cannot bear (F08)."""
    is_wished = calendar.requested > calendar.completed
    if not is_wished or not is_suspicious(calendar.crashes):
        return is_wished
    if progress.open_wishes(session, calendar_id=calendar.id):
        return False
    raise WorkersLost


def _finish(context: SyncContext) -> None:
    with context.writing() as (session, calendar):
        progress.succeed(session, calendar=calendar, now=context.now())
        session.commit()


def _ring_first(context: SyncContext, *, is_default: bool) -> None:
    """After the first sync the other calendars are offered (R75), and Google is asked to tell us
    of changes."""
    with context.reading() as (_, calendar):
        connection_id = calendar.connection_id
    if is_default:
        queue.ring(Bell.CALENDARS, connection_id)
    if context.tools.push.address:
        queue.ring(Bell.CHANNELS, connection_id)


def _leave(tools: SyncTools, lease: Lease, bell: Bell) -> None:
    """Gives the lease back, and rings for what is left or was wished in the last moment.

    What is wished later finds the calendar free, as its worker waits for this transaction's end.
    """
    with tools.database.writing(Scope.practice(lease.practice_id)) as session:
        calendar = leases.release(session, lease)
        is_wished = calendar is not None and _is_wished(session, calendar, tools.clock())
        session.commit()
    if is_wished:
        queue.ring(bell, lease.calendar_id)


def _is_wished(session: Session, calendar: SyncedCalendar, now: dt.datetime) -> bool:
    if not calendar.is_on or _has_to_wait(calendar, now):
        return False
    return calendar.requested > calendar.completed or bool(
        progress.open_wishes(session, calendar_id=calendar.id)
    )


def _has_to_wait(calendar: SyncedCalendar, now: dt.datetime) -> bool:
    return calendar.next_attempt_at is not None and calendar.next_attempt_at > now
