"""Free times as the booking page shows them: one week, one day of it, its times by part of the day.

Everything is shown in the visitor's zone, so a time late in the evening may stand on another day
than the practitioner's. Instants are aware UTC; days and words are the visitor's.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from webapp.domain.calendar_pages import FIRST_DAY, LAST_DAY
from webapp.domain.timespan import zone

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
NOON, EVENING = dt.time(12), dt.time(18)
REGIONS = frozenset(
    {
        *("Africa", "America", "Antarctica", "Asia", "Atlantic"),
        *("Australia", "Europe", "Indian", "Pacific"),
    }
)


@dataclass(frozen=True, slots=True)
class BookingDay:
    """One day of the week that is shown; `starts` are its free times."""

    on: dt.date
    starts: tuple[dt.datetime, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Morning, afternoon or evening of the chosen day."""

    name: str
    starts: tuple[dt.datetime, ...]


@dataclass(frozen=True, slots=True)
class BookingWeek:
    """What the page shows. `earlier` and `later` are the nearest days with free times in other
    weeks; `next_start` is the first free time after a chosen day that has none."""

    days: tuple[BookingDay, ...]
    chosen: BookingDay
    first: dt.datetime | None
    earlier: dt.date | None
    later: dt.date | None
    next_start: dt.datetime | None
    time_zone: str

    @property
    def title(self) -> str:
        """ "23 – 29 November"."""
        first, last = self.days[0].on, self.days[-1].on
        begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
        return f"{begins} – {last.day} {last:%B}"

    @property
    def parts(self) -> list[Part]:
        """The chosen day's times, without empty parts."""
        named: dict[str, list[dt.datetime]] = {}
        for start in self.chosen.starts:
            named.setdefault(_part(start.astimezone(zone(self.time_zone))), []).append(start)
        return [Part(name, tuple(starts)) for name, starts in named.items()]


def week_of(
    starts: Sequence[dt.datetime], *, on: dt.date | None, today: dt.date, time_zone: str
) -> BookingWeek:
    """The week of `on`, or of the first free time; `starts` are all that is offered, in order.

    `today` is the visitor's; a day before it is taken for it.
    """
    by_day: dict[dt.date, list[dt.datetime]] = {}
    for start in starts:
        by_day.setdefault(start.astimezone(zone(time_zone)).date(), []).append(start)
    shown = min(max(on, today), LAST_DAY) if on is not None else next(iter(by_day), today)
    monday = shown - dt.timedelta(days=shown.weekday())
    days = tuple(_day(monday + n * DAY, by_day) for n in range(7))
    chosen = days[shown.weekday()]
    return BookingWeek(
        days=days,
        chosen=chosen,
        first=next(iter(starts), None),
        earlier=_last_before(by_day, monday),
        later=next((day for day in by_day if day >= monday + WEEK), None),
        next_start=_first_after(by_day, shown) if not chosen.starts else None,
        time_zone=time_zone,
    )


def clock(at: dt.datetime, time_zone: str) -> str:
    """ "9:00"."""
    local = at.astimezone(zone(time_zone))
    return f"{local.hour}:{local:%M}"


def day_words(on: dt.date) -> str:
    """ "Thursday 26 November"."""
    return f"{on:%A} {on.day} {on:%B}"


def time_words(at: dt.datetime, time_zone: str) -> str:
    """ "Thursday 26 November 2026, 10:00"."""
    local = at.astimezone(zone(time_zone))
    return f"{day_words(local.date())} {local.year}, {clock(at, time_zone)}"


def short_words(at: dt.datetime, time_zone: str) -> str:
    """ "Thu 26 Nov, 10:00"."""
    local = at.astimezone(zone(time_zone))
    return f"{local:%a} {local.day} {local:%b}, {clock(at, time_zone)}"


def day_of(at: dt.datetime, time_zone: str) -> dt.date:
    """The visitor's day of an instant."""
    return at.astimezone(zone(time_zone)).date()


def city(time_zone: str) -> str:
    """ "New York" of "America/New_York"."""
    return time_zone.rpartition("/")[2].replace("_", " ")


def zone_names() -> list[str]:
    """The zones that people live in."""
    return sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS)


def address_of(at: dt.datetime) -> str:
    """An instant as addresses and forms carry it: "2026-11-26T09:00Z"."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}"


def instant_of(text: str) -> dt.datetime | None:
    """The reverse of `address_of`; None for anything else, and for years that nobody books."""
    try:
        found = dt.datetime.strptime(text, "%Y-%m-%dT%H:%M%z").astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return found if FIRST_DAY.year < found.year < LAST_DAY.year else None


def _day(on: dt.date, by_day: dict[dt.date, list[dt.datetime]]) -> BookingDay:
    return BookingDay(on, tuple(by_day.get(on, ())))


def _part(local: dt.datetime) -> str:
    if local.time() < NOON:
        return "Morning"
    return "Afternoon" if local.time() < EVENING else "Evening"


def _last_before(by_day: dict[dt.date, list[dt.datetime]], monday: dt.date) -> dt.date | None:
    """The first free day of the nearest week before."""
    earlier = [day for day in by_day if day < monday]
    if not earlier:
        return None
    week = earlier[-1] - dt.timedelta(days=earlier[-1].weekday())
    return next(day for day in earlier if day >= week)


def _first_after(by_day: dict[dt.date, list[dt.datetime]], shown: dt.date) -> dt.datetime | None:
    return next((starts[0] for day, starts in by_day.items() if day > shown), None)
