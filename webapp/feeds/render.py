"""From items to a calendar's bytes: the same items give the same bytes in every process.

Stable order: events by start and UID, a series before its moved occurrences, as one reader drops
those that come first. Every used zone once and before the events, and no METHOD: it would ask for
an ORGANIZER (ICALENDAR.md A4). The parts of a calendar are remembered, so that one changed event
costs one rendering.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from webapp.domain.product import NAME
from webapp.domain.timespan import Start, start_of
from webapp.feeds.event import FeedItem, event_component, zone_written
from webapp.feeds.folding import component_bytes, folded
from webapp.feeds.lines import line, text
from webapp.feeds.zones import timezone_bytes

FORMAT = 1
"""Raise it when the same items shall give other bytes."""

COLOUR_NAME, COLOUR_HEX = "teal", "#008080"
READ_AGAIN = "PT1H"
TAIL = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a subscriber sees of the calendar as a whole. `time_zone` is an IANA name."""

    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Written:
    """A VEVENT, the zone that its times name ("" for none), and the first year they need it."""

    octets: bytes
    place: str
    first_year: int


def render(items: Iterable[FeedItem], *, head: FeedHead) -> bytes:
    """A complete iCalendar object (RFC 5545 3.4). Raises `UnknownTimeZone`."""
    items = list(items)
    begins = {item.uid: _sortable(start_of(item.snapshot.span)) for item in items if item.is_whole}
    ordered = sorted(items, key=lambda item: (begins.get(item.uid, ""), item.uid, _place(item)))
    events = [written(item) for item in ordered]
    return b"".join([_head(head), *_zones(events), *(event.octets for event in events), TAIL])


@lru_cache(maxsize=20_000)
def written(item: FeedItem) -> Written:
    """The item as it goes out."""
    starts = [start_of(item.snapshot.span), item.original_start]
    first_year = min(start.year for start in starts if start is not None)
    return Written(component_bytes(event_component(item)), zone_written(item), first_year)


def _place(item: FeedItem) -> str:
    """The whole event or series first, then its moved occurrences by where they come from."""
    return _sortable(item.original_start)


def _sortable(start: Start | None) -> str:
    if start is None:
        return ""
    return (start.astimezone(dt.UTC) if isinstance(start, dt.datetime) else start).isoformat()


def _head(head: FeedHead) -> bytes:
    name = text(head.name)
    lines = [
        line("BEGIN", "VCALENDAR"),
        line("VERSION", "2.0"),
        line("PRODID", f"-//{NAME}//Feed {FORMAT}//EN"),
        line("CALSCALE", "GREGORIAN"),
        line("NAME", name),
        line("X-WR-CALNAME", name),
        line("X-WR-TIMEZONE", head.time_zone),
        line("REFRESH-INTERVAL", READ_AGAIN, {"VALUE": "DURATION"}),
        line("X-PUBLISHED-TTL", READ_AGAIN),
        line("COLOR", COLOUR_NAME),
        line("X-APPLE-CALENDAR-COLOR", COLOUR_HEX),
    ]
    return b"".join(folded(str(one)) for one in lines)


def _zones(events: Sequence[Written]) -> list[bytes]:
    """The VTIMEZONE of every zone in use, each from the year of its first event on."""
    first_years: dict[str, int] = {}
    for event in events:
        if event.place:
            known = first_years.get(event.place, event.first_year)
            first_years[event.place] = min(event.first_year, known)
    return [timezone_bytes(name, since_year=year) for name, year in sorted(first_years.items())]
