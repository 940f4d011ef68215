"""Event links: what we and Google agree on about each of our events, and how that changes.

Only this module writes the columns of `EventLink`. Nothing here talks to Google.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp.db.models import EditState, EventLink, GoogleEdit, SyncedCalendar
from webapp.db.snapshots import (
    snapshot_from_json,
    snapshot_json,
    start_from_text,
    start_text,
)
from webapp.domain.timespan import AllDaySpan
from webapp.google import mapping
from webapp.sync import reconcile
from webapp.sync.actions import OwnAction
from webapp.sync.event_ids import event_id, occurrence_id
from webapp.sync.outgoing import Agreed
from webapp.sync.types import Base, Key, Snapshot, Theirs

Links = dict[Key, EventLink]

UNKNOWN_SEQUENCE = -1
"""Of an occurrence that is a tombstone in Google, which does not say."""
ENDING = -2
"""Of a series that somebody split in Google. The part split off has taken over the ids of our later
occurrences (GOOGLE.md 4.5), so ours is deleted and goes on under another id."""

UNREADABLE = Snapshot(summary="", span=AllDaySpan(dt.date.min, dt.date.min))
"""Equals nothing that we ever send, so an event of ours that became unreadable is put back."""


@dataclass(frozen=True, slots=True)
class EventIds:
    """What our event ids are made with. The calendar counts by its marker, which outlives a
    connection: a new one arrives at the same ids, and its inserts find the old events (R130)."""

    key: bytes
    calendar_marker: str


_LINKS = select(EventLink).where(EventLink.calendar_id == bindparam("which"))
_SOME_LINKS = _LINKS.where(col(EventLink.appointment_id).in_(bindparam("ids", expanding=True)))


def links_of(
    session: Session, *, calendar_id: str, appointment_ids: Iterable[str] | None = None
) -> dict[str, Links]:
    """The links of a calendar by appointment and key; all of them when no ids are given."""
    named: dict[str, Any] = {"which": calendar_id}
    if appointment_ids is not None:
        named["ids"] = list(appointment_ids)
    found: dict[str, Links] = {}
    for link in session.exec(_LINKS if appointment_ids is None else _SOME_LINKS, params=named):
        found.setdefault(link.appointment_id, {})[key_of(link)] = link
    return found


def key_of(link: EventLink) -> Key:
    """What the link is about."""
    return Key(link.appointment_id, start_from_text(link.original_start))


def agreed(link: EventLink) -> Agreed:
    """The link as the core reads it."""
    return Agreed(_snapshot(link.sent), _snapshot(link.base), has_exceptions=link.has_exceptions)


def link_for(
    session: Session, *, calendar: SyncedCalendar, links: Links, key: Key, ids: EventIds
) -> EventLink:
    """The link for `key`, made when there is none. An occurrence takes its id from its master."""
    if key in links:
        return links[key]
    link = EventLink(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        appointment_id=key.appointment_id,
        original_start=start_text(key.original_start),
        google_id="",
    )
    link.google_id = _google_id(link, links, key, ids)
    session.add(link)
    links[key] = link
    if key.is_occurrence:
        expect_exceptions(links[Key(key.appointment_id)])
    return link


def another_life(
    calendar: SyncedCalendar, *, appointment_id: str, generation: int, ids: EventIds
) -> EventLink:
    """The link that an event of ours would have in this life, not added: nothing is agreed."""
    link = EventLink(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        appointment_id=appointment_id,
        generation=generation,
        google_id="",
        has_exceptions=True,
    )
    link.google_id = _google_id(link, {}, Key(appointment_id), ids)
    return link


def is_series(link: EventLink) -> bool:
    """Whether Google's event repeated when we last agreed."""
    return bool(link.base and link.base["recurrence"])


def expect_exceptions(master: EventLink) -> None:
    """From now on, for as long as this life lasts, Google may hold exceptions of the series."""
    master.has_exceptions = True


def intend(link: EventLink, snapshot: Snapshot) -> None:
    """Before an insert: from now on Google may hold the event (I11)."""
    link.sent = snapshot_json(snapshot)


def agree(
    link: EventLink, *, sent: Snapshot | None, answer: Snapshot, item: Mapping[str, Any]
) -> None:
    """Google has answered: its own words are the new base. `sent` is None when they are not
    what we want, so that the next step writes again with the new etag."""
    link.sent = snapshot_json(sent) if sent is not None else None
    link.base = snapshot_json(answer)
    link.etag = str(item.get("etag", ""))
    if not is_ending(link):
        link.google_sequence = int(item.get("sequence", link.google_sequence))


def begin_next_life(link: EventLink, ids: EventIds) -> None:
    """The event is gone from Google. Its id stays reserved, so the next one is another (F16).

    An occurrence keeps its id: writing to it brings it back (GOOGLE.md 4.2).
    """
    if link.original_start:
        _forget_google(link, sequence=UNKNOWN_SEQUENCE)
        return
    live_on(link, generation=link.generation + 1, ids=ids)
    link.has_exceptions = False


def live_on(link: EventLink, *, generation: int, ids: EventIds) -> None:
    """Goes on with a later life of an event; nothing is agreed about it, its exceptions neither."""
    _forget_google(link, sequence=0)
    link.generation, link.has_exceptions = generation, True
    link.google_id = _google_id(link, {}, key_of(link), ids)


def end_this_life(link: EventLink) -> None:
    """The next write deletes the event, and the one after it makes it anew."""
    link.google_sequence = ENDING


def is_ending(link: EventLink) -> bool:
    """Whether the event has to go before it can be right again."""
    return link.google_sequence == ENDING


def meet(
    link: EventLink, *, wanted: Snapshot | None, shown: Snapshot | None, item: Mapping[str, Any]
) -> OwnAction:
    """Takes what Google shows now as the new base, and says what that means for our event.

    `shown` is None for a tombstone; the caller then begins the next life. Returns the action of
    the own-events table (HOUSE.md 10); for all but `Nothing` and `Adopt` the caller wishes the
    appointment again, and the outgoing table does the rest.
    """
    known = agreed(link)
    base = Base(link.google_id, link.etag, known.base) if known.base is not None else None
    expected = known.base if base is not None and wanted == known.sent else wanted
    theirs = Theirs(link.google_id, str(item.get("etag", "")), shown)
    action = reconcile.own(base, expected, theirs)
    if shown is None:
        return action
    if reconcile.same(shown, expected):
        agree(link, sent=wanted, answer=shown, item=item)
    elif reconcile.same(shown, known.base):
        agree(link, sent=known.sent, answer=shown, item=item)
    else:
        agree(link, sent=None, answer=shown, item=item)
    return action


def shown_by(item: Mapping[str, Any], *, calendar_time_zone: str) -> Snapshot | None:
    """What Google shows, or None for a tombstone. What cannot be read counts as edited."""
    if item.get("status") == mapping.CANCELLED:
        return None
    try:
        return mapping.snapshot_of(item, calendar_time_zone=calendar_time_zone)
    except mapping.Unreadable:
        return UNREADABLE


def drop_occurrences(session: Session, links: Links) -> None:
    """Forgets the occurrences of a series whose master has gone: they went with it."""
    for key in [key for key in links if key.is_occurrence]:
        session.delete(links.pop(key))


def tell(
    session: Session,
    *,
    calendar: SyncedCalendar,
    link: EventLink,
    seen: Snapshot | None,
    kept: Snapshot | None,
    now: dt.datetime,
) -> None:
    """Records that Google was edited and that we kept ours, for the practitioner to see (R107).

    An edit of an edit is one notice: what Google showed last. `kept` None (nobody wants the event
    any more) is nothing to tell.
    """
    if kept is None:
        return
    edit = _open_notice(session, link) or GoogleEdit(
        practice_id=calendar.practice_id,
        member_id=calendar.member_id,
        appointment_id=link.appointment_id,
        original_start=link.original_start,
        noticed_at=now,
    )
    edit.seen, edit.kept = snapshot_json(seen) if seen else None, snapshot_json(kept)
    edit.noticed_at = now
    session.add(edit)


def _open_notice(session: Session, link: EventLink) -> GoogleEdit | None:
    return session.exec(
        select(GoogleEdit).where(
            GoogleEdit.appointment_id == link.appointment_id,
            GoogleEdit.original_start == link.original_start,
            GoogleEdit.state == EditState.OPEN,
        )
    ).first()


def mark(link: EventLink) -> Mapping[str, str]:
    """The private extended properties of our event: its own or its master's id, nothing else.

    A copy that somebody makes in Google keeps the property and gets another id: that tells them
    apart (F48, F56).
    """
    return {mapping.PROPERTY_MARK: link.google_id.partition("_")[0]}


def _forget_google(link: EventLink, *, sequence: int) -> None:
    link.sent = link.base = None
    link.etag, link.google_sequence = "", sequence


def _google_id(link: EventLink, links: Links, key: Key, ids: EventIds) -> str:
    if key.original_start is not None:
        return occurrence_id(links[Key(key.appointment_id)].google_id, key.original_start)
    return event_id(
        ids.key,
        practice_id=link.practice_id,
        appointment_id=link.appointment_id,
        calendar_id=ids.calendar_marker,
        generation=link.generation,
    )


def _snapshot(stored: dict[str, Any] | None) -> Snapshot | None:
    return snapshot_from_json(stored) if stored is not None else None
