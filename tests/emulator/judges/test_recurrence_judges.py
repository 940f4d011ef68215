"""Recurrence beside engines that are not ours."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from emulator import recurrence
from emulator.google import Google
from emulator.times import EventTime, instant_of
from tests.emulator.conftest import Api, timed
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
    wanted = [theirs(one) for one in made]
    assert sum(map(len, wanted)) > 10 * RULES_A_BATCH
    wrong = [one for one, starts in zip(made, wanted, strict=True) if ours(one) != starts]
    assert wrong == []


def test_a_start_that_its_rule_would_not_make_counts_as_the_first() -> None:
    """RFC 5545 3.3.10: "DTSTART always counts as the first occurrence"; found beside
    recurring-ical-events, where the stand-in had one occurrence more than COUNT.
    """
    monday = EventTime(on=date(2026, 11, 2))
    tuesdays = ["RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU"]
    found = recurrence.occurrences(monday, monday.shifted(timedelta(days=1)), tuesdays)
    assert [one.start.on for one in found if one.start.on] == [
        date(2026, 11, 2),
        date(2026, 11, 3),
        date(2026, 11, 10),
    ]


def test_two_wall_clock_times_that_are_one_moment_are_one_instance() -> None:
    """Decided: an instance id names a moment (GOOGLE.md 4.2), so it cannot stand for two. Apia had
    no 30 December 2011; found beside the plain engine.
    """
    zone = "Pacific/Apia"
    start = EventTime(at=instant_of(datetime(2011, 12, 29, 9), zone), zone=zone)
    end = start.shifted(timedelta(hours=1))
    found = [
        one.start.id_stamp()
        for one in recurrence.occurrences(start, end, ["RRULE:FREQ=DAILY;COUNT=4"])
    ]
    assert found == ["20111229T190000Z", "20111230T190000Z", "20111231T190000Z"]


def test_an_instance_in_a_gap_of_the_clock_can_be_addressed(google: Google, api: Api) -> None:
    """RFC 5545 3.3.5; the judge of exceptions got 404 for an id it had been shown."""
    body = timed("2026-03-28T02:30:00", "2026-03-28T03:00:00")
    series = api.events(
        "primary", "POST", body=body | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]}
    ).json()
    items = api.events("primary", "GET", f"{series['id']}/instances").json()["items"]
    assert items[1]["start"]["dateTime"] == "2026-03-29T03:30:00+02:00"
    assert api.events("primary", "DELETE", items[1]["id"]).status_code == 204
    left = api.events("primary", "GET", f"{series['id']}/instances").json()["items"]
    assert [one["id"] for one in left] == [items[0]["id"], items[2]["id"]]
