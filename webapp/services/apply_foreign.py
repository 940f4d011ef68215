"""Events that were made in Google, as rows: imported, refreshed, dropped, each in one place.

Masters before exceptions before tombstones, whatever order Google chose (F49, Q6). An item that
cannot be read keeps what was known of it, is named in the tile, and the rest goes on.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.domain.history import Outcome
from webapp.google import mapping
from webapp.services import history, mirror_rows, problems, removals
from webapp.services.mirror_rows import Columns
from webapp.services.removed_events import chunks
from webapp.sync import lineage, reconcile
from webapp.sync.actions import Nothing

Item = Mapping[str, Any]
UNNOTICED = {"etag", "html_link"}
OWN_FEED = "own feed"
FEED_TITLE = "Events from a calendar address of this app"
FEED = "They are here already, so they are left out: nothing is shown or blocked twice."
COPY = "A copy of one of your own events. It does not block booking."
AS_COPY: Columns = {"is_free": True, "problem": COPY}


def apply(
    session: Session,
    *,
    calendar: SyncedCalendar,
    items: Sequence[Item],
    copies: frozenset[str],
    is_full: bool,
    is_empty_answer: bool,
    now: dt.datetime,
) -> None:
    """Makes the calendar's rows equal to Google's. Joins the caller's transaction.

    `copies` are the ids of items that people copied or split off events of ours: they are shown
    and never block (R98). What would go is removed, or held if it is too much (`removals.py`):
    tombstones, and in a complete listing (`is_full`) also what is absent.
    """
    known = _known(session, calendar, [item["id"] for item in items])
    live = [item for item in items if _is_kept(item)]
    _note_own_feed(session, calendar, items, is_full=is_full, now=now)
    tombstones = [item for item in items if item.get("status") == mapping.CANCELLED]
    fresh: list[Columns] = []
    for item in sorted(live, key=lambda item: "recurringEventId" in item):
        _keep(session, calendar, known, fresh, item, now, is_copy=item["id"] in copies)
    for item in tombstones:
        if "recurringEventId" in item:
            # A cancelled occurrence keeps its place in the series empty (GOOGLE.md 5.4).
            _keep(session, calendar, known, fresh, item, now)
    removals.seen_again(known[item["id"]] for item in live if item["id"] in known)
    mirror_rows.add(session, calendar=calendar, rows=fresh, now=now)
    session.flush()
    removals.settle(
        session,
        calendar=calendar,
        gone=_gone(session, calendar, items, is_full=is_full),
        there={item["id"] for item in live},
        is_full=is_full,
        is_empty_answer=is_full and is_empty_answer,
        now=now,
    )
    fine = [row["google_id"] for row in fresh if not row["problem"]]
    _clear_problems(session, calendar, [*fine, *_read_well(items, known)])
    session.flush()
    calendar.event_count = _count(session, calendar)


def _is_kept(item: Item) -> bool:
    is_ours = lineage.is_from_our_feed(mapping.uid_of(item))
    return item.get("status") != mapping.CANCELLED and not is_ours


def _note_own_feed(
    session: Session,
    calendar: SyncedCalendar,
    items: Sequence[Item],
    *,
    is_full: bool,
    now: dt.datetime,
) -> None:
    """Events that came from one of our calendar addresses are here already (F61)."""
    if any(lineage.is_from_our_feed(mapping.uid_of(item)) for item in items):
        problems.note(
            session, calendar=calendar, subject=OWN_FEED, title=FEED_TITLE, reason=FEED, now=now
        )
    elif is_full:
        problems.clear(session, calendar_id=calendar.id, subjects=[OWN_FEED])


def _gone(
    session: Session, calendar: SyncedCalendar, items: Sequence[Item], *, is_full: bool
) -> set[str]:
    """Ids of events that Google does not have any more: said so, or lacking in all that it has."""
    said = {
        item["id"]
        for item in items
        if item.get("status") == mapping.CANCELLED and "recurringEventId" not in item
    }
    if not is_full:
        return said
    known = session.exec(
        select(GoogleEvent.google_id).where(GoogleEvent.calendar_id == calendar.id)
    )
    return (set(known) - {item["id"] for item in items}) | said


def _known(
    session: Session, calendar: SyncedCalendar, google_ids: Sequence[str]
) -> dict[str, GoogleEvent]:
    known = {}
    for chunk in chunks(google_ids):
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
    known: Mapping[str, GoogleEvent],
    fresh: list[Columns],
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
    columns = mirror_rows.columns_of(event) | (AS_COPY if is_copy else {})
    row = known.get(event.google_id)
    if row is None:
        fresh.append(columns)
    else:
        _refresh(session, calendar, row, columns, now)
    if event.problem:
        _name(session, calendar, item, event.problem, now)


def _refresh(
    session: Session,
    calendar: SyncedCalendar,
    row: GoogleEvent,
    columns: Columns,
    now: dt.datetime,
) -> None:
    is_same = all(getattr(row, name) == columns[name] for name in columns)
    if isinstance(reconcile.mirror(has_row=True, is_there=True, is_same=is_same), Nothing):
        return
    outcome = _outcome_of(row, columns)
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)
    if outcome is not None:
        history.mirrored(session, calendar=calendar, event=row, outcome=outcome, now=now)


def _outcome_of(row: GoogleEvent, columns: Columns) -> Outcome | None:
    """What people notice of a row that takes these values: nothing of a mere etag."""
    if all(getattr(row, name) == columns[name] for name in columns.keys() - UNNOTICED):
        return None
    return Outcome.REMOVED if columns["is_cancelled"] else Outcome.CHANGED


def _name(
    session: Session, calendar: SyncedCalendar, item: Item, reason: str, now: dt.datetime
) -> None:
    title = mapping.title_of(item, shows_details=calendar.shows_details)
    problems.note(
        session, calendar=calendar, subject=item["id"], title=title, reason=reason, now=now
    )


def _read_well(items: Iterable[Item], known: Mapping[str, GoogleEvent]) -> Iterator[str]:
    """What was delivered again and reads well now, or is gone, is no problem any more."""
    for item in items:
        row = known.get(item["id"])
        is_gone = item.get("status") == mapping.CANCELLED and "recurringEventId" not in item
        if is_gone or (row is not None and not row.problem):
            yield item["id"]


def _clear_problems(session: Session, calendar: SyncedCalendar, fine: Sequence[str]) -> None:
    for chunk in chunks(fine):
        problems.clear(session, calendar_id=calendar.id, subjects=list(chunk))


def _count(session: Session, calendar: SyncedCalendar) -> int:
    return session.exec(
        select(func.count(col(GoogleEvent.id))).where(
            GoogleEvent.calendar_id == calendar.id, col(GoogleEvent.is_cancelled).is_(False)
        )
    ).one()
