"""From items to bytes: the same items give the same bytes in every process.

No METHOD: it would ask for an ORGANIZER (ICALENDAR.md A4). What was written is remembered, so that
one changed event costs one rendering. assembly.py puts the parts of a calendar together.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from webapp.domain.product import NAME
from webapp.domain.timespan import Start, start_of
from webapp.feeds.event import FeedItem, event_component, zone_written
from webapp.feeds.folding import component_bytes, folded
from webapp.feeds.lines import line, text

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


@lru_cache(maxsize=20_000)
def written(item: FeedItem) -> Written:
    """The item as it goes out."""
    starts = [start_of(item.snapshot.span), item.original_start]
    first_year = min(start.year for start in starts if start is not None)
    place = zone_written(item)
    return Written(component_bytes(event_component(item, place=place)), place, first_year)


def order(item: FeedItem) -> tuple[str, str]:
    """Where an event stands in its calendar: by start, then by UID."""
    return _sortable(start_of(item.snapshot.span)), item.uid


def _sortable(start: Start) -> str:
    return (start.astimezone(dt.UTC) if isinstance(start, dt.datetime) else start).isoformat()


def head_bytes(head: FeedHead) -> bytes:
    """The calendar's own properties."""
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
