"""What is asked about removals, new calendars and clashes, made of no rows: for /patterns."""

import datetime as dt

from webapp.db.models import SyncedCalendar
from webapp.db.queries.removals import ListedEvent, Listing, Removal
from webapp.db.queries.tile_samples import CONNECTED, FIRST, calendar_sample
from webapp.db.queries.tiles import Tile
from webapp.domain.calendar_entries import Entry, EntryKind
from webapp.domain.timespan import AllDaySpan, TimedSpan

BEGINS = dt.datetime(2026, 6, 12, 8, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)

EVENTS = [
    ListedEvent("piano", "Piano", "Tuesday 24 November 2026, 17:00 to 17:50", is_series=False),
    ListedEvent("choir", "Choir", "Thursday 26 November 2026, 19:00 to 21:00", is_series=True),
    ListedEvent("busy", "Busy", "Friday 27 November 2026, all day", is_series=False),
]
CLASH = (
    "3 of the next 26 sessions overlap, the first on Thu 3 Dec with Busy time from Google, "
    "14:00 – 15:00. Free that day: 12:30, 13:00, 15:00, 15:30."
)


def asking_sample(now: dt.datetime) -> SyncedCalendar:
    """A calendar that misses 120 of its 140 events in Google."""
    return calendar_sample(now, id="sample-question", gone_count=120, gone_of=140)


def listing_sample() -> Listing:
    """The first three of them."""
    return Listing(EVENTS, 120)


def removal_samples(now: dt.datetime) -> list[Removal]:
    """Three events that went yesterday."""
    at = now - dt.timedelta(days=1)
    return [Removal("sample", "Family", "green", at, Listing(EVENTS, len(EVENTS)))]


def more_tiles(now: dt.datetime) -> dict[str, Tile]:
    """Tiles whose state has more to say than its name."""
    new = calendar_sample(now, id="sample-new", name="Choir", is_on=False, is_new=True, **FIRST)
    chosen = calendar_sample(
        now, id="sample-chosen", chosen_hue="purple", blocks_booking=False, shows_details=False
    )
    shared = calendar_sample(now, id="sample-shared")
    return {
        "new": Tile(calendar=new, connection_state=CONNECTED),
        "choices open": Tile(calendar=chosen, connection_state=CONNECTED, is_open=True),
        "shared": Tile(calendar=shared, connection_state=CONNECTED, also_synced_by=("Ben Okafor",)),
    }


def hand_made_sample() -> Entry:
    """An event that somebody wrote into our calendar in Google (D9)."""
    return Entry(
        kind=EntryKind.GOOGLE,
        title="First talk",
        span=TimedSpan(BEGINS, BEGINS + HOUR, "Europe/Berlin"),
        why="It is marked Busy in Google.",
        calendar_name="Practice Calendar",
    )


def vacation_sample() -> Entry:
    """A whole day that Google marks Free (U9)."""
    return Entry(
        kind=EntryKind.GOOGLE,
        title="Vacation",
        span=AllDaySpan(dt.date(2026, 6, 12), dt.date(2026, 6, 13)),
        is_busy=False,
        blocks=False,
        why="It is marked Free in Google.",
        is_free_by_default=True,
        calendar_name="Family",
        hue="green",
    )
