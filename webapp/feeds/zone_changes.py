"""When the clock of a zone is put forward or back, found by asking `zoneinfo` and by halving."""

import datetime as dt
from dataclasses import dataclass

from webapp.domain.timespan import zone

STEP = dt.timedelta(days=3)  # no two changes of our time are closer
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Change:
    """The clock is set. `at` is the local time before it, naive; the rest are offsets from UTC."""

    at: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    is_daylight: bool
    name: str


def changes_between(name: str, first_year: int, last_year: int) -> list[Change]:
    """Every change of the offset in these years, in order. Raises `UnknownTimeZone`."""
    own_zone = zone(name)
    found = []
    at = dt.datetime(first_year, 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(last_year + 1, 1, 1, tzinfo=dt.UTC)
    while at < end:
        if _offset(at, own_zone) != _offset(at + STEP, own_zone):
            found.append(_change(_first_instant(at, at + STEP, own_zone), own_zone))
        at += STEP
    return [change for change in found if change.at.year <= last_year]


def change_at_beginning(name: str, year: int) -> Change:
    """The clock that goes when `year` begins, as if it had been set then."""
    own_zone = zone(name)
    local = dt.datetime(year, 1, 1)  # noqa: DTZ001 - a wall clock time.
    at = local.replace(tzinfo=own_zone).astimezone(dt.UTC)
    offset = _offset(at, own_zone)
    return Change(local, offset, offset, _is_daylight(at, own_zone), _name(at, own_zone))


def _first_instant(low: dt.datetime, high: dt.datetime, own_zone: dt.tzinfo) -> dt.datetime:
    """The first instant of the new clock; changes happen on whole seconds."""
    old = _offset(low, own_zone)
    while high - low > SECOND:
        middle = (low + (high - low) // 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, own_zone) == old else (low, middle)
    return high


def _change(at: dt.datetime, own_zone: dt.tzinfo) -> Change:
    before = _offset(at - SECOND, own_zone)
    local = (at + before).replace(tzinfo=None)
    after = _offset(at, own_zone)
    return Change(local, before, after, _is_daylight(at, own_zone), _name(at, own_zone))


def _offset(at: dt.datetime, own_zone: dt.tzinfo) -> dt.timedelta:
    return at.astimezone(own_zone).utcoffset() or dt.timedelta()


def _is_daylight(at: dt.datetime, own_zone: dt.tzinfo) -> bool:
    return (at.astimezone(own_zone).dst() or dt.timedelta()) > dt.timedelta()


def _name(at: dt.datetime, own_zone: dt.tzinfo) -> str:
    return at.astimezone(own_zone).tzname() or ""
