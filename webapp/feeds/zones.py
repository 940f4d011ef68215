"""VTIMEZONE from the IANA database: two yearly rules where a zone has them, else single changes.

Everything is read from `zoneinfo`, so that a feed and the app can never disagree. RRULEs and not
RDATEs, because several programs read only the first date or none; local time *before* the change
as onset; no seconds in offsets (ICALENDAR.md A2, A4, A5). zone_changes.py finds the changes.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ics.grammar.parse import Container

from webapp.feeds.folding import component_bytes
from webapp.feeds.lines import line, text
from webapp.feeds.zone_changes import Change, change_at_beginning, changes_between

LAST_YEAR = 2041
CYCLE = 28  # after so many years weekdays and dates have met in every combination
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Habit:
    """A change that comes every year: the same but for its day, which is one of seven."""

    example: Change
    lowest_day: int
    is_last: bool

    def fits(self, change: Change) -> bool:
        """Whether the habit makes this change."""
        day, length = change.at.day, monthrange(change.at.year, change.at.month)[1]
        lowest = length - 6 if self.is_last else self.lowest_day
        return _kind(change) == _kind(self.example) and lowest <= day <= lowest + 6

    @property
    def rule(self) -> str:
        """The RRULE, in the form that most programs understand."""
        weekday = WEEKDAYS[self.example.at.weekday()]
        month = f"FREQ=YEARLY;BYMONTH={self.example.at.month}"
        if self.is_last:
            return f"{month};BYDAY=-1{weekday}"
        if self.lowest_day % 7 == 1:
            return f"{month};BYDAY={self.lowest_day // 7 + 1}{weekday}"
        days = ",".join(str(self.lowest_day + number) for number in range(7))
        return f"{month};BYDAY={weekday};BYMONTHDAY={days}"


@lru_cache(maxsize=256)
def timezone_bytes(name: str, *, since_year: int) -> bytes:
    """The VTIMEZONE of an IANA zone, right from the beginning of `since_year` until 2041 at least.

    Raises `UnknownTimeZone`.
    """
    changes = changes_between(name, since_year - 1, LAST_YEAR + CYCLE)
    by_year: dict[int, list[Change]] = {}
    for change in changes:
        by_year.setdefault(change.at.year, []).append(change)
    habits = _habits(by_year)
    ruled_from = _ruled_from(by_year, habits, since_year - 1)
    single = [one for one in changes if one.at.year < min(ruled_from, LAST_YEAR + 1)]
    if ruled_from > since_year - 1:
        single.insert(0, change_at_beginning(name, since_year - 1))
    parts = [_observance(one, is_daylight=one.is_daylight) for one in single]
    parts += [
        _observance(one, is_daylight=one.after > one.before, rule=habit.rule)
        for habit, one in zip(habits, by_year.get(ruled_from, ()), strict=False)
    ]
    return component_bytes(Container("VTIMEZONE", line("TZID", name), *parts))


def _habits(by_year: Mapping[int, Sequence[Change]]) -> list[Habit]:
    """The two habits of the last cycle of years; none when it has no such order."""
    years = [by_year.get(year, ()) for year in range(LAST_YEAR + 1, LAST_YEAR + CYCLE + 1)]
    if any(len(pair) != 2 for pair in years):
        return []
    habits = [_habit([pair[place] for pair in years]) for place in (0, 1)]
    return [habit for habit in habits if habit is not None] if None not in habits else []


def _habit(changes: Sequence[Change]) -> Habit | None:
    lowest = min(change.at.day for change in changes)
    is_numbered = lowest % 7 == 1
    candidates = [Habit(changes[0], lowest, is_last) for is_last in (not is_numbered, is_numbered)]
    return next((one for one in candidates if all(map(one.fits, changes))), None)


def _ruled_from(
    by_year: Mapping[int, Sequence[Change]], habits: Sequence[Habit], first_year: int
) -> int:
    """The first year from which the habits make every change."""
    year = LAST_YEAR + CYCLE + 1
    while habits and year > first_year and _is_ruled(by_year.get(year - 1, ()), habits):
        year -= 1
    return year


def _is_ruled(changes: Sequence[Change], habits: Sequence[Habit]) -> bool:
    return len(changes) == 2 and all(
        habit.fits(change) for habit, change in zip(habits, changes, strict=True)
    )


def _kind(change: Change) -> tuple[object, ...]:
    """What stays the same from year to year."""
    at = change.at
    return at.month, at.weekday(), at.time(), change.before, change.after


def _observance(change: Change, *, is_daylight: bool, rule: str = "") -> Container:
    lines = [
        line("DTSTART", f"{change.at:%Y%m%dT%H%M%S}"),
        line("TZOFFSETFROM", _offset(change.before)),
        line("TZOFFSETTO", _offset(change.after)),
        line("TZNAME", text(change.name)),
    ]
    if rule:
        lines.append(line("RRULE", rule))
    return Container("DAYLIGHT" if is_daylight else "STANDARD", *lines)


def _offset(offset: dt.timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
