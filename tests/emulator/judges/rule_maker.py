"""Series to compare engines with: seeded, of the kinds that people make, at the edges where clocks
change.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from tests.emulator.judges.plain_recurrence import DAYS, Rule, instant, starts

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",  # changes by half an hour.
    "Africa/Casablanca",  # has its winter time in Ramadan.
    "Asia/Kolkata",
    "Pacific/Apia",  # left out a day in 2011.
    "America/St_Johns",
    "Africa/Cairo",  # changes at midnight.
    "UTC",
]
EDGES = [
    date(2026, 3, 27),  # Europe goes forward on the 29th.
    date(2026, 10, 23),  # Europe goes back on the 25th.
    date(2026, 3, 6),  # America goes forward on the 8th.
    date(2026, 10, 30),  # America goes back on 1 November.
    date(2026, 4, 1),  # Lord Howe goes back on the 5th.
    date(2026, 4, 23),  # Cairo goes forward on the 24th.
    date(2011, 12, 27),  # Apia had no 30th.
    date(2028, 2, 27),  # A leap day follows.
    date(2026, 1, 29),
    date(2026, 12, 30),
]
HOURS = [0, 1, 2, 3, 9, 23]
SPAN = timedelta(days=750)


@dataclass(frozen=True)
class Series:
    """A rule with its start; `first` is a wall-clock time of `zone`, midnight when all-day."""

    rule: Rule
    first: datetime
    zone: str
    is_all_day: bool
    line: str

    @property
    def last(self) -> datetime:
        return self.first + SPAN

    def starts(self) -> Iterator[datetime]:
        """What the plain engine says."""
        return starts(self.rule, self.first, self.last)


def series(dice: random.Random) -> Series:
    """One series whose start fits its rule, as calendars make them."""
    zone, is_all_day = dice.choice(ZONES), dice.random() < 0.2
    at = datetime.combine(
        dice.choice(EDGES) + timedelta(days=dice.randrange(6)), datetime.min.time()
    )
    if not is_all_day:
        at = at.replace(hour=dice.choice(HOURS), minute=dice.choice([0, 0, 30]))
    rule = _rule(dice)
    later = islice(starts(rule, at, at + timedelta(days=3000)), 1, 2)
    first = next(later, at)
    return _ended(dice, rule, first, zone, is_all_day)


def _rule(dice: random.Random) -> Rule:
    freq = dice.choice(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"])
    members = {
        "DAILY": _daily,
        "WEEKLY": _weekly,
        "MONTHLY": _monthly,
        "YEARLY": _yearly,
    }[freq](dice)
    interval = dice.choice([1, 1, 1, 2, 3, 5])
    return Rule(freq=freq, interval=interval, week_start=dice.choice([0, 0, 6]), **members)


def _daily(dice: random.Random) -> dict:
    kind = dice.randrange(4)
    if kind == 0:
        return {"by_day": _weekdays(dice, 3)}
    if kind == 1:
        return {"by_month": _some(dice, range(1, 13), 3)}
    return {"by_month_day": _some(dice, [1, 13, 29, 31, -1], 2)} if kind == 2 else {}


def _weekly(dice: random.Random) -> dict:
    members: dict = {"by_day": _weekdays(dice, 4)} if dice.random() < 0.7 else {}
    if dice.random() < 0.15:
        members["by_month"] = _some(dice, range(1, 13), 5)
    return members


def _monthly(dice: random.Random) -> dict:
    kind = dice.randrange(5)
    if kind == 0:
        return {"by_day": ((dice.choice([1, 2, 3, 4, 5, -1, -2]), dice.randrange(7)),)}
    if kind == 1:
        return {"by_month_day": _some(dice, [1, 15, 28, 29, 30, 31, -1, -2], 3)}
    if kind == 2:
        days = tuple((0, day) for day in range(5))
        return {"by_day": days, "by_set_pos": _some(dice, [1, 2, -1, -2], 2)}
    if kind == 3:
        return {"by_day": _weekdays(dice, 1), "by_month_day": tuple(range(8, 15))}
    return {}


def _yearly(dice: random.Random) -> dict:
    kind = dice.randrange(6)
    months = {"by_month": _some(dice, range(1, 13), 3)}
    if kind == 0:
        return {"by_day": ((dice.choice([1, 2, 4, -1]), dice.randrange(7)),)} | months
    if kind == 1:
        return {"by_day": ((dice.choice([1, 20, -1]), dice.randrange(7)),)}
    if kind == 2:
        return {"by_year_day": _some(dice, [1, 60, 100, 366, -1], 3)}
    if kind == 3:
        return {"by_month_day": _some(dice, [1, 29, 30, -1], 2)} | months
    return months if kind == 4 else {}


def _some(dice: random.Random, values: object, most: int) -> tuple[int, ...]:
    pool = list(values)  # type: ignore[call-overload]
    return tuple(sorted(dice.sample(pool, dice.randint(1, min(most, len(pool))))))


def _weekdays(dice: random.Random, most: int) -> tuple[tuple[int, int], ...]:
    return tuple((0, day) for day in _some(dice, range(len(DAYS)), most))


def _ended(dice: random.Random, rule: Rule, first: datetime, zone: str, is_all_day: bool) -> Series:
    kind, until, text = dice.randrange(3), None, ""
    if kind == 0:
        rule = Rule(**(vars(rule) | {"count": dice.choice([1, 2, 7, 30])}))
    elif kind == 1:
        until = first + timedelta(days=dice.choice([0, 6, 40, 365]))
        moment = until if is_all_day else instant(until, ZoneInfo(zone))
        text = f"{moment:%Y%m%d}" if is_all_day else f"{moment:%Y%m%dT%H%M%SZ}"
        rule = Rule(**(vars(rule) | {"until": until}))
    return Series(rule, first, zone, is_all_day, rule.text(text))
