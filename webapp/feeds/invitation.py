"""One appointment as a file for the client's own calendar, which others may see.

Its title is the practice's neutral words; neither people nor the practice are in it.
"""

import datetime as dt

from webapp.domain.product import NAME
from webapp.feeds.folding import folded
from webapp.feeds.lines import line, text


def calendar_file(
    *, uid: str, words: str, starts_at: dt.datetime, ends_at: dt.datetime, stamp: dt.datetime
) -> bytes:
    """A complete iCalendar object (RFC 5545 3.4); times are aware UTC and stay in UTC."""
    lines = [
        line("BEGIN", "VCALENDAR"),
        line("VERSION", "2.0"),
        line("PRODID", f"-//{NAME}//Booking//EN"),
        line("CALSCALE", "GREGORIAN"),
        line("BEGIN", "VEVENT"),
        line("UID", uid),
        line("DTSTAMP", _utc(stamp)),
        line("DTSTART", _utc(starts_at)),
        line("DTEND", _utc(ends_at)),
        line("SUMMARY", text(words)),
        line("CLASS", "PRIVATE"),
        line("END", "VEVENT"),
        line("END", "VCALENDAR"),
    ]
    return b"".join(folded(str(one)) for one in lines)


def _utc(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
