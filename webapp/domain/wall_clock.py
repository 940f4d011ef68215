"""From what a clock on the wall shows to an instant, and back.

A local time that a daylight saving change skips does not exist and is refused (F103). One that it
repeats is taken the first time (F104); the second is reached by moving the session afterwards.

What people mean is the clock on the wall. How far it is ahead of UTC is law, and laws change: who
keeps an instant keeps that offset beside it (F86).
"""

import datetime as dt

from webapp.domain.timespan import TimedSpan, zone


class SkippedTime(ValueError):
    """The clocks jump over this local time on that day."""


def instant(local: dt.datetime, time_zone: str) -> dt.datetime:
    """`local` (naive) in `time_zone` as aware UTC. Raises `SkippedTime` for one that never is."""
    found = resolved(local, time_zone)
    if found.astimezone(zone(time_zone)).replace(tzinfo=None) != local:
        raise SkippedTime(local.isoformat(timespec="minutes"))
    return found


def resolved(local: dt.datetime, time_zone: str) -> dt.datetime:
    """As `instant`, but a skipped time slides past the gap, as occurrences of a series do."""
    return local.replace(tzinfo=zone(time_zone), fold=0).astimezone(dt.UTC)


def wall(at: dt.datetime, time_zone: str) -> dt.datetime:
    """What the clock in `time_zone` shows at the instant `at`, naive."""
    return at.astimezone(zone(time_zone)).replace(tzinfo=None, fold=0)


def offset(at: dt.datetime, time_zone: str) -> int:
    """By how many seconds the clock in `time_zone` is ahead of UTC at the instant `at`."""
    return int((wall(at, time_zone) - at.astimezone(dt.UTC).replace(tzinfo=None)).total_seconds())


def as_meant(at: dt.datetime, time_zone: str, *, written_with: int | None) -> dt.datetime:
    """When the clock shows what it was to show at `at`, aware UTC.

    `written_with` is the `offset` of then; without it nothing is known but the instant.
    """
    if written_with is None or written_with == offset(at, time_zone):
        return at
    meant = at.astimezone(dt.UTC) + dt.timedelta(seconds=written_with)
    return resolved(meant.replace(tzinfo=None), time_zone)


def timed_span(starts: dt.datetime, ends: dt.datetime, time_zone: str) -> TimedSpan:
    """The span between two naive local times. Raises `SkippedTime`."""
    return TimedSpan(instant(starts, time_zone), instant(ends, time_zone), time_zone)
