"""New rows of Google's events, hundreds at once: ten thousand are a few statements.

Joins the caller's transaction. Each new event is told in the history of syncs, likewise at once.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlmodel import Session

from webapp.db import bulk
from webapp.db.columns import new_ids
from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.google.mapping import ForeignEvent
from webapp.services import history
from webapp.sync import reconcile
from webapp.sync.actions import Import

Values = Callable[[GoogleEvent | ForeignEvent], tuple[Any, ...]]

NAMES = tuple(field.name for field in fields(ForeignEvent))
UNNOTICED = {"etag", "html_link"}
"""What may change without anybody seeing it."""

values_of: Values = attrgetter(*NAMES)
"""The columns that Google's item decides, of an item or of the row that holds it."""

seen_of: Values = attrgetter(*(name for name in NAMES if name not in UNNOTICED))
"""Those of them that people notice."""


def add(
    session: Session, *, calendar: SyncedCalendar, fresh: Sequence[ForeignEvent], now: dt.datetime
) -> None:
    """Adds rows for events that the calendar did not have yet, and tells of them."""
    if not isinstance(reconcile.mirror(has_row=False, is_there=True, is_same=False), Import):
        raise AssertionError("the table of the mirror imports what is there and not here")
    columns = {name: list(map(attrgetter(name), fresh)) for name in NAMES}
    bulk.add_rows(
        session,
        GoogleEvent,
        columns={"id": new_ids(len(fresh)), **columns},
        shared={"practice_id": calendar.practice_id, "calendar_id": calendar.id},
    )
    history.imported(session, calendar=calendar, events=fresh, now=now)


def write(row: GoogleEvent, event: ForeignEvent) -> None:
    """Brings a row up to date."""
    for name, value in zip(NAMES, values_of(event), strict=True):
        setattr(row, name, value)
