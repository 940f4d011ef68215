"""What tells whether an open page is still right, in one small statement: every page that somebody
looks at asks for it every two seconds."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam
from sqlmodel import Session, col, select

from webapp.db.models import (
    CalendarRevision,
    ConnectionState,
    GoogleConnection,
    Member,
    SyncedCalendar,
)

CALENDAR_COLUMNS = (
    SyncedCalendar.id,
    SyncedCalendar.is_on,
    SyncedCalendar.is_missing,
    SyncedCalendar.paused_at,
    SyncedCalendar.last_success_at,
    SyncedCalendar.completed,
    SyncedCalendar.failure,
    SyncedCalendar.gone_count,
    SyncedCalendar.is_new,
    SyncedCalendar.name,
    SyncedCalendar.colour,
    SyncedCalendar.chosen_hue,
    SyncedCalendar.shows_details,
    SyncedCalendar.blocks_booking,
    SyncedCalendar.all_day_blocks,
    SyncedCalendar.unanswered_blocks,
)
"""Whenever something of Google's changes here, one of these does, in the same transaction."""

QUESTION = (
    select(  # type: ignore[call-overload]
        CalendarRevision.revision, GoogleConnection.state, *CALENDAR_COLUMNS
    )
    .select_from(Member)
    .outerjoin(CalendarRevision, col(CalendarRevision.member_id) == col(Member.id))
    .outerjoin(GoogleConnection, col(GoogleConnection.member_id) == col(Member.id))
    .outerjoin(SyncedCalendar, col(SyncedCalendar.member_id) == col(Member.id))
    .where(col(Member.id) == bindparam("member_id"))
    .order_by(col(SyncedCalendar.id))
)
"""Put together once: that alone would be a third of the answer's cost."""

Marks = Sequence[Row[Any]]


def marks(session: Session, *, member_id: str) -> Marks:
    """The marks of one practitioner's calendar: a row for each Google calendar of theirs, or one
    without; empty when there is nobody of this id here."""
    return session.execute(QUESTION, {"member_id": member_id}).all()


def looks(found: Marks) -> list[dt.datetime | None]:
    """The last good look at each calendar that is synced, there and not paused."""
    return [
        row.last_success_at
        for row in found
        if row.is_on and not row.is_missing and row.paused_at is None
    ]


def is_cut_off(found: Marks) -> bool:
    """Whether Google does not let us in any more."""
    return any(row.state is ConnectionState.RECONNECT_NEEDED for row in found)
