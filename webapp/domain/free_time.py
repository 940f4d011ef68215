"""Clashes and free times, from what is taken; not a word of what it is (R138, U17).

Everything is in aware UTC; only the sentences are in a zone.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webapp.domain.timespan import zone

STEP = dt.timedelta(minutes=30)
"""Free times are offered on the half hour."""

EARLIEST, LATEST = dt.time(8), dt.time(20)
"""The hours of a day in which free times are offered, on the wall clock."""

MOST_OFFERED = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of time that is taken. `is_google`: by an event from Google that blocks."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_google: bool = False

    def overlaps(self, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        """Whether they share any time; what ends as the other begins does not."""
        return self.starts_at < ends_at and self.ends_at > starts_at


def clashes(taken: Iterable[Taken], starts_at: dt.datetime, ends_at: dt.datetime) -> list[Taken]:
    """What is in the way, in time order."""
    found = [each for each in taken if each.overlaps(starts_at, ends_at)]
    return sorted(found, key=lambda each: (each.starts_at, each.ends_at, each.is_google))


def free_starts(
    taken: Sequence[Taken],
    *,
    day: dt.date,
    time_zone: str,
    length: dt.timedelta,
    not_before: dt.datetime,
) -> list[dt.datetime]:
    """When a session of `length` could begin on `day`, on the half hour, from `not_before` on."""
    begins = dt.datetime.combine(day, EARLIEST, tzinfo=zone(time_zone)).astimezone(dt.UTC)
    ends = dt.datetime.combine(day, LATEST, tzinfo=zone(time_zone)).astimezone(dt.UTC)
    found = []
    while begins + length <= ends:
        is_free = not any(each.overlaps(begins, begins + length) for each in taken)
        if is_free and begins >= not_before:
            found.append(begins)
        begins += STEP
    return found


def nearest(starts: Iterable[dt.datetime], wished: dt.datetime) -> list[dt.datetime]:
    """The few that are closest to what was wished, in time order."""
    closest = sorted(starts, key=lambda at: (abs(at - wished), at))[:MOST_OFFERED]
    return sorted(closest)


def clash_sentence(
    found: Sequence[Taken],
    free: Sequence[dt.datetime] | None,
    *,
    starts_at: dt.datetime,
    time_zone: str,
    count: int,
    of: int,
) -> str:
    """ "Overlaps with Busy time from Google, 14:00 – 15:00. Free that day: 13:00, 15:30."

    `found` is in the way of the first session that overlaps, which begins at `starts_at`, and
    `free` lies on its day; None means whole days, of which the day of what is in the way is named.
    `count` of `of` sessions overlap, where a series is meant.
    """
    first, at = found[0], starts_at.astimezone(zone(time_zone))
    source = "Busy time from Google" if first.is_google else "another session"
    others = f" and {len(found) - 1} more" if len(found) > 1 else ""
    times = _times(first, time_zone, has_day=free is None)
    return f"{_opening(at, count, of)} {source}, {times}{others}.{_offered(free, time_zone)}"


def _offered(free: Sequence[dt.datetime] | None, time_zone: str) -> str:
    if free is None:
        return ""
    times = ", ".join(f"{each.astimezone(zone(time_zone)):%H:%M}" for each in free)
    return f" Free that day: {times}." if times else " Nothing else is free that day."


def _opening(at: dt.datetime, count: int, of: int) -> str:
    """How many of how many, and on which day the first of them is; `at` is on the wall clock."""
    day = f"{at:%a} {at.day} {at:%b}"
    if of == 1:
        return "Overlaps with"
    if count == 1:
        return f"One of the next {of} sessions overlaps: on {day} with"
    return f"{count} of the next {of} sessions overlap, the first on {day} with"


def _times(taken: Taken, time_zone: str, *, has_day: bool) -> str:
    starts, ends = (at.astimezone(zone(time_zone)) for at in (taken.starts_at, taken.ends_at))
    if starts.date() == ends.date():
        return f"{_day(starts) if has_day else f'{starts:%H:%M}'} – {ends:%H:%M}"
    return f"{_day(starts)} – {_day(ends)}"


def _day(at: dt.datetime) -> str:
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"
