"""Rings again for whatever waits, whatever the queue has forgotten (I7, F03, F12, F72 to F76).

Run every few seconds; running twice does no harm, because wishes are numbers and leases are rows.
"""

import datetime as dt
import hashlib

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, func, or_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp import queue
from webapp.db.models import GoogleConnection, Outbox, SyncedCalendar, SyncRun
from webapp.db.queries.calendar_work import has_unwanted
from webapp.db.queries.open_connections import is_open
from webapp.db.queries.watching import heard_calendars, heard_lists, note_polls
from webapp.domain.run_state import LIVE
from webapp.queue import Bell
from webapp.services import departing

CALENDAR_LIST_EVERY = dt.timedelta(minutes=5)
HEARD_LIST_EVERY = dt.timedelta(minutes=15)
PUSHED_POLL_SECONDS = 900
JUST_NOW = dt.timedelta(seconds=2)
SPREAD = 0.25
"""Google asks for polls to be spread by a quarter either way (GOOGLE.md 6.4)."""


def sweep(
    session: Session,
    *,
    now: dt.datetime,
    poll_seconds: int,
    pushed_poll_seconds: int = PUSHED_POLL_SECONDS,
) -> int:
    """Wishes the polls that are due, then rings for every wish that no worker holds.

    A calendar is looked at every `poll_seconds`, and every `pushed_poll_seconds` while Google tells
    us of its changes: never less, as some of its messages get lost (F90). `session` is of the whole
    installation. Commits before it rings. How often it rang.
    """
    _wish_polls(session, now=now, seconds=poll_seconds, heard_seconds=pushed_poll_seconds)
    session.commit()
    calendars = waiting_calendars(session, now=now)
    connections = unlisted_connections(session, now=now)
    left = departing.waiting(session, now=now)
    session.rollback()
    rings = [queue.ring(Bell.SYNC, calendar_id) for calendar_id in calendars]
    rings += [queue.ring(Bell.CALENDARS, connection_id) for connection_id in connections]
    rings += [queue.ring(Bell.DEPARTURES, departure_id) for departure_id in left]
    return sum(rings)


def ring_due(session: Session, *, now: dt.datetime) -> int:
    """Rings for the calendars whose waiting has just ended. How often it rang.

    Run every second; what it misses is for the sweep.
    """
    due = due_calendars(session, now=now)
    return sum(queue.ring(Bell.SYNC, calendar_id) for calendar_id in due)


def due_calendars(session: Session, *, now: dt.datetime) -> list[str]:
    """Ids of the calendars whose time to wait has ended in these seconds."""
    has_just_ended = col(SyncedCalendar.next_attempt_at) > now - JUST_NOW
    return waiting_calendars(session, now=now, only=has_just_ended)


def _wish_polls(session: Session, *, now: dt.datetime, seconds: int, heard_seconds: int) -> None:
    """Adds a wish to every calendar whose last look at Google is old enough."""
    earliest = now - dt.timedelta(seconds=min(seconds, heard_seconds) * (1 - SPREAD))
    heard = heard_calendars(session, now=now)
    rows = session.exec(
        select(SyncedCalendar.id, SyncedCalendar.last_success_at).where(
            col(SyncedCalendar.is_on).is_(True),
            col(SyncedCalendar.is_missing).is_(False),
            col(SyncedCalendar.paused_at).is_(None),
            col(SyncedCalendar.requested) == col(SyncedCalendar.completed),
            col(SyncedCalendar.last_success_at) < earliest,
        )
    )
    due = [
        calendar_id
        for calendar_id, success in rows
        if success is not None
        and now - success
        >= _spread(calendar_id)
        * dt.timedelta(seconds=heard_seconds if calendar_id in heard else seconds)
    ]
    session.exec(
        update(SyncedCalendar)
        .where(col(SyncedCalendar.id).in_(due))
        .values(requested=SyncedCalendar.requested + 1)
        .execution_options(synchronize_session=False)
    )
    note_polls(session, calendar_ids=heard.intersection(due), now=now)


def _spread(calendar_id: str) -> float:
    """A factor between 0.75 and 1.25, fixed for each calendar, so that polls do not bunch."""
    fraction = hashlib.sha256(calendar_id.encode()).digest()[0] / 255
    return 1 - SPREAD + 2 * SPREAD * fraction


def waiting_calendars(
    session: Session, *, now: dt.datetime, only: ColumnElement[bool] | None = None
) -> list[str]:
    """Ids of the calendars that have something to do, may do it now, and have no worker."""
    question = _WAITING if only is None else _WAITING.where(only)
    return list(session.exec(question, params={"at": now}))


def _waiting() -> SelectOfScalar[str]:
    at: BindParameter[dt.datetime] = bindparam("at")
    has_wish = exists().where(
        col(Outbox.calendar_id) == col(SyncedCalendar.id),
        col(Outbox.requested) > col(Outbox.completed),
    )
    has_run = exists().where(
        col(SyncRun.calendar_id) == col(SyncedCalendar.id),
        col(SyncRun.state).in_(tuple(LIVE)),
    )
    is_asking = or_(
        col(SyncedCalendar.requested) > col(SyncedCalendar.completed),
        has_wish,
        has_run,
        has_unwanted(),
    )
    lease, next_attempt = col(SyncedCalendar.lease_until), col(SyncedCalendar.next_attempt_at)
    return (
        select(SyncedCalendar.id)
        .join(GoogleConnection)
        .where(
            is_open(),
            col(SyncedCalendar.is_on).is_(True),
            col(SyncedCalendar.is_missing).is_(False),
            col(SyncedCalendar.paused_at).is_(None),
            or_(lease.is_(None), lease < at),
            or_(next_attempt.is_(None), next_attempt <= at),
            is_asking,
        )
    )


_WAITING = _waiting()


def unlisted_connections(session: Session, *, now: dt.datetime) -> list[str]:
    """Connections whose list of calendars is old, has changed since as Google says, or is waited
    for by somebody who has asked whether a calendar is there again."""
    heard, asked = heard_lists(session, now=now), _asked_connections(session)
    rows = session.exec(
        select(
            GoogleConnection.id,
            func.coalesce(GoogleConnection.calendars_listed_at, GoogleConnection.connected_at),
        ).where(is_open())
    )
    return [
        connection_id
        for connection_id, listed_at in rows
        if listed_at < now - (HEARD_LIST_EVERY if connection_id in heard else CALENDAR_LIST_EVERY)
        or listed_at < (heard.get(connection_id) or listed_at)
        or connection_id in asked
    ]


def _asked_connections(session: Session) -> set[str]:
    return set(
        session.exec(
            select(SyncedCalendar.connection_id)
            .join(SyncRun, col(SyncRun.calendar_id) == SyncedCalendar.id)
            .where(col(SyncedCalendar.is_missing).is_(True), col(SyncRun.state).in_(tuple(LIVE)))
        )
    )
