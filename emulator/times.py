"""Times as Google Calendar keeps them: a plain date, or an instant with the event's own IANA zone.

Parsing and rendering of the `start`/`end` members and of RFC 3339 query parameters lives here
(GOOGLE.md 3.5). All-day dates are never turned into instants except to compare them with a window,
in the calendar's zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


class UnreadableTime(ValueError):
    """The text is no RFC 3339 date or date-time."""


@dataclass(frozen=True)
class EventTime:
    """Either `on` (all-day) or `at` (aware UTC) with the event's own zone name."""

    on: date | None = None
    at: datetime | None = None
    zone: str | None = None

    @property
    def is_all_day(self) -> bool:
        return self.on is not None

    def instant(self, zone: str) -> datetime:
        """The moment it stands for, in UTC; a date begins at midnight of `zone`."""
        if self.at is not None:
            return self.at
        assert self.on is not None
        return datetime(self.on.year, self.on.month, self.on.day, tzinfo=zone_of(zone)).astimezone(
            UTC
        )

    def local(self) -> datetime:
        """The naive wall-clock time in the event's own zone; midnight for a date."""
        if self.at is None:
            assert self.on is not None
            return datetime.combine(self.on, time.min)
        return self.at.astimezone(zone_of(self.zone or "UTC")).replace(tzinfo=None)

    def shifted(self, by: timedelta) -> EventTime:
        """The same kind of time, moved on the wall clock of its own zone."""
        return self.like(self.local() + by)

    def like(self, local: datetime) -> EventTime:
        """A time of the same kind and zone at this naive wall-clock time."""
        if self.on is not None:
            return EventTime(on=local.date())
        return EventTime(at=instant_of(local, self.zone or "UTC"), zone=self.zone)

    def id_stamp(self) -> str:
        """The suffix of an instance id: UTC basic format, or the date (GOOGLE.md 4.2)."""
        if self.on is not None:
            return self.on.strftime("%Y%m%d")
        assert self.at is not None
        return self.at.strftime("%Y%m%dT%H%M%SZ")

    def rendered(self, zone: str) -> dict[str, str]:
        """Google's member: the offset is that of the response zone, `timeZone` the event's own."""
        if self.on is not None:
            return {"date": self.on.isoformat()}
        assert self.at is not None
        return {"dateTime": rfc3339(self.at, zone), "timeZone": self.zone or zone}


def rfc3339(at: datetime, zone: str) -> str:
    """Whole seconds with the zone's offset; `Z` for UTC. Old local times had seconds in their
    offsets, which RFC 3339 cannot write: the offset is cut to minutes, the moment stays.
    """
    offset = at.astimezone(zone_of(zone)).utcoffset() or timedelta(0)
    minutes = timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    text = at.astimezone(minutes).replace(microsecond=0).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def millis(microseconds: int) -> str:
    """A stored stamp as `2026-11-03T08:15:02.417Z`."""
    at = datetime.fromtimestamp(microseconds // 1000 / 1000, tz=UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{microseconds // 1000 % 1000:03d}Z"


def parse_moment(text: str) -> tuple[datetime, bool]:
    """(date-time, whether it carried an offset); aware when it did. Fractions are dropped."""
    match = RFC3339.fullmatch(text)
    if match is None:
        raise UnreadableTime(text)
    day, clock, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper()}"), offset is not None
    except ValueError:
        raise UnreadableTime(text) from None


def parse_date(text: str) -> date:
    """A strict `YYYY-MM-DD`."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise UnreadableTime(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableTime(text) from None


def instant_of(local: datetime, zone: str) -> datetime:
    """A naive wall-clock time of a zone as UTC; a time in a gap takes the offset before it (RFC
    5545 3.3.5).
    """
    return local.replace(tzinfo=zone_of(zone)).astimezone(UTC)


@cache
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone; raises ZoneInfoNotFoundError or ValueError for anything else."""
    return ZoneInfo(name)


def canonical_zone(name: str) -> str:
    """The name an alias stands for (`Europe/Berlin` for itself), by the IANA link table."""
    return _links().get(name, name)


@cache
def _links() -> dict[str, str]:
    lines = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text().splitlines()
    links = (line.split() for line in lines if line.startswith("L "))
    return {alias: name for _, name, alias in links}


@cache
def known_zones() -> frozenset[str]:
    """Names Google would accept; Windows names are not among them (GOOGLE.md 3.5)."""
    return frozenset(available_timezones())
