"""Free times for online booking: bookable hours, less what is taken. Nothing of what takes it.

Times are offered on the practitioner's wall clock, so a weekly 9:00 stays 9:00 all year, and a time
that a daylight saving change skips is never offered (F103). What comes in and goes out is in aware
UTC. The same function answers for half a year and for one time that somebody has just sent.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from webapp.domain.bookable_hours import Stretch
from webapp.domain.timespan import zone
from webapp.domain.wall_clock import SkippedTime, instant, resolved

DAY = dt.timedelta(days=1)

Interval = tuple[dt.datetime, dt.datetime]
"""From one instant to another, the second not included."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a practitioner is booked: `length` of a session, a start every `step` within each of
    `hours`, and `pause` kept free before and after. `time_zone` is an IANA name."""

    hours: tuple[Stretch, ...]
    time_zone: str
    length: dt.timedelta
    step: dt.timedelta
    pause: dt.timedelta = dt.timedelta()


def free_slots(
    plan: Plan, taken: Iterable[Interval], *, after: dt.datetime, before: dt.datetime
) -> list[dt.datetime]:
    """When a session could begin, from `after` on and earlier than `before`, in order."""
    blocks = merged((begins - plan.pause, ends + plan.pause) for begins, ends in taken)
    ends = [end for _, end in blocks]
    found = {
        start
        for start in _starts(plan, after, before)
        if after <= start < before and _is_free(blocks, ends, start, start + plan.length)
    }
    return sorted(found)


def merged(taken: Iterable[Interval]) -> list[Interval]:
    """The same time as intervals that do not touch, in order; empty ones are left out."""
    joined: list[Interval] = []
    for begins, ends in sorted(each for each in taken if each[0] < each[1]):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


def _is_free(
    blocks: Sequence[Interval],
    ends: Sequence[dt.datetime],
    start: dt.datetime,
    end: dt.datetime,
) -> bool:
    """Only the first block that is not over by `start` can be in the way."""
    place = bisect_right(ends, start)
    return place == len(blocks) or blocks[place][0] >= end


def _starts(plan: Plan, after: dt.datetime, before: dt.datetime) -> Iterator[dt.datetime]:
    """Every start within the hours of the days that the range touches."""
    here = zone(plan.time_zone)
    day, last = after.astimezone(here).date(), before.astimezone(here).date()
    while day <= last:
        for stretch in plan.hours:
            if stretch.weekday == day.weekday():
                yield from _starts_in(plan, stretch, day)
        day += DAY


def _starts_in(plan: Plan, stretch: Stretch, day: dt.date) -> Iterator[dt.datetime]:
    local = dt.datetime.combine(day, stretch.begins)
    closes_local = dt.datetime.combine(day, stretch.ends)
    closes = resolved(closes_local, plan.time_zone)
    while local < closes_local:
        start = _instant(local, plan.time_zone)
        if start is not None and start + plan.length <= closes:
            yield start
        local += plan.step


def _instant(local: dt.datetime, time_zone: str) -> dt.datetime | None:
    """None for a time that is not on that day's clock."""
    try:
        return instant(local, time_zone)
    except SkippedTime:
        return None
