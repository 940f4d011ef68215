"""Events that were made in Google, as rows: imported, refreshed, dropped, each in one place.

Masters before exceptions before tombstones, as they were staged (F49, Q6), some hundreds at a
time. An item that cannot be read keeps what was known of it, is named in the tile, and the rest
goes on.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.db.queries.event_counts import events_in
from webapp.domain.history import Outcome
from webapp.google import mapping
from webapp.google.mapping import ForeignEvent
from webapp.services import history, mirror_rows, problems, removals
from webapp.services.apply_own import Sorting
from webapp.services.removed_events import chunks
from webapp.sync import lineage, reconcile
from webapp.sync.actions import Nothing
from webapp.sync.staging import Item, Staged

_IDS = select(GoogleEvent.google_id).where(GoogleEvent.calendar_id == bindparam("which"))
_SOME_ROWS = select(GoogleEvent).where(
    GoogleEvent.calendar_id == bindparam("which"),
    col(GoogleEvent.google_id).in_(bindparam("ids", expanding=True)),
)

OWN_FEED = "own feed"
FEED_TITLE = "Events from a calendar address of this app"
FEED = "They are here already, so they are left out: nothing is shown or blocked twice."
COPY = "A copy of one of your own events. It does not block booking."


@dataclass
class Seen:
    """What a pass has met so far, by Google's id, as far as it is not usual.

    `gone`: deleted for certain. `away`: listed, and yet no event of this calendar. `named`: had a
    problem before; those of them that have none now are `well`. `has_more_or_fewer`: events were
    added, or stopped or began to be cancelled.
    """

    named: frozenset[str]
    gone: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    well: set[str] = field(default_factory=set)
    has_own_feed: bool = False
    has_more_or_fewer: bool = False

    def is_well(self, google_id: str) -> None:
        """Nothing has to be said of it. Of thousands hardly any was named before."""
        if google_id in self.named:
            self.well.add(google_id)


def apply(
    session: Session,
    *,
    calendar: SyncedCalendar,
    items: Staged,
    sorting: Sorting,
    is_full: bool,
    now: dt.datetime,
) -> None:
    """Makes the calendar's rows equal to Google's. Joins the caller's transaction.

    Items that are ours are passed over; copies are shown and never block (R98). What would go is
    removed, or held if it is too much (`removals.py`): tombstones, and in a complete listing
    (`is_full`) also what is absent.
    """
    if not items and not is_full and not calendar.gone_count:
        return
    before = _ids(session, calendar) if is_full else None
    seen = Seen(named=frozenset(problems.subjects(session, calendar_id=calendar.id)))
    for portion in items.portions():
        foreign = [item for item in portion if item["id"] not in sorting.ours]
        known = _known(session, calendar, foreign, before)
        fresh = _take(session, calendar, foreign, known, sorting.copies, seen, now)
        mirror_rows.add(session, calendar=calendar, fresh=fresh, now=now)
        session.flush()
    _note_own_feed(session, calendar, has_any=seen.has_own_feed, is_full=is_full, now=now)
    listed = set(items.ids) - sorting.ours
    removals.settle(
        session,
        calendar=calendar,
        gone=seen.gone | ((before or set()) - listed),
        there=listed - seen.gone - seen.away,
        is_full=is_full,
        is_empty_answer=is_full and not len(items),
        now=now,
    )
    for chunk in chunks(sorted(seen.well)):
        problems.clear(session, calendar_id=calendar.id, subjects=list(chunk))
    session.flush()
    if is_full or seen.has_more_or_fewer:
        calendar.event_count = events_in(session, calendar_id=calendar.id)


def _ids(session: Session, calendar: SyncedCalendar) -> set[str]:
    """Of every event that is here."""
    return set(session.exec(_IDS, params={"which": calendar.id}))


def _known(
    session: Session,
    calendar: SyncedCalendar,
    items: Sequence[Item],
    before: Collection[str] | None,
) -> dict[str, GoogleEvent]:
    """The rows of those items that have one; `before` spares asking for all that have none."""
    ids = [item["id"] for item in items if before is None or item["id"] in before]
    known = {}
    for chunk in chunks(ids):
        rows = session.exec(_SOME_ROWS, params={"which": calendar.id, "ids": chunk})
        known.update({row.google_id: row for row in rows})
    return known


def _take(
    session: Session,
    calendar: SyncedCalendar,
    items: Sequence[Item],
    known: Mapping[str, GoogleEvent],
    copies: Collection[str],
    seen: Seen,
    now: dt.datetime,
) -> list[ForeignEvent]:
    """Brings the known rows up to date. What is new comes back."""
    fresh: list[ForeignEvent] = []
    for item in items:
        google_id = item["id"]
        is_from_feed = lineage.is_from_our_feed(mapping.uid_of(item))
        seen.has_own_feed |= is_from_feed
        if mapping.is_tombstone(item):
            seen.gone.add(google_id)
            seen.is_well(google_id)
        elif item.get("status") == mapping.CANCELLED:
            # A cancelled occurrence keeps its place in the series empty (GOOGLE.md 5.4).
            seen.away.add(google_id)
            _keep(session, calendar, known, fresh, seen, item, now)
        elif is_from_feed:
            seen.away.add(google_id)
        else:
            _keep(session, calendar, known, fresh, seen, item, now, is_copy=google_id in copies)
    not_there = seen.gone | seen.away
    removals.seen_again(row for name, row in known.items() if name not in not_there)
    return fresh


def _note_own_feed(
    session: Session,
    calendar: SyncedCalendar,
    *,
    has_any: bool,
    is_full: bool,
    now: dt.datetime,
) -> None:
    """Events that came from one of our calendar addresses are here already (F61)."""
    if has_any:
        problems.note(
            session, calendar=calendar, subject=OWN_FEED, title=FEED_TITLE, reason=FEED, now=now
        )
    elif is_full:
        problems.clear(session, calendar_id=calendar.id, subjects=[OWN_FEED])


def _keep(
    session: Session,
    calendar: SyncedCalendar,
    known: Mapping[str, GoogleEvent],
    fresh: list[ForeignEvent],
    seen: Seen,
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
    if event.problem:
        _name(session, calendar, item, event.problem, now)
    elif not is_copy:
        seen.is_well(event.google_id)
    if is_copy:
        event = replace(event, is_free=True, problem=COPY)
    row = known.get(event.google_id)
    seen.has_more_or_fewer |= row is None or row.is_cancelled is not event.is_cancelled
    if row is None:
        fresh.append(event)
    else:
        _refresh(session, calendar, row, event, now)


def _refresh(
    session: Session,
    calendar: SyncedCalendar,
    row: GoogleEvent,
    event: ForeignEvent,
    now: dt.datetime,
) -> None:
    is_same = mirror_rows.values_of(row) == mirror_rows.values_of(event)
    if isinstance(reconcile.mirror(has_row=True, is_there=True, is_same=is_same), Nothing):
        return
    outcome = _outcome_of(row, event)
    mirror_rows.write(row, event)
    session.add(row)
    if outcome is not None:
        # Somebody works with it: what they made of it was not agreed to go.
        row.removal_wished_at = row.replaced_by_id = None
        history.mirrored(session, calendar=calendar, event=row, outcome=outcome, now=now)


def _outcome_of(row: GoogleEvent, event: ForeignEvent) -> Outcome | None:
    """What people notice of a row that takes these values: nothing of a mere etag."""
    if mirror_rows.seen_of(row) == mirror_rows.seen_of(event):
        return None
    return Outcome.REMOVED if event.is_cancelled else Outcome.CHANGED


def _name(
    session: Session, calendar: SyncedCalendar, item: Item, reason: str, now: dt.datetime
) -> None:
    title = mapping.title_of(item, shows_details=calendar.shows_details)
    problems.note(
        session, calendar=calendar, subject=item["id"], title=title, reason=reason, now=now
    )
