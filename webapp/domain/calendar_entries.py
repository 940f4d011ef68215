"""One thing on the calendar, whoever made it, as the page shows it and as it is read aloud.

Built by `db/queries/calendar.py` and already reduced to what the viewer may see; placed on the
page by `domain/calendar_layout.py`.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.palette import GREY
from webapp.domain.timespan import AllDaySpan, Span, start_of, zone

DAY = dt.timedelta(days=1)


class EntryKind(StrEnum):
    """Who owns it: it looks different, and it is edited where it was made (D1).

    Busy: somebody else's, of which only the time is seen (R100).
    """

    CLIENT = "client"
    OWN = "own"
    GOOGLE = "google"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Entry:
    """One occurrence. `key` is the id of its row, "" when the viewer may not open it;
    `original_start` names the occurrence of a series.

    `is_busy` is as in Google; `blocks` says whether booking is held off, and `why` in a sentence.
    `is_free_by_default`: all-day and Free, worth a hint (U9).
    `is_hidden`: only that the time is taken may be seen. `is_locked`: in Google, not to be edited
    there. `day_zone` is where whole days are days, "" for wherever they are looked at. `as_of`
    (aware UTC) is set when Google cannot be read and this is how it was then.
    """

    kind: EntryKind
    title: str
    span: Span
    key: str = ""
    original_start: str = ""
    is_busy: bool = True
    blocks: bool = True
    why: str = ""
    is_free_by_default: bool = False
    is_private: bool = False
    is_hidden: bool = False
    is_tentative: bool = False
    is_repeating: bool = False
    is_locked: bool = False
    is_waiting: bool = False
    failure: str = ""
    problem: str = ""
    location: str = ""
    calendar_name: str = ""
    hue: str = GREY
    day_zone: str = ""
    as_of: dt.datetime | None = None

    @property
    def slug(self) -> str:
        """Names the entry within a page, for ids of elements."""
        start = self.original_start or start_of(self.span).isoformat()
        return f"{self.key or 'busy'}-{''.join(c for c in start if c.isalnum())}"

    @property
    def is_all_day(self) -> bool:
        """Whole days, or not."""
        return isinstance(self.span, AllDaySpan)


SOURCES = {
    EntryKind.CLIENT: "client appointment",
    EntryKind.OWN: "own event",
    EntryKind.BUSY: "details hidden",
}


def clock_text(entry: Entry, time_zone: str) -> str:
    """ "10:00 – 10:50", or "All day"."""
    if isinstance(entry.span, AllDaySpan):
        return "All day"
    starts, ends = (
        at.astimezone(zone(time_zone)) for at in (entry.span.starts_at, entry.span.ends_at)
    )
    return f"{starts:%H:%M} – {ends:%H:%M}"


def when_text(entry: Entry, time_zone: str) -> str:
    """ "Thursday 4 June 2026, 10:00 to 10:50"; with both days when they differ."""
    if isinstance(entry.span, AllDaySpan):
        last = entry.span.ends_on - DAY
        until = "" if last <= entry.span.starts_on else f" to {_day(last)}"
        return f"{_day(entry.span.starts_on)}{until}, all day"
    starts, ends = (
        at.astimezone(zone(time_zone)) for at in (entry.span.starts_at, entry.span.ends_at)
    )
    day = "" if ends.date() == starts.date() else f"{_day(ends.date())}, "
    return f"{_day(starts.date())}, {starts:%H:%M} to {day}{ends:%H:%M}"


def spoken(entry: Entry, time_zone: str) -> str:
    """The accessible name: title, full date, time, source, busy or free, and the rest (6.7)."""
    source = SOURCES.get(entry.kind) or f"from Google, {entry.calendar_name}"
    parts = [
        entry.title,
        when_text(entry, time_zone),
        source,
        "busy" if entry.is_busy else "free",
        _on_booking(entry),
        "not answered" if entry.is_tentative else "",
        "repeats" if entry.is_repeating else "",
        entry.location,
        "locked in Google" if entry.is_locked else "",
        "private" if entry.is_private else "",
        "waiting for Google" if entry.is_waiting else "",
        f"not in Google: {entry.failure}" if entry.failure else "",
        entry.problem,
    ]
    return ", ".join(part for part in parts if part)


def _on_booking(entry: Entry) -> str:
    """Only where busy and free do not say it already."""
    if entry.is_free_by_default:
        return "clients can book on that day"
    return "does not block booking" if entry.is_busy and not entry.blocks else ""


def _day(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"
