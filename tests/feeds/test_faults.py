"""Our checks notice what has gone wrong in other people's feeds (ICALENDAR.md A8, 5).

Each fault is put into a good feed. The first kind breaks a rule, which tests/feeds/lint.py finds;
the second is a calendar by the rules that says something else, which only the expectation finds.
"""

import datetime as dt
import re

import pytest

from tests.feeds.engines.practices import practice
from tests.feeds.lint import faults
from tests.feeds.test_bytes import BERLIN, CHANGED, HEAD, HOUR, SPAN, START, expand, items_of
from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.timespan import AllDaySpan, TimedSpan, moved
from webapp.feeds.assembly import render

TITLE = "Lunch, then; 面談の予約面談の予約面談の予約 ends"
WEEK = dt.timedelta(days=7)
AFTER, BEFORE = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2026, 2028))


def good() -> bytes:
    """A series with a cancelled and a moved occurrence, whole days, and texts that need care."""
    changes = (
        ChangedOccurrence(START + WEEK, None),
        ChangedOccurrence(START + 2 * WEEK, moved(SPAN, START + 360 * HOUR)),
    )
    rule = "FREQ=WEEKLY;UNTIL=20270506T160000Z"
    values = [
        AppointmentValues("a1", SPAN, title=TITLE, rule=rule, changes=changes),
        AppointmentValues("a2", AllDaySpan(dt.date(2026, 7, 1), dt.date(2026, 7, 3)), title="Away"),
        AppointmentValues("a3", TimedSpan(START, START + HOUR, BERLIN), title="b" * 100),
    ]
    return render([item for one in values for item in items_of(one)], head=HEAD)


BROKEN = {
    "LF endings": lambda text: text.replace("\r\n", "\n"),
    "no folding": lambda text: text.replace("\r\n ", ""),
    "an unescaped comma": lambda text: text.replace("Lunch\\,", "Lunch,"),
    "no DTSTAMP": lambda text: re.sub("DTSTAMP:.*\r\n", "", text),
    "no UID": lambda text: re.sub("UID:a3.*\r\n", "", text),
    "no VERSION": lambda text: text.replace("VERSION:2.0\r\n", ""),
    "no VTIMEZONE": lambda text: re.sub("(?s)BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", "", text),
    "a late onset": lambda text: text.replace("T020000\r\nTZOFFSETFROM", "T030000\r\nTZOFFSETFROM"),
    "summer an hour off": lambda text: text.replace("TZOFFSETTO:+0200", "TZOFFSETTO:+0100"),
    "DTEND before DTSTART": lambda text: re.sub(
        r"(DTEND;TZID=[^:]*:)\d{8}", r"\g<1>20200101", text
    ),
    "EXDATE as a date": lambda text: re.sub(
        r"EXDATE;TZID=[^:]*:(\d{8})T\d*", r"EXDATE;VALUE=DATE:\1", text
    ),
    "UNTIL in local time": lambda text: re.sub(r"(UNTIL=\d{8}T\d{6})Z", r"\1", text),
    "UNTIL as a date": lambda text: re.sub(r"(UNTIL=\d{8})T\d{6}Z", r"\1", text),
    "a UID twice": lambda text: text.replace("UID:a3", "UID:a1"),
    "weeks and days in one duration": lambda text: re.sub(
        "DTEND;VALUE=DATE:.*\r\n", "DURATION:P1W2D\r\n", text
    ),
    "METHOD without ORGANIZER": lambda text: text.replace(
        "CALSCALE", "METHOD:PUBLISH\r\nCALSCALE", 1
    ),
    "METHOD after the events": lambda text: text.replace(
        "END:VCALENDAR", "METHOD:PUBLISH\r\nEND:VCALENDAR"
    ),
    "an injected line": lambda text: text.replace("SUMMARY:", "SUMMARY:x\r\nX-EVIL:1\r\n", 1),
    "an injected alarm": lambda text: text.replace("TRANSP", "BEGIN:VALARM\r\nTRANSP", 1),
    "an inclusive end of a day": lambda text: text.replace(
        "DTEND;VALUE=DATE:20260703", "DTEND;VALUE=DATE:20260701"
    ),
    "a control character": lambda text: text.replace("Lunch", "Lu\x07nch"),
    "a truncated file": lambda text: text[: len(text) * 2 // 3],
    "a wrong form of RECURRENCE-ID": lambda text: re.sub(
        r"RECURRENCE-ID;TZID=[^:]*:(\d{8}T\d{6})", r"RECURRENCE-ID:\1Z", text
    ),
    "a rule that is none": lambda text: text.replace("FREQ=WEEKLY", "FREQ=OFTEN"),
}  # fmt: skip

OTHERWISE = {
    "shifted whole days": lambda text: text.replace("DATE:20260701", "DATE:20260630"),
    "a RECURRENCE-ID that names no occurrence": lambda text: re.sub(
        r"(RECURRENCE-ID;TZID=[^:]*:\d{8}T)18", r"\g<1>17", text
    ),
    "one session forgotten": lambda text: re.sub(r"UNTIL=\d{8}", "UNTIL=20270429", text),
}  # fmt: skip


def test_a_good_feed_has_no_fault() -> None:
    assert faults(good()) == []


@pytest.mark.parametrize("seed", range(40))
def test_generated_practices_have_no_fault(seed: int) -> None:
    """A8, 1."""
    items = [
        item for number, one in enumerate(practice(seed)) for item in items_of(one.values(number))
    ]
    assert faults(render(items, head=HEAD)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_noticed(name: str) -> None:
    text = good().decode()
    broken = BROKEN[name](text)
    assert broken != text
    assert faults(broken.encode()) != []


def test_latin_1_is_noticed() -> None:
    assert faults(good().decode().replace("Lunch", "Lünch").encode("latin-1", "replace")) != []


def test_a_split_character_is_noticed() -> None:
    octets = good().replace("面".encode(), "面".encode()[:1] + b"\r\n " + "面".encode()[1:], 1)
    assert faults(octets) != []


def test_a_series_in_utc_is_noticed() -> None:
    """It is an hour off in summer (ICALENDAR.md A1)."""
    text = re.sub(r"(DTSTART|DTEND|EXDATE);TZID=[^:]*:(\d{8}T\d{6})", r"\1:\2Z", good().decode())
    assert "a series in UTC" in faults(text.encode())


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_calendar_that_says_something_else_is_noticed(name: str) -> None:
    """By what an independent reader lists."""
    text = good().decode()
    changed = OTHERWISE[name](text)
    assert changed != text
    before, after = (expand(one.encode(), AFTER, BEFORE) for one in (text, changed))
    assert before != after


def test_the_changed_time_is_what_was_written() -> None:
    assert f"{CHANGED:%Y%m%dT%H%M%SZ}" in good().decode()
