"""What a worker may do in one calendar, and what waits there to go out: one statement each time,
as it is asked before every step (services/sync.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, or_
from sqlmodel import Session, col, exists, select

from webapp.db.models import GoogleConnection, GoogleEvent, Outbox, SyncedCalendar, SyncRun
from webapp.db.queries.open_connections import is_open
from webapp.domain.run_state import LIVE


class Outgoing(StrEnum):
    """What goes out next: the events that somebody wants gone, then single edits, then the rest."""

    UNWANTED = "unwanted"
    EDITS = "edits"
    BULK = "bulk"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Work:
    """A calendar, what goes out of it next, and the run that people are watching, if one is."""

    calendar: SyncedCalendar
    run: SyncRun | None
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class OpenWork(Work):
    """The same, and the connection through which it may be done."""

    connection: GoogleConnection


def is_live_run_of(calendar_id: Any) -> ColumnElement[bool]:
    """Whether a run is the one that people are watching: a column, or a parameter's, calendar."""
    return and_(col(SyncRun.calendar_id) == calendar_id, col(SyncRun.state).in_(tuple(LIVE)))


def is_to_be_removed() -> ColumnElement[bool]:
    """Whether an event of Google's may go there now, as somebody wishes. One whose place an own
    event has taken waits until Google shows that one, so that the time is never lost there."""
    has_arrived = exists().where(
        col(Outbox.calendar_id) == col(GoogleEvent.calendar_id),
        col(Outbox.appointment_id) == col(GoogleEvent.replaced_by_id),
        col(Outbox.requested) <= col(Outbox.completed),
        col(Outbox.failure) == "",
    )
    return and_(
        col(GoogleEvent.removal_wished_at).is_not(None),
        or_(col(GoogleEvent.replaced_by_id).is_(None), has_arrived),
    )


def has_unwanted() -> ColumnElement[bool]:
    """Whether there are such events in a calendar."""
    return exists().where(
        col(GoogleEvent.calendar_id) == col(SyncedCalendar.id), is_to_be_removed()
    )


def _outgoing() -> ColumnElement[str]:
    is_open_wish = and_(
        col(Outbox.calendar_id) == col(SyncedCalendar.id),
        col(Outbox.requested) > col(Outbox.completed),
    )
    return case(
        (has_unwanted(), Outgoing.UNWANTED.value),
        (exists().where(is_open_wish, col(Outbox.is_bulk).is_(False)), Outgoing.EDITS.value),
        (exists().where(is_open_wish), Outgoing.BULK.value),
        else_=Outgoing.NOTHING.value,
    )


_WORK = (
    select(SyncRun, _outgoing())
    .select_from(SyncedCalendar)
    .outerjoin(SyncRun, is_live_run_of(SyncedCalendar.id))
    .where(SyncedCalendar.id == bindparam("which"))
)
_OPEN_WORK = (
    select(SyncedCalendar, SyncRun, GoogleConnection, _outgoing())
    .join(GoogleConnection)
    .outerjoin(SyncRun, is_live_run_of(SyncedCalendar.id))
    .where(
        SyncedCalendar.id == bindparam("which"),
        col(SyncedCalendar.is_on).is_(True),
        col(SyncedCalendar.is_missing).is_(False),
        col(SyncedCalendar.paused_at).is_(None),
        is_open(),
    )
)


def open_work(session: Session, *, calendar_id: str) -> OpenWork | None:
    """None when the calendar is off, gone from Google or paused, Google does not let us in, or its
    owner does not work here any more."""
    found = session.exec(_OPEN_WORK, params={"which": calendar_id}).first()
    if found is None:
        return None
    calendar, run, connection, outgoing = found
    return OpenWork(calendar, run, Outgoing(outgoing), connection)


def work_of(session: Session, calendar: SyncedCalendar) -> Work:
    """What waits in a calendar whose row is at hand."""
    run, outgoing = session.exec(_WORK, params={"which": calendar.id}).one()
    return Work(calendar, run, Outgoing(outgoing))
