"""Events that were made in Google, as rows: imported, refreshed, dropped, each in one place.

Masters before exceptions before tombstones, whatever order Google chose (F49, Q6). An item that
cannot be read keeps what was known of it, is named in the tile, and the rest goes on.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.domain.history import Outcome
from webapp.google import mapping
from webapp.services import history, problems
from webapp.sync import guard, reconcile
from webapp.sync.actions import Nothing

Item = Mapping[str, Any]
MOST_IN_ONE_QUERY = 500
UNNOTICED = {"etag", "html_link"}
COPY = "A copy of one of your own events. It does not block booking."


class TooManyRemovals(Exception):
    """A complete listing lacks so many known events that a person should look first (R125)."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} events are missing from the listing")
        self.count = count


def apply(
    session: Session,
    *,
    calendar: SyncedCalendar,
    items: Sequence[Item],
    copies: frozenset[str],
    is_full: bool,
    is_removal_agreed: bool,
    now: dt.datetime,
) -> None:
    """Makes the calendar's rows equal to Google's. Joins the caller's transaction.

    `copies` are the ids of items that people copied or split off events of ours: they are shown
    and never block (R98). Raises `TooManyRemovals` before anything is changed.
    """
    if is_full:
        _drop_absent(session, calendar, items, is_removal_agreed=is_removal_agreed, now=now)
    known = _known(session, calendar, [item["id"] for item in items])
    live = [item for item in items if item.get("status") != mapping.CANCELLED]
    tombstones = [item for item in items if item.get("status") == mapping.CANCELLED]
    for item in sorted(live, key=lambda item: "recurringEventId" in item):
        _keep(session, calendar, known, item, now, is_copy=item["id"] in copies)
    for item in tombstones:
        _bury(session, calendar, known, item, now)
    _clear_problems(session, calendar, items, known)
    session.flush()
    calendar.event_count = _count(session, calendar)


def _drop_absent(
    session: Session,
    calendar: SyncedCalendar,
    items: Sequence[Item],
    *,
    is_removal_agreed: bool,
    now: dt.datetime,
) -> None:
    """A complete listing lacks what was deleted while we could not see it (GOOGLE.md 5.3)."""
    listed = {item["id"] for item in items}
    rows = session.exec(
        select(GoogleEvent.google_id, GoogleEvent.last_ends_at).where(
            GoogleEvent.calendar_id == calendar.id
        )
    ).all()
    coming = [row for row in rows if row[1] is None or row[1] >= now]
    absent = [google_id for google_id, _ in rows if google_id not in listed]
    absent_coming = [google_id for google_id, _ in coming if google_id not in listed]
    if not is_removal_agreed and guard.is_too_many(len(absent_coming), of_future=len(coming)):
        raise TooManyRemovals(len(absent_coming))
    for event in _known(session, calendar, absent).values():
        if event.recurring_google_id not in absent:
            _tell(session, calendar, event, Outcome.REMOVED, now)
    _delete(session, calendar, absent)


def _known(
    session: Session, calendar: SyncedCalendar, google_ids: Sequence[str]
) -> dict[str, GoogleEvent]:
    known = {}
    for chunk in _chunks(google_ids):
        rows = session.exec(
            select(GoogleEvent).where(
                GoogleEvent.calendar_id == calendar.id, col(GoogleEvent.google_id).in_(chunk)
            )
        )
        known.update({row.google_id: row for row in rows})
    return known


def _keep(
    session: Session,
    calendar: SyncedCalendar,
    known: dict[str, GoogleEvent],
    item: Item,
    now: dt.datetime,
    *,
    is_copy: bool = False,
) -> None:
    try:
        event = mapping.foreign_event(
            item,
            calendar_time_zone=calendar.time_zone,
            shows_details=calendar.shows_details,
        )
    except mapping.Unreadable as unreadable:
        _name(session, calendar, item, unreadable.reason, now)
        return
    _store(session, calendar, known, event, is_copy=is_copy, now=now)
    if event.problem:
        _name(session, calendar, item, event.problem, now)


def _store(
    session: Session,
    calendar: SyncedCalendar,
    known: dict[str, GoogleEvent],
    event: mapping.ForeignEvent,
    *,
    is_copy: bool,
    now: dt.datetime,
) -> None:
    columns = asdict(event) | ({"is_free": True, "problem": COPY} if is_copy else {})
    row = known.get(event.google_id)
    is_same = row is not None and all(getattr(row, name) == columns[name] for name in columns)
    action = reconcile.mirror(has_row=row is not None, is_there=True, is_same=is_same)
    if isinstance(action, Nothing):
        return
    outcome = _outcome_of(row, columns)
    row = row or GoogleEvent(
        practice_id=calendar.practice_id, calendar_id=calendar.id, google_id=event.google_id
    )
    for name, value in columns.items():
        setattr(row, name, value)
    known[event.google_id] = row
    session.add(row)
    if outcome is not None:
        _tell(session, calendar, row, outcome, now)


def _outcome_of(row: GoogleEvent | None, columns: Mapping[str, Any]) -> Outcome | None:
    """What people notice of a row that takes these values: nothing of a mere etag."""
    if row is not None and all(
        getattr(row, name) == columns[name] for name in columns.keys() - UNNOTICED
    ):
        return None
    if columns["is_cancelled"]:
        return Outcome.REMOVED
    return Outcome.ADDED if row is None else Outcome.CHANGED


def _tell(
    session: Session,
    calendar: SyncedCalendar,
    event: GoogleEvent,
    outcome: Outcome,
    now: dt.datetime,
) -> None:
    history.mirrored(session, calendar=calendar, event=event, outcome=outcome, now=now)


def _bury(
    session: Session,
    calendar: SyncedCalendar,
    known: dict[str, GoogleEvent],
    item: Item,
    now: dt.datetime,
) -> None:
    """A tombstone: a cancelled occurrence keeps its place empty, anything else goes (5.4)."""
    if "recurringEventId" in item:
        _keep(session, calendar, known, item, now)
        return
    row = known.pop(item["id"], None)
    if row is not None:
        _tell(session, calendar, row, Outcome.REMOVED, now)
    if row is not None and row in session.new:
        session.expunge(row)
    _delete(session, calendar, [item["id"]])


def _delete(session: Session, calendar: SyncedCalendar, google_ids: Sequence[str]) -> None:
    """Rows, and the exceptions of those that were series (F50)."""
    for chunk in _chunks(google_ids):
        for column in (GoogleEvent.google_id, GoogleEvent.recurring_google_id):
            session.exec(
                delete(GoogleEvent).where(
                    col(GoogleEvent.calendar_id) == calendar.id, col(column).in_(chunk)
                )
            )


def _name(
    session: Session, calendar: SyncedCalendar, item: Item, reason: str, now: dt.datetime
) -> None:
    title = mapping.title_of(item, shows_details=calendar.shows_details)
    problems.note(
        session, calendar=calendar, subject=item["id"], title=title, reason=reason, now=now
    )


def _clear_problems(
    session: Session,
    calendar: SyncedCalendar,
    items: Iterable[Item],
    known: Mapping[str, GoogleEvent],
) -> None:
    """What was delivered again and reads well now, or is gone, is no problem any more."""
    fine = []
    for item in items:
        row = known.get(item["id"])
        is_gone = row is None and item.get("status") == mapping.CANCELLED
        if is_gone or (row is not None and not row.problem):
            fine.append(item["id"])
    for chunk in _chunks(fine):
        problems.clear(session, calendar_id=calendar.id, subjects=list(chunk))


def _count(session: Session, calendar: SyncedCalendar) -> int:
    return session.exec(
        select(func.count(col(GoogleEvent.id))).where(
            GoogleEvent.calendar_id == calendar.id, col(GoogleEvent.is_cancelled).is_(False)
        )
    ).one()


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """SQLite takes only so many parameters in one statement."""
    return (ids[at : at + MOST_IN_ONE_QUERY] for at in range(0, len(ids), MOST_IN_ONE_QUERY))
