"""When something takes place: an instant span with its zone, or whole days.

The two kinds are separate types because they must never be converted into each other through
UTC: that is how all-day events end up on the wrong day (GOOGLE.md 3.5).
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class TimedSpan:
    """A span of time. `starts_at` and `ends_at` are aware UTC; `time_zone` is an IANA name.

    The zone is where the wall clock of a series is kept: a weekly 18:00 stays 18:00 across a
    daylight saving change.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    time_zone: str

    @property
    def duration(self) -> dt.timedelta:
        """Elapsed time, not wall-clock time."""
        return self.ends_at - self.starts_at

    @property
    def starts_local(self) -> dt.datetime:
        """The start as an aware datetime in the event's own zone."""
        return self.starts_at.astimezone(zone(self.time_zone))

    @property
    def ends_local(self) -> dt.datetime:
        """The end as an aware datetime in the event's own zone."""
        return self.ends_at.astimezone(zone(self.time_zone))


@dataclass(frozen=True, slots=True)
class AllDaySpan:
    """Whole days. `ends_on` is exclusive, as in RFC 5545 3.6.1 and in Google's API."""

    starts_on: dt.date
    ends_on: dt.date

    @property
    def duration(self) -> dt.timedelta:
        """Whole days as a timedelta."""
        return self.ends_on - self.starts_on


Span = TimedSpan | AllDaySpan

Start = dt.datetime | dt.date
"""The original start that names one occurrence of a series: aware UTC, or a date for all-day."""


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises `UnknownTimeZone` for anything else (F100)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise UnknownTimeZone(name) from unknown


def is_known_zone(name: str) -> bool:
    """Whether `name` is an IANA zone on this machine."""
    try:
        zone(name)
    except UnknownTimeZone:
        return False
    return True


def instants(span: Span, *, time_zone: str) -> tuple[dt.datetime, dt.datetime]:
    """Start and end as aware UTC. Whole days are taken in `time_zone`, where they are looked at."""
    if isinstance(span, TimedSpan):
        return span.starts_at, span.ends_at
    return midnight(span.starts_on, time_zone), midnight(span.ends_on, time_zone)


def midnight(day: dt.date, time_zone: str) -> dt.datetime:
    """The first instant of `day` in `time_zone`, as aware UTC."""
    local = dt.datetime.combine(day, dt.time(), tzinfo=zone(time_zone))
    return local.astimezone(dt.UTC)


def start_of(span: Span) -> Start:
    """What names the first occurrence: the start instant, or the start date."""
    return span.starts_at if isinstance(span, TimedSpan) else span.starts_on


def moved(span: Span, to: Start) -> Span:
    """The same length and zone, beginning at `to` (a datetime for timed spans, else a date)."""
    if isinstance(span, TimedSpan):
        if not isinstance(to, dt.datetime):
            raise TypeError("a timed span moves to an instant")
        return TimedSpan(to, to + span.duration, span.time_zone)
    day = to.date() if isinstance(to, dt.datetime) else to
    return AllDaySpan(day, day + span.duration)


class UnknownTimeZone(ValueError):
    """The name is no IANA time zone that this machine knows."""
