"""Practices made from a seed, and by wall-clock arithmetic alone what takes place in each.

Nothing here asks the product or an engine when something takes place: a local day and hour are
counted on, and only then put into a zone. The product gets the same events as `AppointmentValues`.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan

Row = tuple[str, str, str]

FIRST_DAY, LAST_DAY = dt.date(2026, 1, 1), dt.date(2027, 4, 1)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Pacific/Auckland",
    "Europe/London",
    "America/St_Johns",
)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TITLES = ("C-1042", "Lunch; then, a \\ walk", "Ελένη", "面談の予約" * 9, "a, b", 'Ada "Lind"', "CM")
A_DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class Planned:
    """One event in local terms. `days` are its days as far as anybody will look, first to last."""

    title: str
    place: str
    hour: dt.time | None
    length: dt.timedelta
    days: list[dt.date]
    rule: str = ""
    gone: set[dt.date] = field(default_factory=set)
    away: dict[dt.date, dt.timedelta] = field(default_factory=dict)

    def expected(self) -> Iterator[Row]:
        """What takes place: the days less the cancelled ones, the moved ones where they went."""
        for day in self.days:
            if day in self.gone:
                continue
            yield row(self.span(day, self.away.get(day, dt.timedelta())), self.title)

    def values(self, number: int) -> AppointmentValues:
        """The same for the product."""
        changes = [ChangedOccurrence(self.start(day), None) for day in self.gone]
        changes += [
            ChangedOccurrence(self.start(day), self.span(day, by)) for day, by in self.away.items()
        ]
        return AppointmentValues(
            id=f"e{number}",
            span=self.span(self.days[0]),
            title=self.title,
            rule=self.rule,
            changes=tuple(sorted(changes, key=lambda one: str(one.original_start))),
        )

    def span(self, day: dt.date, later: dt.timedelta = dt.timedelta()) -> Span:
        """`day` at its hour, moved by `later` on the wall clock."""
        if self.hour is None:
            first = day + later
            return AllDaySpan(first, first + self.length)
        local = dt.datetime.combine(day, self.hour) + later
        starts_at = local.replace(tzinfo=ZoneInfo(self.place)).astimezone(dt.UTC)
        return TimedSpan(starts_at, starts_at + self.length, self.place)

    def start(self, day: dt.date) -> dt.datetime | dt.date:
        """What names the occurrence of `day`."""
        span = self.span(day)
        return span.starts_at if isinstance(span, TimedSpan) else span.starts_on


def row(span: Span, title: str) -> Row:
    """As the engines answer."""
    if isinstance(span, AllDaySpan):
        return f"{span.starts_on:%Y%m%d}", f"{span.ends_on:%Y%m%d}", title
    return f"{span.starts_at:%Y%m%dT%H%M%SZ}", f"{span.ends_at:%Y%m%dT%H%M%SZ}", title


def practice(seed: int) -> list[Planned]:
    """A practice of its own: a zone or two and a handful of events of every kind."""
    chance = random.Random(seed)
    places = chance.sample(ZONES, 2)
    made = [kind(chance, chance.choice(places)) for kind in KINDS]
    chance.shuffle(made)
    return made


def calm(planned: list[Planned]) -> list[Planned]:
    """The same practice with nothing moved and every series' first day kept."""
    return [replace(one, away={}, gone=one.gone - {one.days[0]}) for one in planned]


def expected(planned: list[Planned]) -> list[Row]:
    """Everything that takes place in a practice, in order."""
    return sorted(one for event in planned for one in event.expected())


def _single(chance: random.Random, place: str) -> Planned:
    """Any hour of any day, those that are skipped or come twice included."""
    hour = dt.time(chance.randrange(24), chance.choice([0, 15, 30, 45]))
    if chance.random() < 0.3:
        day = chance.choice([dt.date(2026, 10, 25), dt.date(2026, 3, 8), dt.date(2026, 11, 1)])
        hour = dt.time(chance.choice([1, 2]), 30)
    else:
        day = _day(chance)
    return Planned(chance.choice(TITLES), place, hour, _length(chance), [day])


def _whole_days(chance: random.Random, place: str) -> Planned:
    return Planned("Away", place, None, chance.randrange(1, 5) * A_DAY, [_day(chance)])


def _weekly(chance: random.Random, place: str) -> Planned:
    first = _day(chance)
    weekdays = sorted({first.weekday(), *chance.sample(range(7), 2)})
    every = chance.choice([1, 1, 2, 3])
    monday = first - first.weekday() * A_DAY
    days = [
        day
        for day in _days_from(first)
        if day.weekday() in weekdays and (day - monday).days // 7 % every == 0
    ]
    named = ",".join(WEEKDAYS[number] for number in weekdays)
    return _series(chance, place, days, f"FREQ=WEEKLY;INTERVAL={every};BYDAY={named}")


def _daily(chance: random.Random, place: str) -> Planned:
    every = chance.choice([1, 2, 5])
    days = _days_from(_day(chance))[::every]
    return _series(chance, place, days, f"FREQ=DAILY;INTERVAL={every}")


def _monthly_by_weekday(chance: random.Random, place: str) -> Planned:
    first, nth = _day(chance), chance.choice([1, 2, 3, -1])
    days = [
        day for day in _days_from(first) if day.weekday() == first.weekday() and _is_nth(day, nth)
    ]
    return _series(chance, place, days, f"FREQ=MONTHLY;BYDAY={nth}{WEEKDAYS[first.weekday()]}")


def _monthly_by_day(chance: random.Random, place: str) -> Planned:
    """The 31st too, without saying so in the rule: the feed has to (ICALENDAR.md A4)."""
    number = chance.choice([1, 15, 28, 29, 30, 31])
    days = [day for day in _days_from(_day(chance)) if day.day == number]
    return _series(chance, place, days, "FREQ=MONTHLY")


def _days_series(chance: random.Random, place: str) -> Planned:
    days = _days_from(_day(chance))[::7]
    planned = _series(chance, place, days, "FREQ=WEEKLY")
    if ";UNTIL=" in planned.rule:
        planned.rule = f"FREQ=WEEKLY;UNTIL={planned.days[-1]:%Y%m%d}"
    planned.hour, planned.length = None, A_DAY
    return planned


KINDS = (
    _single,
    _whole_days,
    _weekly,
    _daily,
    _monthly_by_weekday,
    _monthly_by_day,
    _days_series,
)


def _series(chance: random.Random, place: str, days: list[dt.date], rule: str) -> Planned:
    """Endless, counted or ended, with some of its days cancelled and some moved."""
    hour = dt.time(chance.randrange(7, 21), chance.choice([0, 15, 30]))
    planned = Planned(chance.choice(TITLES), place, hour, _length(chance), days, rule)
    ending = chance.choice(["", "COUNT", "UNTIL"])
    if ending:
        planned.days = days[: chance.randrange(3, 12)]
        last = planned.span(planned.days[-1])
        until = f"{last.starts_at:%Y%m%dT%H%M%SZ}" if isinstance(last, TimedSpan) else ""
        planned.rule += f";COUNT={len(planned.days)}" if ending == "COUNT" else f";UNTIL={until}"
    changed = chance.sample(planned.days[:20], min(len(planned.days) - 1, chance.randrange(4)))
    for number, day in enumerate(changed):
        if number % 2:
            planned.gone.add(day)
        else:
            planned.away[day] = chance.choice([A_DAY, 2 * A_DAY, -A_DAY])
    return planned


def _days_from(first: dt.date) -> list[dt.date]:
    return [first + number * A_DAY for number in range((LAST_DAY - first).days + 40)]


def _is_nth(day: dt.date, nth: int) -> bool:
    if nth < 0:
        return (day + 7 * A_DAY).month != day.month
    return (day.day - 1) // 7 + 1 == nth


def _day(chance: random.Random) -> dt.date:
    return dt.date(2026, 1, 5) + chance.randrange(330) * A_DAY


def _length(chance: random.Random) -> dt.timedelta:
    return dt.timedelta(minutes=chance.choice([5, 45, 50, 80]))
