"""What Google's own calendar does with "this", "this and following" and "all" (GOOGLE.md 4.3 to
4.6, recorded).

A person edits an occurrence; the store ends up with exactly the masters, exceptions and tombstones
that an incremental list then delivers. The API knows nothing of these scopes.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from emulator import event_body, event_store, event_view, instances, recurrence
from emulator.model import Calendar, Event, Json, root_id
from emulator.state import State
from emulator.times import EventTime, instant_of

TIMES = ("start", "end")
SCOPES = ("this", "following", "all")


def edit(state: State, calendar: Calendar, event: Event, changes: Json, *, scope: str) -> Event:
    """Apply changed members to this occurrence, this and later ones, or the whole series; returns
    what now holds them.
    """
    master = _master(calendar, event)
    if scope == "this" or master is None:
        return _edit_one(state, calendar, event, changes)
    if scope == "following" and event.original_start != master.start and event.id != master.id:
        return _split(state, calendar, master, event, changes)
    return _edit_all(state, calendar, master, event, changes)


def delete(state: State, calendar: Calendar, event: Event, *, scope: str) -> None:
    """Delete this occurrence, this and later ones, or the whole series with the series split from
    it.
    """
    master = _master(calendar, event)
    if scope == "this" or master is None:
        event_store.cancel(state, calendar, event)
    elif scope == "following" and event.original_start != master.start and event.id != master.id:
        _truncate(state, calendar, master, _original(event))
    else:
        for series_id in list(calendar.series.get(root_id(master.id), {master.id: None})):
            if not calendar.events[series_id].is_cancelled:
                event_store.cancel(state, calendar, calendar.events[series_id])


def _master(calendar: Calendar, event: Event) -> Event | None:
    return event if event.is_master else calendar.events.get(event.recurring_event_id or "")


def _original(event: Event) -> EventTime:
    assert event.original_start is not None
    return event.original_start


def _edit_one(state: State, calendar: Calendar, event: Event, changes: Json) -> Event:
    own = replace(event, fields=copy.deepcopy(event.fields), recurrence=list(event.recurrence))
    body = event_body.merged(event_view.body_of(calendar, own), changes)
    draft = event_body.read(body, zone=calendar.time_zone, is_lenient=True)
    return event_store.change(state, calendar, own, draft)


def _edit_all(
    state: State, calendar: Calendar, master: Event, event: Event, changes: Json
) -> Event:
    """The master takes the change; so do the series that were split from it, except for times."""
    others = [s for s in calendar.series.get(root_id(master.id), {}) if s != master.id]
    for series_id in others:
        plain = {
            name: value for name, value in changes.items() if name not in (*TIMES, "recurrence")
        }
        if plain and not calendar.events[series_id].is_cancelled:
            _edit_one(state, calendar, calendar.events[series_id], plain)
    return _edit_one(state, calendar, master, _shifted(calendar, master, event, changes))


def _shifted(calendar: Calendar, master: Event, event: Event, changes: Json) -> Json:
    """New times of an occurrence as new times of its master: the same shift, the same length."""
    if event.id == master.id or not set(TIMES) & set(changes):
        return changes
    body = event_body.merged(
        event_view.body_of(calendar, event), {n: changes[n] for n in TIMES if n in changes}
    )
    draft = event_body.read(body, zone=calendar.time_zone, is_lenient=True)
    if draft.start.is_all_day != master.start.is_all_day:
        return changes
    start = master.start.shifted(draft.start.local() - event.start.local())
    if draft.start.zone != master.start.zone:
        start = replace(start, zone=draft.start.zone)
    end = start.shifted(draft.end.local() - draft.start.local())
    zone = calendar.time_zone
    return changes | {"start": start.rendered(zone), "end": end.rendered(zone)}


def _split(state: State, calendar: Calendar, master: Event, event: Event, changes: Json) -> Event:
    """The old master is cut before this occurrence, a new one carries on (GOOGLE.md 4.6)."""
    at = _original(event)
    is_moved = bool(set(TIMES) & set(changes))
    head, tail = _halves(master, at)
    later = [
        e for e in calendar.exceptions_of(master.id) if not e.is_gone and _is_at_or_after(e, at)
    ]
    new = _tail_master(state, calendar, master, event, changes, tail, is_moved=is_moved)
    stamp = state.clock.stamp()
    earlier = [e for e in calendar.exceptions_of(master.id) if not e.is_gone and e not in later]
    cut = replace(master, recurrence=head, fields=copy.deepcopy(master.fields))
    moved = [
        event_store.orphan(e) if is_moved else replace(e, recurring_event_id=new.id) for e in later
    ]
    moved = [e for e in moved if is_moved or e.original_start != at]
    state.touch(calendar, cut, *earlier, new, *moved, stamp=stamp)
    return new


def _tail_master(
    state: State,
    calendar: Calendar,
    master: Event,
    event: Event,
    changes: Json,
    tail: list[str],
    *,
    is_moved: bool,
) -> Event:
    at = _original(event)
    length = master.end.local() - master.start.local()
    body = event_view.body_of(
        calendar, replace(master, start=at, end=at.shifted(length), recurrence=tail)
    )
    draft = event_body.read(
        event_body.merged(body, changes), zone=calendar.time_zone, is_lenient=True
    )
    suffix = at.id_stamp().removesuffix("Z")
    new_id = state.dice.event_id() if is_moved else f"{root_id(master.id)}_R{suffix}"
    return replace(
        master,
        id=new_id,
        uid=f"{new_id}@google.com",
        start=draft.start,
        end=draft.end,
        recurrence=draft.recurrence,
        fields=draft.fields,
        sequence=master.sequence + (1 if is_moved else 0),
    )


def _truncate(state: State, calendar: Calendar, master: Event, at: EventTime) -> None:
    """Delete "this and following": what was an exception beyond the cut is a bare tombstone from
    now on.
    """
    head, _ = _halves(master, at)
    later = [
        e for e in calendar.exceptions_of(master.id) if not e.is_gone and _is_at_or_after(e, at)
    ]
    cut = replace(master, recurrence=head, fields=copy.deepcopy(master.fields))
    orphans = [event_store.orphan(exception) for exception in later]
    state.touch(calendar, cut, *orphans, stamp=state.clock.stamp())


def _is_at_or_after(exception: Event, at: EventTime) -> bool:
    return exception.original_start is not None and exception.original_start.instant(
        "UTC"
    ) >= at.instant("UTC")


def _halves(master: Event, at: EventTime) -> tuple[list[str], list[str]]:
    """The recurrence before the cut, with UNTIL, and from it on: the old rule, COUNT reduced by
    what was spent.
    """
    head, tail = [], []
    for line in master.recurrence:
        name = line.partition(":")[0].partition(";")[0].upper()
        if name == "RRULE":
            head.append(_until(line, at))
            tail.append(_remaining(line, master, at))
        else:
            head.append(line)
            tail.append(line)
    return head, tail


def _until(line: str, at: EventTime) -> str:
    """UNTIL is the last second of the local day before the split, in UTC; a plain date for all-day
    series.
    """
    parts = [
        part
        for part in line.partition(":")[2].split(";")
        if part.partition("=")[0] not in ("UNTIL", "COUNT")
    ]
    if at.on is not None:
        until = (at.on - timedelta(days=1)).strftime("%Y%m%d")
    else:
        midnight = at.local().replace(hour=0, minute=0, second=0) - timedelta(seconds=1)
        until = instant_of(midnight, at.zone or "UTC").astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return "RRULE:" + ";".join([parts[0], f"UNTIL={until}", *parts[1:]])


def _remaining(line: str, master: Event, at: EventTime) -> str:
    parts = line.partition(":")[2].split(";")
    counts = [part for part in parts if part.startswith("COUNT=")]
    if not counts:
        return line
    before = at.local() - timedelta(seconds=1)
    spent = sum(1 for _ in recurrence.occurrences(master.start, master.end, [line], until=before))
    left = max(1, int(counts[0].removeprefix("COUNT=")) - spent)
    return "RRULE:" + ";".join(f"COUNT={left}" if part in counts else part for part in parts)


def find(calendar: Calendar, event_id: str) -> Event:
    """The event or occurrence a person points at; LookupError when there is none."""
    event = instances.find(calendar, event_id)
    if event is None:
        raise LookupError(f"no event {event_id} on this calendar")
    return event


def occurrence_on(calendar: Calendar, master_id: str, day: datetime) -> Event:
    """The occurrence of a series that begins on the local day of `day` (naive), as one clicks it in
    a week view.
    """
    master = calendar.events[master_id]
    begin = day.replace(hour=0, minute=0, second=0, microsecond=0)
    for found in recurrence.occurrences(
        master.start,
        master.end,
        master.recurrence,
        since=begin,
        until=begin + timedelta(days=1, seconds=-1),
    ):
        return find(calendar, instances.id_for(master, found.start))
    raise LookupError(f"{master_id} has no occurrence on {begin:%Y-%m-%d}")
