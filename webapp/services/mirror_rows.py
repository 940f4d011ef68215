"""New rows of Google's events, thousands at once: a first pull is one statement, not ten thousand.

Joins the caller's transaction. Each new event is told in the history of syncs, likewise at once.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlmodel import Session

from webapp.db import bulk
from webapp.db.columns import new_id
from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.domain.history import Outcome
from webapp.google.mapping import ForeignEvent
from webapp.services import history
from webapp.sync import reconcile
from webapp.sync.actions import Import

Columns = dict[str, Any]
"""The columns of a `GoogleEvent` that Google's item decides, by name."""

NAMES = tuple(field.name for field in fields(ForeignEvent))


def columns_of(event: ForeignEvent) -> Columns:
    """What the row of `event` holds."""
    return {name: getattr(event, name) for name in NAMES}


def add(
    session: Session, *, calendar: SyncedCalendar, rows: Sequence[Columns], now: dt.datetime
) -> None:
    """Adds rows for events that the calendar did not have yet, and tells of them."""
    if not isinstance(reconcile.mirror(has_row=False, is_there=True, is_same=False), Import):
        raise AssertionError("the table of the mirror imports what is there and not here")
    bulk.add_rows(
        session,
        GoogleEvent,
        names=("id", *NAMES),
        rows=((new_id(), *(row[name] for name in NAMES)) for row in rows),
        shared={"practice_id": calendar.practice_id, "calendar_id": calendar.id},
    )
    told = [(row, _outcome(row)) for row in rows]
    history.imported(session, calendar=calendar, told=told, now=now)


def _outcome(row: Columns) -> Outcome:
    """A cancelled occurrence that is new here is one less in its series."""
    return Outcome.REMOVED if row["is_cancelled"] else Outcome.ADDED
