"""What Google shows of our own events: agreed, put back, or made again; never taken over (D1).

An edit in Google never changes an appointment (R106). It becomes the new base, the wish is raised,
and the next push writes ours again; where we had agreed before, the practitioner is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import EventLink, SyncedCalendar
from webapp.db.snapshots import snapshot_from_json
from webapp.google import mapping
from webapp.services import agreement, history, outbox, push, recognition
from webapp.services.agreement import Links
from webapp.services.sync_context import SyncContext
from webapp.sync.actions import Adopt, Nothing
from webapp.sync.event_ids import occurrence_start
from webapp.sync.lineage import Lineage, lineage, split_master
from webapp.sync.outgoing import has_occurrence, is_reshaped, place_of
from webapp.sync.reconcile import same
from webapp.sync.staging import Item, Staged
from webapp.sync.types import Key, Snapshot


@dataclass(frozen=True, slots=True)
class Sorting:
    """Which ids of a listing are ours, and which are copies of ours; all others are strangers."""

    ours: frozenset[str]
    copies: frozenset[str]


def apply(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    items: Staged,
    *,
    is_full: bool,
) -> Sorting:
    """Settles the items that are our events; all the others are left to the mirror.

    Joins the caller's transaction. Only the default calendar holds events of ours, but people copy
    and move them anywhere.
    """
    if not items and not is_full:
        return Sorting(frozenset(), frozenset())
    links = agreement.links_of(session, calendar_id=calendar.id)
    if not links and not items.has_marks:
        return Sorting(frozenset(), frozenset())
    recognition.recognise(
        session, calendar=calendar, items=items, links=links, ids=context.ids, is_full=is_full
    )
    by_google_id = {link.google_id: link for own in links.values() for link in own.values()}
    sorts = {item["id"]: _lineage(item, by_google_id) for item in items}
    ours = [item for item in items if sorts[item["id"]] is Lineage.OURS] if links else []
    if is_full:
        _doubt_absent(session, calendar, by_google_id, items)
        _doubt_reshaped(calendar, by_google_id, ours)
    _settle_all(session, context, calendar, links, ours)
    _end_split_series(session, calendar, links, items)
    copies = {name for name, sort in sorts.items() if sort in (Lineage.COPY, Lineage.SPLIT)}
    return Sorting(frozenset(item["id"] for item in ours), frozenset(copies))


def _lineage(item: Item, by_google_id: Mapping[str, EventLink]) -> Lineage:
    return lineage(
        item["id"], mapping.mark_of(item), item.get("recurringEventId"), ours=by_google_id
    )


def _settle_all(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    links: Mapping[str, Links],
    ours: Sequence[Item],
) -> None:
    """Takes note of every item of ours, and wishes again what has to be put right."""
    by_google_id = {link.google_id: link for own in links.values() for link in own.values()}
    touched = {_own(by_google_id, item).appointment_id for item in ours}
    wishes = push.render(session, calendar, sorted(touched)) if touched else {}
    raised = set()
    for item in sorted(ours, key=lambda item: "recurringEventId" in item):
        link = _own(by_google_id, item)
        if _settle(session, context, calendar, links[link.appointment_id], wishes, link, item):
            raised.add(link.appointment_id)
    outbox.raise_wishes(session, calendar=calendar, appointment_ids=sorted(raised))


def _end_split_series(
    session: Session, calendar: SyncedCalendar, links: Mapping[str, Links], items: Staged
) -> None:
    """Ours go on under new ids; what was split off is a copy from then on (F48, R98)."""
    masters = {
        link.google_id: link
        for own in links.values()
        for key, link in own.items()
        if not key.is_occurrence
    }
    split = [
        masters[root]
        for item in (items if masters else ())
        if item.get("status") != mapping.CANCELLED and (root := split_master(item["id"])) in masters
    ]
    for link in split:
        agreement.end_this_life(link)
    appointment_ids = sorted({link.appointment_id for link in split})
    outbox.raise_wishes(session, calendar=calendar, appointment_ids=appointment_ids)


def _doubt_absent(
    session: Session,
    calendar: SyncedCalendar,
    by_google_id: Mapping[str, EventLink],
    items: Staged,
) -> None:
    """Ours that a complete listing lacks are written again under the same id: if the listing was
    short, Google answers 409 and nothing is doubled (F42, PEERS 4)."""
    absent = [link for google_id, link in by_google_id.items() if google_id not in items.ids]
    for link in absent:
        link.base, link.etag = None, ""
    appointment_ids = sorted({link.appointment_id for link in absent if link.sent is not None})
    outbox.raise_wishes(session, calendar=calendar, appointment_ids=appointment_ids)


def _doubt_reshaped(
    calendar: SyncedCalendar, by_google_id: Mapping[str, EventLink], ours: Sequence[Item]
) -> None:
    """A complete listing leaves out the exceptions that a series lost when somebody changed its
    rule or its start (GOOGLE.md 4.6, 4.8)."""
    for item in ours:
        link = by_google_id.get(item["id"])
        shown = agreement.shown_by(item, calendar_time_zone=calendar.time_zone)
        if link is None or link.base is None or shown is None:
            continue
        if agreement.is_series(link) and is_reshaped(snapshot_from_json(link.base), shown):
            agreement.expect_exceptions(link)


def _own(by_google_id: Mapping[str, EventLink], item: Item) -> EventLink:
    """The link of an item of ours: its own, or its series' for an occurrence that has none."""
    series_id = item.get("recurringEventId") or item["id"].rpartition("_")[0]
    return by_google_id.get(item["id"]) or by_google_id[series_id]


def _settle(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    links: Links,
    wishes: Mapping[str, Mapping[Key, Snapshot]],
    link: EventLink,
    item: Item,
) -> bool:
    """Takes note of one item. Whether the appointment has to be written again."""
    wanted = wishes[link.appointment_id]
    if item["id"] != link.google_id:
        agreement.expect_exceptions(link)
        return _settle_new_occurrence(session, context, calendar, links, wanted, link, item)
    return _meet(session, context, calendar, links, wanted, link, item)


def _meet(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    links: Links,
    wanted: Mapping[Key, Snapshot],
    link: EventLink,
    item: Item,
) -> bool:
    key = agreement.key_of(link)
    wish = wanted.get(key)
    kept = snapshot_from_json(link.base) if link.base is not None else None
    shown = agreement.shown_by(item, calendar_time_zone=calendar.time_zone)
    if kept is None and link.sent is None and shown is None:
        return False
    action = agreement.meet(link, wanted=wish, shown=shown, item=item)
    now = context.now()
    if action.is_told:
        agreement.tell(session, calendar=calendar, link=link, seen=shown, kept=wish, now=now)
    if kept is None and shown is not None and isinstance(action, Adopt):
        history.found(session, calendar=calendar, link=link, shown=shown, now=now)
    if shown is None:
        agreement.begin_next_life(link, context.ids)
        if not key.is_occurrence:
            agreement.drop_occurrences(session, links)
    return not isinstance(action, Nothing | Adopt)


def _settle_new_occurrence(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    links: Links,
    wanted: Mapping[Key, Snapshot],
    master: EventLink,
    item: Item,
) -> bool:
    """One occurrence of our series, of which we know nothing: edited in Google, or as usual."""
    named = mapping.original_start_of(item, calendar_time_zone=calendar.time_zone)
    original = named or occurrence_start(item["id"])
    series = wanted.get(Key(master.appointment_id))
    if original is None or series is None:
        return False
    key = Key(master.appointment_id, original)
    shown = agreement.shown_by(item, calendar_time_zone=calendar.time_zone)
    is_usual = shown is not None and _is_as_the_series(master, key, shown)
    is_rightly_gone = shown is None and not has_occurrence(series, key)
    if is_rightly_gone or (is_usual and master.sent is not None):
        return False
    link = agreement.link_for(session, calendar=calendar, links=links, key=key, ids=context.ids)
    if shown is not None:
        agreement.agree(link, sent=None, answer=shown, item=item)
    else:
        agreement.begin_next_life(link, context.ids)
    if named is not None and not is_usual:
        kept = wanted.get(key) or place_of(series, key)
        now = context.now()
        agreement.tell(session, calendar=calendar, link=link, seen=shown, kept=kept, now=now)
    return True


def _is_as_the_series(master: EventLink, key: Key, shown: Snapshot) -> bool:
    """Whether the occurrence is as Google's series has it: what we put back comes by once more."""
    if master.base is None:
        return False
    return same(shown, place_of(snapshot_from_json(master.base), key))
