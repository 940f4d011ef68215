"""What happens to stored events on a write, whoever writes: the API and the person's hand share
these rules.

Creation, change with `sequence` and exceptions, cancelling, restoring, moving away. All events
touched by one operation share one stamp; every write to an instance touches its master too
(GOOGLE.md 4.3, 4.4, 4.8).
"""

from __future__ import annotations

import copy
from dataclasses import replace

from emulator import recurrence
from emulator.event_body import Draft
from emulator.model import Calendar, Event
from emulator.state import State
from emulator.times import EventTime

IMMUTABLE = ("organizer", "eventType", "locked", "privateCopy", "birthdayProperties")
RESTRICTION = {"public": 0, "default": 1, "confidential": 2, "private": 2}


def create(
    state: State,
    calendar: Calendar,
    draft: Draft,
    *,
    creator: str,
    event_id: str | None = None,
    uid: str | None = None,
    series: tuple[str, EventTime] | None = None,
) -> Event:
    """Store a new event and return it; `series` names the master and start of an occurrence."""
    stamp = state.clock.stamp()
    event_id = event_id or state.dice.event_id()
    event = Event(
        id=event_id,
        uid=uid or f"{event_id}@google.com",
        start=draft.start,
        end=draft.end,
        creator=creator,
        created=stamp,
        updated=stamp,
        version=stamp,
        status=draft.status or "confirmed",
        sequence=draft.sequence or 0,
        fields=draft.fields,
        recurrence=draft.recurrence,
        recurring_event_id=series[0] if series else None,
        original_start=series[1] if series else None,
    )
    state.touch(calendar, event, stamp=stamp)
    return event


def change(
    state: State, calendar: Calendar, event: Event, draft: Draft, *, is_forced: bool = False
) -> Event:
    """Apply a draft to a stored event or a virtual instance; returns the stored result.

    Nothing is written when nothing changes, unless forced (knob `put_always_changes_etag`).
    """
    old = replace(event, fields=copy.deepcopy(event.fields))
    is_instance = event.recurring_event_id is not None
    _fill(event, draft, is_instance=is_instance)
    if _same(old, event) and not is_forced:
        return calendar.events.get(event.id, event)
    stamp = state.clock.stamp()
    touched = [event]
    if is_instance:
        touched = [*_touch_series(calendar, event), event]
    elif old.is_master:
        touched += _carry_to_exceptions(calendar, old, event)
    if old.is_cancelled and not event.is_cancelled:
        touched += _revived_exceptions(calendar, event)
    is_reminder_only = _same(
        replace(old, fields=old.fields | {"reminders": event.fields.get("reminders")}), event
    )
    state.touch(calendar, *touched, stamp=stamp, is_reminder_only=is_reminder_only)
    return event


def cancel(state: State, calendar: Calendar, event: Event) -> Event:
    """Delete: a single or a whole series leaves one tombstone, an instance becomes a cancelled
    exception.
    """
    stamp = state.clock.stamp()
    event.status = "cancelled"
    if event.recurring_event_id:
        state.touch(calendar, *_touch_series(calendar, event), event, stamp=stamp)
    else:
        for exception in calendar.exceptions_of(event.id):
            exception.is_gone = True
        state.touch(calendar, event, stamp=stamp)
    return event


def restore(state: State, calendar: Calendar, event: Event) -> Event:
    """Out of the bin, with its exceptions; the id was reserved all the time."""
    event.status, event.is_bare, event.is_gone = "confirmed", False, False
    touched = [event, *_revived_exceptions(calendar, event)]
    if event.recurring_event_id:
        touched += _touch_series(calendar, event)
    state.touch(calendar, *touched, stamp=state.clock.stamp())
    return event


def move(state: State, source: Calendar, event: Event, destination: Calendar) -> Event:
    """Same id and iCalUID on the destination, a bare tombstone on the source (GOOGLE.md 3.9)."""
    stamp = state.clock.stamp()
    travellers = [event, *(e for e in source.exceptions_of(event.id) if not e.is_gone)]
    arrived = [replace(one, fields=copy.deepcopy(one.fields), version=stamp) for one in travellers]
    for one in arrived:
        one.fields.pop("organizer", None)
    state.touch(destination, *arrived, stamp=stamp)
    for exception in travellers[1:]:
        exception.is_gone = True
    event.status, event.is_bare = "cancelled", True
    state.touch(source, event, stamp=stamp)
    return arrived[0]


def orphan(exception: Event) -> Event:
    """An exception whose place in the series is gone: a bare tombstone from now on (GOOGLE.md 4.6,
    5.4).
    """
    exception.status, exception.is_bare = "cancelled", True
    return exception


def _fill(event: Event, draft: Draft, *, is_instance: bool) -> None:
    is_moved = (event.start, event.end) != (draft.start, draft.end)
    if not is_instance:
        is_moved = is_moved or event.recurrence != draft.recurrence
        event.recurrence = draft.recurrence
    event.sequence = max(draft.sequence or 0, event.sequence + (1 if is_moved else 0))
    kept = {name: event.fields[name] for name in IMMUTABLE if name in event.fields}
    wished = {name: value for name, value in draft.fields.items() if name not in IMMUTABLE}
    event.start, event.end = draft.start, draft.end
    event.fields = wished | kept
    if draft.status is not None:
        event.status = draft.status
        event.is_bare = False


def _same(one: Event, other: Event) -> bool:
    def shown(event: Event) -> tuple[object, ...]:
        return event.start, event.end, event.recurrence, event.status, event.sequence, event.fields

    return shown(one) == shown(other)


def _touch_series(calendar: Calendar, instance: Event) -> list[Event]:
    """The master (and what a stricter visibility spreads to) that a write to an instance
    touches.
    """
    master = calendar.events.get(instance.recurring_event_id or "")
    if master is None:
        return []
    wanted, given = (
        instance.fields.get("visibility", "default"),
        master.fields.get("visibility", "default"),
    )
    if RESTRICTION[wanted] <= RESTRICTION[given]:
        _set_visibility(instance, given)
        return [master]
    spread = [
        master,
        *(
            e
            for e in calendar.exceptions_of(master.id)
            if e.id != instance.id and not e.is_cancelled
        ),
    ]
    for event in spread:
        _set_visibility(event, wanted)
    return spread


def _set_visibility(event: Event, value: str) -> None:
    event.fields.pop("visibility", None)
    if value != "default":
        event.fields["visibility"] = value


def _carry_to_exceptions(calendar: Calendar, old: Event, new: Event) -> list[Event]:
    """Exceptions that follow a changed master: same changes where they had none of their own, or
    out of place.
    """
    is_moved = (old.start, old.end, old.recurrence) != (new.start, new.end, new.recurrence)
    touched = []
    for exception in calendar.exceptions_of(new.id):
        if exception.is_gone or exception.is_bare:
            continue
        if is_moved and not _is_in_place(new, exception.original_start):
            touched.append(orphan(exception))
        elif not exception.is_cancelled and _follow(exception, old, new):
            touched.append(exception)
    return touched


def _is_in_place(master: Event, original: EventTime | None) -> bool:
    if original is None or not master.is_master:
        return False
    lines = master.recurrence
    return recurrence.occurrence_at(master.start, master.end, lines, original) is not None


def _follow(exception: Event, old: Event, new: Event) -> bool:
    changed = False
    for name in {*old.fields, *new.fields}:
        before, after = old.fields.get(name), new.fields.get(name)
        if before != after and exception.fields.get(name) == before:
            exception.fields.pop(name, None)
            if after is not None:
                exception.fields[name] = copy.deepcopy(after)
            changed = True
    return changed


def _revived_exceptions(calendar: Calendar, event: Event) -> list[Event]:
    revived = [e for e in calendar.exceptions_of(event.id) if e.is_gone]
    for exception in revived:
        exception.is_gone = False
    return revived
