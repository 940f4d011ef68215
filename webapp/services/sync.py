"""One calendar, under one lease, until nothing is wanted any more.

A level-triggered loop: it asks the rows what is wished, does the next step, and asks again. It may
die anywhere; whoever comes next asks the same rows. Failures become a state with a reason here,
and nowhere else.
"""

import logging
from collections.abc import Callable
from contextlib import closing

from sqlmodel import col, select

from webapp import queue
from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    SyncedCalendar,
)
from webapp.db.scope import Scope
from webapp.google.errors import GoogleError
from webapp.ops import events
from webapp.queue import Bell
from webapp.services import creation, failures, leases, progress
from webapp.services.apply_foreign import TooManyRemovals
from webapp.services.leases import Lease, LeaseLost
from webapp.services.pull import pull
from webapp.services.push import push
from webapp.services.settle import CalendarMissing
from webapp.services.sync_context import SyncContext, SyncTools

log = logging.getLogger(__name__)


def sync_calendar(tools: SyncTools, *, calendar_id: str, owner: str) -> bool:
    """Brings one calendar up to date. False when another worker is at it, or it is off.

    Never raises for what Google answers: that ends as a state of the calendar.
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
    try:
        return _work(tools, lease)
    except LeaseLost:
        log.info(events.LEASE_LOST, extra={"calendar_id": calendar_id})
        return False
    finally:
        _leave(tools, lease)


def _work(tools: SyncTools, lease: Lease) -> bool:
    found = _calendar_and_connection(tools, lease)
    if found is None:
        return False
    calendar, connection = found
    with closing(tools.open_client(connection)) as client:
        context = SyncContext(tools, lease, client, marker=calendar.marker)
        try:
            _until_nothing_is_wanted(context)
        except (GoogleError, CalendarMissing, TooManyRemovals) as failed:
            failures.record(context, failed)
    return True


def _calendar_and_connection(
    tools: SyncTools, lease: Lease
) -> tuple[SyncedCalendar, GoogleConnection] | None:
    """Both, when the calendar is switched on and Google lets us in."""
    with tools.database.reading(Scope.practice(lease.practice_id)) as session:
        found = session.exec(
            select(SyncedCalendar, GoogleConnection)
            .join(GoogleConnection)
            .where(
                SyncedCalendar.id == lease.calendar_id,
                col(SyncedCalendar.is_on).is_(True),
                col(SyncedCalendar.is_missing).is_(False),
                GoogleConnection.state == ConnectionState.CONNECTED,
            )
        ).first()
    return (found[0], found[1]) if found is not None else None


def _until_nothing_is_wanted(context: SyncContext) -> None:
    with context.writing() as (session, calendar):
        progress.begin(session, calendar_id=calendar.id)
        is_default = calendar.role is CalendarRole.DEFAULT
        is_first = calendar.last_success_at is None
        session.commit()
    if is_default:
        creation.ensure_calendar(context)
    step = _next_step(context)
    while step is not None:
        step()
        step = _next_step(context)
    _finish(context)
    if is_default and is_first:
        _ring_calendars(context)


def _next_step(context: SyncContext) -> Callable[[], object] | None:
    """What the rows wish next: first look at Google, then write to it."""
    with context.reading() as (session, calendar):
        if calendar.requested > calendar.completed:
            run = progress.live_run(session, calendar_id=calendar.id)
            is_agreed = (
                run is not None
                and calendar.failed_at is not None
                and run.created_at > calendar.failed_at
            )
            return lambda: pull(context, is_removal_agreed=is_agreed)
        if progress.open_wishes(session, calendar_id=calendar.id):
            return lambda: push(context)
    return None


def _finish(context: SyncContext) -> None:
    with context.writing() as (session, calendar):
        progress.succeed(session, calendar=calendar, now=context.now())
        session.commit()


def _ring_calendars(context: SyncContext) -> None:
    """After the first sync the other calendars are offered: list them now (R75)."""
    with context.reading() as (_, calendar):
        queue.ring(Bell.CALENDARS, calendar.connection_id)


def _leave(tools: SyncTools, lease: Lease) -> None:
    """Gives the lease back, and rings again for what was wished in the last moment."""
    with tools.database.writing(Scope.practice(lease.practice_id)) as session:
        leases.release(session, lease)
        calendar = session.exec(
            select(SyncedCalendar).where(SyncedCalendar.id == lease.calendar_id)
        ).first()
        if calendar is None or calendar.next_attempt_at is not None or not calendar.is_on:
            return
        is_wished = calendar.requested > calendar.completed or progress.open_wishes(
            session, calendar_id=calendar.id
        )
    if is_wished:
        queue.ring(Bell.SYNC, lease.calendar_id)
