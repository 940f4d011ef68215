"""From the zone names of calendar files to IANA names, as Google stores them.

Windows names go through CLDR's table (it comes with icalendar); zones that a file defines
itself are compared with the IANA zones around the file's own years.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from emulator.ics_parts import Block
from emulator.times import EventTime, instant_of, known_zones, zone_of

BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
WELL_KNOWN = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Europe/Paris",
    "Europe/Athens",
    "Europe/Moscow",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Australia/Sydney",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Africa/Johannesburg",
    "UTC",
]


class ZoneBook:
    """The zones of one file; `default` stands for floating times."""

    def __init__(self, blocks: list[Block], *, default: str, year: int) -> None:
        self.default = default
        self._year = year
        self._own = dict(_defined(blocks))
        self._names: dict[str, str | None] = {}

    def name_for(self, tzid: str) -> str | None:
        """The IANA name for a TZID; None when there is no such zone."""
        if tzid not in self._names:
            self._names[tzid] = self._resolve(tzid)
        return self._names[tzid]

    def place(self, local: datetime, tzid: str | None) -> EventTime:
        """A naive wall-clock time of a TZID (None: floating) as Google keeps it."""
        name = self.name_for(tzid) if tzid else self.default
        if name is not None:
            return EventTime(at=instant_of(local, name), zone=name)
        own = self._own.get(tzid or "")
        if own is None:
            return EventTime(at=instant_of(local, self.default), zone=self.default)
        return EventTime(at=local.replace(tzinfo=own[0]).astimezone(UTC), zone=self.default)

    def is_guessed(self, tzid: str) -> bool:
        """Whether this zone has no IANA name, so that only single instants are right."""
        return self.name_for(tzid) is None

    def _resolve(self, tzid: str) -> str | None:
        if tzid in known_zones():
            return tzid
        own = self._own.get(tzid)
        hints = list(_hints(tzid, own[1] if own else ""))
        if own is None:
            return hints[0] if hints else None
        for name in [*hints, *WELL_KNOWN, *sorted(known_zones())]:
            if self._agrees(own[0], name):
                return name
        return None

    def _agrees(self, own: tzinfo, name: str) -> bool:
        zone = zone_of(name)
        samples = [
            datetime(self._year + year, month, day, 12)  # noqa: DTZ001 - wall times
            for year in range(2)
            for month in range(1, 13)
            for day in (1, 15)
        ]
        try:
            return all(own.utcoffset(at) == zone.utcoffset(at) for at in samples)
        except BROKEN:
            return False


def _defined(blocks: list[Block]) -> Iterator[tuple[str, tuple[tzinfo, str]]]:
    for block in blocks:
        try:
            zone = icalendar.Timezone.from_ical(block.text)
            if not isinstance(zone, icalendar.Timezone):
                continue
            hint = str(zone.get("X-LIC-LOCATION", ""))
            yield str(zone["TZID"]), (zone.to_tz(lookup_tzid=False), hint)
        except BROKEN:
            continue


def _hints(tzid: str, location: str) -> Iterator[str]:
    """Names that the TZID itself suggests: its location, its tail
    (`/mozilla.org/…/Europe/Berlin`), CLDR.
    """
    words = [location, WINDOWS_TO_OLSON.get(tzid.strip('"'), "")]
    pieces = tzid.strip("/").split("/")
    words += ["/".join(pieces[-n:]) for n in (3, 2, 1)] + [tzid.removeprefix("custom_")]
    yield from (word for word in words if word in known_zones())


def nearest_year(local: datetime | None) -> int:
    """The year to compare zones in; odd dates fall back to the present rules."""
    return local.year if local is not None and 1971 <= local.year <= 2036 else 2024


def as_utc_text(time: EventTime) -> str:
    """An instant in basic format, for recurrence lines whose zone has no IANA name."""
    assert time.at is not None
    return (time.at + timedelta(0)).strftime("%Y%m%dT%H%M%SZ")
