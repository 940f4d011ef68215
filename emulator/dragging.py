"""What a drag means: days and clock times of the person's zone as new times of an event.

The result is in the event's own zone, where `move_time` wants wall-clock times.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from emulator.model import Calendar, Event
from emulator.times import instant_of, zone_of


def moved(
    event: Event, calendar: Calendar, zone: str, *, days: int, at: time | None
) -> tuple[str, None]:
    """Carried `days` on, to another clock time unless `at` is None; the length stays."""
    if event.start.on is not None:
        return (event.start.on + timedelta(days=days)).isoformat(), None
    begin = event.start.instant(calendar.time_zone).astimezone(zone_of(zone))
    wanted = datetime.combine(begin.date() + timedelta(days=days), at or begin.time())
    return _in_own_zone(event, wanted, zone), None


def resized(
    event: Event, calendar: Calendar, zone: str, *, on: date, minutes: int
) -> tuple[str, str]:
    """The lower edge pulled to this many minutes after midnight (up to 1,440) of a day."""
    begin = event.start.instant(calendar.time_zone).astimezone(zone_of(zone)).replace(tzinfo=None)
    end = datetime.combine(on, time()) + timedelta(minutes=minutes)
    end = max(end, begin + timedelta(minutes=15))
    return _in_own_zone(event, begin, zone), _in_own_zone(event, end, zone)


def _in_own_zone(event: Event, wall: datetime, zone: str) -> str:
    own = zone_of(event.start.zone or zone)
    return instant_of(wall, zone).astimezone(own).replace(tzinfo=None).isoformat()
