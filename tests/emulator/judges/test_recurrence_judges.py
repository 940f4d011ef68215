"""Recurrence beside engines that are not ours."""

from __future__ import annotations

import random
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from emulator import recurrence
from emulator.times import EventTime, instant_of
from tests.emulator.judges import plain_recurrence
from tests.emulator.judges.rule_maker import Series, series

RULES_A_BATCH = 500


def ours(one: Series) -> list:
    """The stand-in's starts of a series: dates, or naive UTC."""
    if one.is_all_day:
        start = EventTime(on=one.first.date())
    else:
        start = EventTime(at=instant_of(one.first, one.zone), zone=one.zone)
    end = start.shifted(timedelta(days=1) if one.is_all_day else timedelta(hours=1))
    found = recurrence.occurrences(start, end, [one.line], until=one.last)
    return [
        each.start.on if one.is_all_day else each.start.at.astimezone(UTC).replace(tzinfo=None)
        for each in found
        if each.start.at or each.start.on
    ]


def theirs(one: Series) -> list:
    """The plain engine's; two wall-clock times that are one moment count once."""
    if one.is_all_day:
        return [at.date() for at in one.starts()]
    zone = ZoneInfo(one.zone)
    return list(dict.fromkeys(plain_recurrence.instant(at, zone) for at in one.starts()))


@pytest.mark.parametrize("batch", range(6))
def test_three_thousand_rules_give_the_starts_of_a_plain_second_engine(batch: int) -> None:
    """Issue 3, Show 4: zones with odd clocks, starts around changes of clocks, ends by COUNT,
    by UNTIL or never.
    """
    dice = random.Random(batch)
    made = [series(dice) for _ in range(RULES_A_BATCH)]
    assert sum(len(theirs(one)) for one in made) > 10 * RULES_A_BATCH
    wrong = [one for one in made if ours(one) != theirs(one)]
    assert wrong == []
