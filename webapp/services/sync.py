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
from functools import partial

from sqlmodel import Session

from webapp import queue
from webapp.db.models import CalendarRole, SyncedCalendar
from webapp.db.queries.calendar_work import OpenWork, Outgoing, Work, open_work, work_of
from webapp.db.scope import Scope
from webapp.google.errors import GoogleError, QuotaSpent
from webapp.ops import events
from webapp.queue import Bell
from webapp.services import creation, failures, leases, progress, unwanted_events
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

Step = Callable[[], bool | None]
"""One thing to do for a calendar; true when it has brought the calendar to rest."""


def sync_calendar(
    tools: SyncTools, *, calendar_id: str, owner: str, is_quick: bool = False
) -> bool:
    """Brings one calendar up to date. False when another worker is at it, it is off, or Google
    has asked it to wait.

    `is_quick` leaves first syncs and rewritings of everything to another job, and rings for it.
    Never raises for what Google answers: that ends as a state of the calendar. What nobody foresaw
    is raised, and keeps the lease until it runs out: then it counts as a lost worker (F08).
    """
    lease = _taken(tools, calendar_id, owner)
    if lease is None:
        return False
    try:
        return _work(tools, lease, is_quick=is_quick)
    except MakesRoom:
        _leave(tools, lease, Bell.LONG_SYNC)
        return True
    except LeaseLost:
        log.info(events.LEASE_LOST, extra={"calendar_id": calendar_id})
        return False


def _taken(tools: SyncTools, calendar_id: str, owner: str) -> Lease | None:
    now = tools.clock()
    with tools.database.writing(Scope.installation()) as session:
        return leases.take(
            session, calendar_id=calendar_id, owner=owner, now=now, seconds=tools.lease_seconds
        )


def _work(tools: SyncTools, lease: Lease, *, is_quick: bool) -> bool:
    found = _found(tools, lease)
    if found is None:
        _leave(tools, lease, Bell.SYNC)
        return False
    with closing(tools.open_client(found.connection)) as client:
        context = SyncContext(tools, lease, client, marker=found.calendar.marker)
        try:
            _until_nothing_is_wanted(context, found, is_quick=is_quick)
        except (GoogleError, CalendarMissing, WorkersLost) as failed:
            failures.record(context, failed)
    return True


def _found(tools: SyncTools, lease: Lease) -> OpenWork | None:
    """What there is to work on, unless Google's patience has to be waited for."""
    with tools.database.reading(Scope.practice(lease.practice_id)) as session:
        found = open_work(session, calendar_id=lease.calendar_id)
    if found is None or _is_asked_to_wait(found, tools.clock()):
        return None
    return found


def _is_asked_to_wait(work: Work, now: dt.datetime) -> bool:
    """Whether Google's patience has to be waited for, whoever rings (F24 to F26). Only to be read
    again is nothing that a write waits for (F39)."""
    calendar = work.calendar
    is_failing = calendar.attempts > 0 and calendar.failed_at is not None
    is_writable = not _may_read(calendar, now) and work.outgoing is not Outgoing.NOTHING
    return is_failing and _has_to_wait(calendar, now) and not is_writable


def _may_read(calendar: SyncedCalendar, now: dt.datetime) -> bool:
    return calendar.reads_again_at is None or calendar.reads_again_at <= now


def _until_nothing_is_wanted(context: SyncContext, found: OpenWork, *, is_quick: bool) -> None:
    calendar = found.calendar
    is_first = calendar.last_success_at is None
    if is_quick and is_first and _is_look_wished(calendar):
        raise MakesRoom
    if found.run is not None and not _has_to_wait(calendar, context.now()):
        _begin(context)
    _take_steps(context, found, is_quick=is_quick)
    if is_first:
        _ring_first(context, found)


def _take_steps(context: SyncContext, found: OpenWork, *, is_quick: bool) -> None:
    """Until the rows wish nothing. What is ours goes out although Google has lost our place, which
    is raised (`PlaceLost`) afterwards (F39)."""
    lost = None if _may_read(found.calendar, context.now()) else PlaceLost()
    step = _first_step(context, found, is_quick=is_quick, looks=lost is None)
    step = step or _next_step(context, is_quick=is_quick, looks=lost is None)
    while step is not None:
        try:
            is_over = _take(context, step)
        except PlaceLost as failed:
            lost, is_over = failed, False
        step = None if is_over else _next_step(context, is_quick=is_quick, looks=lost is None)
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


def _first_step(
    context: SyncContext, found: OpenWork, *, is_quick: bool, looks: bool
) -> Step | None:
    """What was found needs no second question, unless our calendar has to be made in Google."""
    is_default = found.calendar.role is CalendarRole.DEFAULT
    if is_default and found.calendar.google_id is None:
        creation.ensure_calendar(context)
        return None
    return _step(context, found, is_quick=is_quick, looks=looks)


def _take(context: SyncContext, step: Step) -> bool:
    """One step, and whether it was the last; a short wait for quota is a step, too.

    Raises `QuotaSpent` for a long one.
    """
    try:
        return bool(step())
    except QuotaSpent as spent:
        if spent.seconds > LONGEST_WAIT_AWAKE:
            raise
        context.tools.sleep(min(spent.seconds, LONGEST_NAP))
        return False


def _next_step(context: SyncContext, *, is_quick: bool, looks: bool) -> Step | None:
    """What the rows wish next; where that is nothing at all, the lease is given back.

    Both are one transaction that holds the calendar's row: whoever wishes something later finds
    the calendar free, as its worker waits for this transaction's end.
    """
    with context.writing() as (session, calendar):
        work = work_of(session, calendar)
        step = _step(context, work, is_quick=is_quick, looks=looks)
        if step is None and looks:
            _rest(context, session, work)
        session.commit()
    return step


def _is_over(context: SyncContext, session: Session, calendar: SyncedCalendar) -> bool:
    """The same at the end of a look's own transaction, which mostly leaves nothing to do."""
    work = work_of(session, calendar)
    is_over = not _is_look_wished(calendar) and work.outgoing is Outgoing.NOTHING
    if is_over:
        _rest(context, session, work)
    return is_over


def _rest(context: SyncContext, session: Session, work: Work) -> None:
    progress.succeed(session, calendar=work.calendar, run=work.run, now=context.now())
    leases.give_back(work.calendar)


def _step(context: SyncContext, work: Work, *, is_quick: bool, looks: bool) -> Step | None:
    """First look at Google (when it `looks` at all), then write to it.

    Raises `MakesRoom` when only what takes long is left to a quick job, and `WorkersLost`.
    """
    if looks and _is_to_be_looked_at(work):
        look = look_at(work)
        return lambda: pull(context, look, partial(_is_over, context))
    match work.outgoing:
        case Outgoing.UNWANTED:
            return lambda: unwanted_events.remove(context)
        case Outgoing.EDITS:
            return lambda: push(context, is_edits_only=is_quick)
        case Outgoing.BULK if is_quick:
            raise MakesRoom
        case Outgoing.BULK:
            return lambda: push(context)
    return None


def _is_to_be_looked_at(work: Work) -> bool:
    """Whether Google is listed next. When workers were lost, what goes out is tried first, one by
    one; if it was none of that, it is the listing that they cannot bear (F08)."""
    is_wished = _is_look_wished(work.calendar)
    if not is_wished or not is_suspicious(work.calendar.crashes):
        return is_wished
    if work.outgoing is not Outgoing.NOTHING:
        return False
    raise WorkersLost


def _ring_first(context: SyncContext, found: OpenWork) -> None:
    """After the first sync the other calendars are offered (R75), and Google is asked to tell us
    of changes."""
    connection_id = found.connection.id
    if found.calendar.role is CalendarRole.DEFAULT:
        queue.ring(Bell.CALENDARS, connection_id)
    if context.tools.push.address:
        queue.ring(Bell.CHANNELS, connection_id)


def _leave(tools: SyncTools, lease: Lease, bell: Bell) -> None:
    """Gives the lease back with work left, and rings for what another worker may do of it now."""
    with tools.database.writing(Scope.practice(lease.practice_id)) as session:
        is_ours = leases.release(session, lease) is not None
        left = open_work(session, calendar_id=lease.calendar_id) if is_ours else None
        session.commit()
    if left is not None and _is_wished(left, tools.clock()):
        queue.ring(bell, lease.calendar_id)


def _is_wished(work: Work, now: dt.datetime) -> bool:
    has_wish = _is_look_wished(work.calendar) or work.outgoing is not Outgoing.NOTHING
    return has_wish and not _has_to_wait(work.calendar, now)


def _is_look_wished(calendar: SyncedCalendar) -> bool:
    return calendar.requested > calendar.completed


def _has_to_wait(calendar: SyncedCalendar, now: dt.datetime) -> bool:
    return calendar.next_attempt_at is not None and calendar.next_attempt_at > now
