"""When in a week a practitioner can be booked online: stretches on the wall clock of their zone.

They have nothing to do with what the calendar shows as working hours (R12): a practitioner may see
clients at times that nobody books online.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Stored = list[list[int | str]]
"""As a column keeps them: weekday (Monday is 0), first and last time as "09:00"."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From `begins` to `ends` on each `weekday` (Monday is 0); it does not reach past midnight."""

    weekday: int
    begins: dt.time
    ends: dt.time


MORNING, AFTERNOON = (dt.time(9), dt.time(12)), (dt.time(13), dt.time(17))

SUGGESTED = tuple(
    Stretch(weekday, begins, ends) for weekday in range(5) for begins, ends in (MORNING, AFTERNOON)
)
"""What the form begins with."""


def stored(hours: Iterable[Stretch]) -> Stored:
    """For the column, in the order of the week."""
    return [[each.weekday, f"{each.begins:%H:%M}", f"{each.ends:%H:%M}"] for each in sorted(hours)]


def from_stored(column: Stored) -> tuple[Stretch, ...]:
    """The reverse of `stored`."""
    return tuple(
        Stretch(int(weekday), dt.time.fromisoformat(str(begins)), dt.time.fromisoformat(str(ends)))
        for weekday, begins, ends in column
    )


def faults(hours: Sequence[Stretch], *, length: dt.timedelta) -> dict[int, str]:
    """A sentence for each weekday whose stretches cannot be right."""
    found = {}
    for weekday in sorted({each.weekday for each in hours}):
        own = sorted(each for each in hours if each.weekday == weekday)
        if any(each.ends <= each.begins for each in own):
            found[weekday] = "Each stretch has to end after it begins."
        elif any(later.begins < sooner.ends for sooner, later in pairwise(own)):
            found[weekday] = "These two overlap."
        elif any(_length(each) < length for each in own):
            found[weekday] = "One of these is shorter than a session."
    return found


def _length(stretch: Stretch) -> dt.timedelta:
    day = dt.date(2000, 1, 1)
    return dt.datetime.combine(day, stretch.ends) - dt.datetime.combine(day, stretch.begins)
