"""A real calendar file becomes one more calendar of an account, as Google's own import would
leave it.

Every VEVENT that Google could represent is stored; what cannot be is named with a reason in
`Imported.problems`, what had to be bent in `Imported.notes`. Odd recurrence rules stay odd:
clients shall meet them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import icalendar

from emulator import ics_events, rule_text
from emulator.ics_events import Entry, Unrepresentable
from emulator.ics_parts import Block, Parts, take_apart
from emulator.ics_zones import BROKEN, ZoneBook, nearest_year
from emulator.model import Account, Calendar, Event
from emulator.state import State
from emulator.times import EventTime, known_zones

RULES = ("RRULE", "EXRULE", "RDATE", "EXDATE")


@dataclass(frozen=True)
class Problem:
    """A component that could not be taken (or not as it was), and why."""

    uid: str
    summary: str
    reason: str

    def __str__(self) -> str:
        return f"{self.summary or self.uid or 'an event'}: {self.reason}"


@dataclass
class Imported:
    """The outcome: ids of stored events (cancelled ones too), what was left out, what was bent."""

    calendar: Calendar
    imported: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def import_ics(state: State, account: Account, raw: bytes, *, name: str = "") -> Imported:
    """Make the calendar and fill it; UnreadableCalendar when the file holds none."""
    parts = take_apart(raw)
    wanted = parts.properties.get("X-WR-TIMEZONE", "")
    zone = wanted if wanted in known_zones() else account.time_zone
    title = (
        name or parts.properties.get("X-WR-CALNAME") or parts.properties.get("NAME") or "Imported"
    )
    with state.lock:
        result = Imported(state.new_calendar(account, title, zone=zone))
        result.calendar.description = parts.properties.get("X-WR-CALDESC", "")
        entries = _entries(parts, zone, result)
        for uid in dict.fromkeys(entry.uid for entry in entries):
            _store(state, account, [entry for entry in entries if entry.uid == uid], result)
        _name_the_rest(parts, result)
    return result


def _entries(parts: Parts, zone: str, result: Imported) -> list[Entry]:
    components = [(block, _component(block, result)) for block in parts.events]
    readable = [(block, component) for block, component in components if component is not None]
    years = [ics_events.written_time(component, "DTSTART") for _, component in readable]
    first = next((local for local in years if isinstance(local, datetime)), None)
    book = ZoneBook(parts.zones, default=zone, year=nearest_year(first))
    entries = []
    for number, (block, component) in enumerate(readable):
        try:
            entries.append(ics_events.read(block, component, book, f"unnamed-{number}@import"))
            _note_zone(component, book, result)
        except (Unrepresentable, *BROKEN) as refused:
            words = str(refused) if isinstance(refused, Unrepresentable) else "its times are broken"
            result.problems.append(_problem(component, words))
    return entries


def _component(block: Block, result: Imported) -> icalendar.Event | None:
    try:
        component = icalendar.Event.from_ical(block.text)
    except BROKEN:
        result.problems.append(Problem("", "", "it cannot be read"))
        return None
    if not isinstance(component, icalendar.Event):
        result.problems.append(Problem("", "", "it is no event"))
        return None
    return component


def _store(state: State, account: Account, entries: list[Entry], result: Imported) -> None:
    """One UID: its master (the newest version wins) and its exceptions."""
    masters = sorted((e for e in entries if e.original is None), key=lambda e: e.sequence)
    for older in masters[:-1]:
        reason = "the file has a newer version of the same UID"
        result.problems.append(Problem(older.uid, older.summary, reason))
    master = _event(state, account, masters[-1], result) if masters else None
    if master is not None:
        master.recurrence = _rules(masters[-1], result)
        _keep(state, result, master)
    newest = {_key(e, master): e for e in sorted(entries, key=lambda e: e.sequence) if e.original}
    for entry in entries:
        if entry.original is not None and newest[_key(entry, master)] is not entry:
            reason = "the file has a newer version of this occurrence"
            result.problems.append(Problem(entry.uid, entry.summary, reason))
    # Without a master the occurrences still point to one, which GET answers with 404.
    master_id = master.id if master is not None else state.dice.event_id()
    for entry in newest.values():
        _keep(state, result, _exception(state, account, entry, master, master_id, result))


def _exception(
    state: State,
    account: Account,
    entry: Entry,
    master: Event | None,
    master_id: str,
    result: Imported,
) -> Event:
    event = _event(state, account, entry, result)
    assert entry.original is not None
    original = _fitting(entry.original, master) if master is not None else entry.original
    event.id = f"{master_id}_{original.id_stamp()}"
    event.recurring_event_id, event.original_start = master_id, original
    if "RANGE=THISANDFUTURE" in "".join(entry.block.own_lines("RECURRENCE-ID")).upper():
        result.notes.append(Problem(entry.uid, entry.summary, "changed for this occurrence only"))
    return event


def _fitting(original: EventTime, master: Event) -> EventTime:
    """A RECURRENCE-ID in the form of its master: dates for all-day series, instants for timed
    ones.
    """
    if original.is_all_day == master.start.is_all_day:
        return (
            original if original.is_all_day else EventTime(at=original.at, zone=master.start.zone)
        )
    if original.on is not None:
        return master.start.like(datetime.combine(original.on, master.start.local().time()))
    return EventTime(on=original.local().date())


def _key(entry: Entry, master: Event | None) -> str:
    assert entry.original is not None
    return (_fitting(entry.original, master) if master is not None else entry.original).id_stamp()


def _keep(state: State, result: Imported, event: Event) -> None:
    state.touch(result.calendar, event, stamp=event.version)
    result.imported.append(event.id)


def _event(state: State, account: Account, entry: Entry, result: Imported) -> Event:
    stamp = state.clock.stamp()
    status = ics_events.text(entry.component, "STATUS").lower()
    return Event(
        id=state.dice.event_id(),
        uid=entry.uid,
        start=entry.start,
        end=entry.end,
        creator=account.email,
        created=stamp,
        updated=stamp,
        version=stamp,
        status=status if status in ("tentative", "cancelled") else "confirmed",
        sequence=entry.sequence,
        fields=ics_events.members(entry.component, result.calendar),
    )


def _rules(entry: Entry, result: Imported) -> list[str]:
    lines = entry.block.own_lines(*RULES)
    kept = [line for line in lines if rule_text.is_readable(line)]
    if len(kept) < len([line for line in lines if line.partition(":")[2].strip()]):
        reason = "a recurrence line that cannot be read was left out"
        result.notes.append(Problem(entry.uid, entry.summary, reason))
    return kept if any(line.upper().startswith(("RRULE", "RDATE")) for line in kept) else []


def _note_zone(component: icalendar.Event, book: ZoneBook, result: Imported) -> None:
    tzid = ics_events.zone_name(component, "DTSTART")
    if tzid and book.is_guessed(tzid):
        reason = f"its zone {tzid!r} has no IANA name; its times follow the file's own definition"
        result.notes.append(_problem(component, reason))


def _name_the_rest(parts: Parts, result: Imported) -> None:
    for kind, count in parts.others.items():
        reason = (
            f"{count} {kind} component{'s' if count > 1 else ''}: Google Calendar keeps events only"
        )
        result.problems.append(Problem("", kind, reason))
    if parts.is_cut:
        result.problems.append(Problem("", "", "the file ends in the middle of a component"))


def _problem(component: icalendar.Event, reason: str) -> Problem:
    return Problem(ics_events.text(component, "UID"), ics_events.text(component, "SUMMARY"), reason)
