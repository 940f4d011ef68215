"""What a person sees: the days of a week or month with placed events, for the pages' templates.

Reads the state through the same visibility as the API (a reader sees private events as "Busy").
No HTML, no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from emulator import calendar_list, instances
from emulator.event_view import DETAILED, html_link
from emulator.model import Account, Calendar, Event, ListEntry
from emulator.palette import EVENT_COLOURS
from emulator.state import State
from emulator.times import instant_of, zone_of

DAY_MINUTES = 24 * 60
LEAST_MINUTES = 30
"""A shorter event is drawn this long, so that its title can be read."""


@dataclass
class Shown:
    """One event on one day; minutes are those of that day's wall clock."""

    title: str
    hours: str
    colour: str
    ink: str
    calendar: Calendar
    event: Event
    link: str
    begin: int = 0
    end: int = DAY_MINUTES
    column: int = 0
    columns: int = 1
    is_private: bool = False
    is_free: bool = False
    is_tentative: bool = False
    is_declined: bool = False
    is_writable: bool = False
    on: date | None = None
    """The day it is drawn on."""
    is_start: bool = False
    """Whether it begins on that day, so that it can be dragged from there."""

    @property
    def top(self) -> float:
        return round(100 * self.begin / DAY_MINUTES, 3)

    @property
    def height(self) -> float:
        return round(100 * max(self.end - self.begin, LEAST_MINUTES) / DAY_MINUTES, 3)

    @property
    def left(self) -> float:
        return round(100 * self.column / self.columns, 2)

    @property
    def width(self) -> float:
        return round(100 / self.columns, 2)


@dataclass
class Day:
    """A day of the view."""

    on: date
    is_today: bool
    is_outside: bool = False
    all_day: list[Shown] = field(default_factory=list)
    timed: list[Shown] = field(default_factory=list)


@dataclass
class Listed:
    """A line of the calendar list at the side."""

    calendar: Calendar
    entry: ListEntry
    title: str
    colour: str
    role: str


def listed(state: State, account: Account) -> list[Listed]:
    """This person's calendars in the order of their list."""
    lines = []
    for entry in account.entries.values():
        calendar = state.calendars[entry.calendar_id]
        if not entry.is_deleted and not calendar.is_deleted:
            title = entry.summary_override or (
                account.name if calendar.kind == "primary" else calendar.summary
            )
            role = calendar.role_of(account.email) or "reader"
            lines.append(Listed(calendar, entry, title, calendar_list.background(entry), role))
    return lines


def days(
    state: State, account: Account, first: date, count: int, *, month: int | None = None
) -> list[Day]:
    """`count` days from `first` in the person's zone, with the events of all ticked calendars."""
    zone = account.time_zone
    today = state.clock.now().astimezone(zone_of(zone)).date()
    found = [Day(first + timedelta(days=n), False) for n in range(count)]
    for day in found:
        day.is_today = day.on == today
        day.is_outside = month is not None and day.on.month != month
    since = instant_of(datetime.combine(first, time()), zone)
    until = instant_of(datetime.combine(first + timedelta(days=count), time()), zone)
    for line in listed(state, account):
        if line.entry.is_selected and not line.entry.is_hidden:
            for event in _events(line.calendar, since, until):
                _spread(state, account, line, event, found)
    for day in found:
        day.all_day.sort(key=lambda shown: shown.title)
        _place(day.timed)
    return found


def _events(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Event]:
    for event in calendar.events.values():
        if event.is_cancelled or event.is_gone:
            continue
        if event.is_master:
            yield from (
                e
                for e in instances.expand(calendar, event, since=since, until=until)
                if not e.is_cancelled
            )
        elif event.recurring_event_id in calendar.events:
            continue
        elif instances.overlaps(event, calendar.time_zone, since, until):
            yield event


def _spread(state: State, account: Account, line: Listed, event: Event, found: list[Day]) -> None:
    """Put the event on each day it touches."""
    zone = zone_of(account.time_zone)
    for day in found:
        if event.start.on is not None and event.end.on is not None:
            if event.start.on <= day.on < event.end.on:
                shown = _shown(state, account, line, event, "")
                shown.on, shown.is_start = day.on, event.start.on == day.on
                day.all_day.append(shown)
            continue
        begin = event.start.instant("UTC").astimezone(zone)
        end = event.end.instant("UTC").astimezone(zone)
        is_here = begin.date() <= day.on <= end.date()
        if is_here and (end.date() > day.on or end.time() > time() or begin.date() == day.on):
            shown = _shown(state, account, line, event, f"{begin:%H:%M} – {end:%H:%M}")
            shown.on, shown.is_start = day.on, begin.date() == day.on
            shown.begin = _minutes(begin) if shown.is_start else 0
            shown.end = _minutes(end) if end.date() == day.on else DAY_MINUTES
            shown.begin = min(shown.begin, DAY_MINUTES - LEAST_MINUTES)
            day.timed.append(shown)


def _minutes(at: datetime) -> int:
    return at.hour * 60 + at.minute


def _shown(state: State, account: Account, line: Listed, event: Event, hours: str) -> Shown:
    fields = event.fields
    is_private = fields.get("visibility") in ("private", "confidential")
    is_hidden = line.role == "freeBusyReader" or (is_private and line.role not in DETAILED)
    people = fields.get("attendees", [])
    mine = [p for p in people if p.get("email") == account.email]
    colour = line.colour if is_hidden else _colour(event, line)
    return Shown(
        title="Busy" if is_hidden else fields.get("summary") or "(No title)",
        hours=hours,
        colour=colour,
        ink=ink_on(colour),
        calendar=line.calendar,
        event=event,
        link=html_link(line.calendar, event, ""),
        is_private=is_private,
        is_free=fields.get("transparency") == "transparent",
        is_tentative=event.status == "tentative",
        is_declined=any(p.get("responseStatus") == "declined" for p in mine),
        is_writable=line.role in DETAILED and fields.get("eventType", "default") == "default",
    )


def _colour(event: Event, line: Listed) -> str:
    """The event's own colour, else its calendar's (GOOGLE.md 9, Q27)."""
    own = event.fields.get("colorId")
    return EVENT_COLOURS[int(own)] if own else line.colour


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on this background (WCAG relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if luminance > 0.179 else "#ffffff"


def _place(timed: list[Shown]) -> None:
    """Columns side by side for events that overlap."""
    timed.sort(key=lambda shown: (shown.begin, -shown.end))
    group: list[Shown] = []
    for shown in timed:
        if group and shown.begin >= max(_bottom(one) for one in group):
            _close(group)
            group = []
        taken = {one.column for one in group if _bottom(one) > shown.begin}
        shown.column = next(n for n in range(len(group) + 1) if n not in taken)
        group.append(shown)
    _close(group)


def _close(group: list[Shown]) -> None:
    columns = max((one.column for one in group), default=0) + 1
    for one in group:
        one.columns = columns


def _bottom(shown: Shown) -> int:
    return max(shown.end, shown.begin + LEAST_MINUTES)


def now_in(state: State, account: Account) -> datetime:
    """The present wall-clock time of the person."""
    return state.clock.now().astimezone(UTC).astimezone(zone_of(account.time_zone))
