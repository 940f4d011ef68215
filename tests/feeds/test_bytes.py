"""What a feed is made of, byte by byte, and what other libraries read from it (ICALENDAR.md A8)."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import ics
import pytest
from dateutil.rrule import rruleset, rrulestr
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests.core.strategies import rules, spans
from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.naming import Display
from webapp.domain.recurrence import occurrences
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan, instants, moved, zone
from webapp.feeds.assembly import render
from webapp.feeds.event import FeedItem
from webapp.feeds.folding import folded
from webapp.feeds.lines import UnsafeLine, line, text
from webapp.feeds.render import FeedHead
from webapp.sync.desired import wanted
from webapp.sync.types import Snapshot, Transparency, Visibility

ROOT = Path(__file__).parents[2]
BERLIN = "Europe/Berlin"
HOUR = dt.timedelta(hours=1)
START = dt.datetime(2026, 11, 5, 17, tzinfo=dt.UTC)
CHANGED = dt.datetime(2026, 11, 1, 8, 30, 15, tzinfo=dt.UTC)
SPAN = TimedSpan(START, START + HOUR, BERLIN)
HEAD = FeedHead("Ada Lind, Harbour Practice", BERLIN)


def an_item(snapshot: Snapshot, *, uid: str = "a1@practice-calendar.invalid") -> FeedItem:
    return FeedItem(uid, snapshot, sequence=2, changed_at=CHANGED)


def items_of(values: AppointmentValues) -> list[FeedItem]:
    shown = wanted(values, Display.INTERNAL_ID, includes_location=True, description="")
    return [
        FeedItem(f"{values.id}@practice-calendar.invalid", snapshot, 0, CHANGED, key.original_start)
        for key, snapshot in shown.items()
    ]


def lines_of(octets: bytes) -> list[str]:
    """Logical lines."""
    return octets.decode().replace("\r\n ", "").split("\r\n")[:-1]


def assert_well_formed(octets: bytes) -> None:
    """A8, 1: every rule about physical lines."""
    assert octets.endswith(b"END:VCALENDAR\r\n")
    for physical in octets.removesuffix(b"\r\n").split(b"\r\n"):
        assert 0 < len(physical) <= 75
        assert not any(byte < 32 or byte == 127 for byte in physical)
        physical.decode()


def test_a_calendar_is_exactly_these_bytes() -> None:
    """Golden: the smallest feed there is."""
    octets = render([an_item(Snapshot("C-1042", SPAN, visibility=Visibility.PRIVATE))], head=HEAD)
    assert octets == (Path(__file__).parent / "golden" / "one_session.ics").read_bytes()


@given(st.text(max_size=400), st.text(max_size=400), spans())
def test_whatever_people_type_the_lines_stay_well_formed(
    title: str, place: str, span: Span
) -> None:
    """A8, 1; F96."""
    values = AppointmentValues("a1", span, title=title, location=place)
    octets = render(items_of(values), head=FeedHead(title, BERLIN))
    assert_well_formed(octets)
    assert len([one for one in lines_of(octets) if one.startswith("BEGIN:VEVENT")]) == 1


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
def test_two_other_libraries_read_the_title_that_was_written(title: str) -> None:
    values = AppointmentValues("a1", SPAN, title=title)
    [item] = items_of(values)
    octets = render([item], head=HEAD)
    [event] = Calendar.from_ical(octets).walk("VEVENT")
    assert str(event["SUMMARY"]) == item.snapshot.summary
    [other] = ics.Calendar(octets.decode()).events
    assert other.name.strip() == item.snapshot.summary


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\x0c"])
@pytest.mark.parametrize("evil", ["X-EVIL:1", "END:VEVENT", "BEGIN:VALARM"])
def test_a_title_cannot_add_a_line(line_break: str, evil: str) -> None:
    """ICALENDAR.md A4: an event named so cannot inject anything."""
    title = f"x{line_break}{evil}"
    items = items_of(AppointmentValues("a1", SPAN, title=title))
    octets = render(items, head=FeedHead(title, BERLIN))
    names = {one.partition(":")[0].partition(";")[0] for one in lines_of(octets)}
    assert not names & {"X-EVIL", "VALARM"}
    assert lines_of(octets).count("END:VEVENT") == 1


@pytest.mark.parametrize(
    ("name", "value", "params"),
    [
        ("X-A", "a\r\nb", None),
        ("X-A", "a\nb", None),
        ("X A", "a", None),
        ("", "a", None),
        ("X-A:B", "a", None),
        ("X-A", "a", {"B;C": "d"}),
    ],
)
def test_the_maker_of_lines_refuses_what_would_break_out(
    name: str, value: str, params: dict[str, str] | None
) -> None:
    with pytest.raises(UnsafeLine):
        line(name, value, params)


def test_parameters_are_quoted_where_they_have_to_be() -> None:
    """RFC 5545 3.2, RFC 6868."""
    assert str(line("X-A", "v", {"P": 'a:b "c" ^\n'})) == "X-A;P=\"a:b ^'c^' ^^^n\":v"


def test_texts_are_escaped_in_the_one_right_order() -> None:
    assert text("a\\b;c,d\r\ne\rf\x07") == "a\\\\b\\;c\\,d\\ne\\nf"


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=500))
def test_folding_never_splits_a_character_and_loses_nothing(value: str) -> None:
    octets = folded(value)
    assert octets.replace(b"\r\n ", b"") == value.encode() + b"\r\n"
    for physical in octets.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(physical) <= 75
        physical.decode()


def test_every_event_has_what_rfc_5545_and_google_ask_for() -> None:
    """R41: UID, DTSTAMP, SEQUENCE and LAST-MODIFIED; R46: private and busy."""
    octets = render([an_item(Snapshot("C-1042", SPAN, visibility=Visibility.PRIVATE))], head=HEAD)
    lines = lines_of(octets)
    for wanted_line in (
        "UID:a1@practice-calendar.invalid",
        "DTSTAMP:20261101T083015Z",
        "LAST-MODIFIED:20261101T083015Z",
        "SEQUENCE:2",
        "STATUS:CONFIRMED",
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "DTSTART;TZID=Europe/Berlin:20261105T180000",
        "DTEND;TZID=Europe/Berlin:20261105T190000",
    ):
        assert lines.count(wanted_line) == 1
    assert not any(one.startswith(("METHOD", "ATTENDEE", "ORGANIZER", "DURATION")) for one in lines)


def test_a_free_event_is_free() -> None:
    """R46."""
    lunch = Snapshot("Lunch", SPAN, transparency=Transparency.TRANSPARENT)
    lines = lines_of(render([an_item(lunch)], head=HEAD))
    assert "TRANSP:TRANSPARENT" in lines
    assert "CLASS:PUBLIC" in lines


def test_whole_days_stay_the_days_they_are() -> None:
    """F102: no shift through UTC, and the end is exclusive."""
    days = AllDaySpan(dt.date(2026, 7, 1), dt.date(2026, 7, 3))
    octets = render([an_item(Snapshot("Away", days))], head=HEAD)
    assert "DTSTART;VALUE=DATE:20260701" in lines_of(octets)
    assert "DTEND;VALUE=DATE:20260703" in lines_of(octets)
    assert b"VTIMEZONE" not in octets


def test_a_single_time_that_comes_twice_goes_out_in_utc() -> None:
    """ICALENDAR.md A4: programs disagree which 02:30 of 25 October is meant."""
    twice = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    lines = lines_of(
        render([an_item(Snapshot("x", TimedSpan(twice, twice + HOUR, BERLIN)))], head=HEAD)
    )
    assert "DTSTART:20261025T013000Z" in lines
    assert "DTEND:20261025T023000Z" in lines


def test_a_single_event_during_which_the_clock_is_set_goes_out_in_utc() -> None:
    """Programs disagree whether such an event ends by elapsed or by wall-clock time."""
    begins = dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC)
    span = TimedSpan(begins, begins + HOUR, BERLIN)
    lines = lines_of(render([an_item(Snapshot("x", span))], head=HEAD))
    assert "DTSTART:20260329T003000Z" in lines
    assert "DTEND:20260329T013000Z" in lines


def test_a_moved_occurrence_never_stands_before_its_series() -> None:
    """One reader, which Debian ships, drops those that do."""
    earlier = moved(SPAN, START - HOUR)
    changes = (ChangedOccurrence(START, earlier),)
    values = AppointmentValues("a1", SPAN, title="x", rule="FREQ=WEEKLY", changes=changes)
    lines = lines_of(render(items_of(values), head=HEAD))
    places = [lines.index(next(line for line in lines if line.startswith(name))) for name in
              ("RRULE:FREQ=WEEKLY", "RECURRENCE-ID")]  # fmt: skip
    assert places == sorted(places)


def test_a_series_in_utc_names_no_zone_anywhere() -> None:
    span = TimedSpan(START, START + HOUR, "UTC")
    changes = (ChangedOccurrence(START + dt.timedelta(days=7), None),)
    octets = render(
        items_of(AppointmentValues("a1", span, rule="FREQ=WEEKLY", changes=changes)), head=HEAD
    )
    assert b"TZID" not in octets
    assert "EXDATE:20261112T170000Z" in lines_of(octets)


def test_zones_come_once_each_and_before_the_events() -> None:
    new_york = TimedSpan(START, START + HOUR, "America/New_York")
    shown = [
        an_item(Snapshot("x", span), uid=f"{number}@x")
        for number, span in enumerate([SPAN, new_york, SPAN, new_york])
    ]
    names = [
        one for one in lines_of(render(shown, head=HEAD)) if one.startswith(("TZID", "BEGIN:VE"))
    ]
    assert names == ["TZID:America/New_York", "TZID:Europe/Berlin", *["BEGIN:VEVENT"] * 4]


def test_a_zone_is_right_for_a_series_that_began_years_ago() -> None:
    """Its first start needs the clock of that year."""
    start = dt.datetime(2006, 3, 20, 15, tzinfo=dt.UTC)  # The American rule changed in 2007.
    span = TimedSpan(start, start + HOUR, "America/New_York")
    octets = render(items_of(AppointmentValues("a1", span, rule="FREQ=WEEKLY")), head=HEAD)
    [event] = Calendar.from_ical(octets).walk("VEVENT")
    assert event["DTSTART"].dt.astimezone(dt.UTC) == start
    assert b"DTSTART:20060402T020000" in octets


@given(spans(), rules(), st.data())
def test_an_independent_reader_finds_the_occurrences_of_the_app(
    span: Span, rule: str, data: st.DataObject
) -> None:
    """A8, 4; R41, R95: moved and removed ones included. icalendar reads, dateutil expands."""
    rule = f"{rule};COUNT=9"
    window = {
        "after": dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
        "before": dt.datetime(2034, 1, 1, tzinfo=dt.UTC),
        "day_zone": BERLIN,
    }
    usual = [one.original_start for one in occurrences(span, rule, **window)]
    chosen = data.draw(st.lists(st.sampled_from(usual), unique=True, max_size=3)) if usual else []
    away = moved(span, dt.date(2026, 8, 8) if isinstance(span, AllDaySpan) else START)
    changes = tuple(
        ChangedOccurrence(start, data.draw(st.sampled_from([None, away]))) for start in chosen
    )
    values = AppointmentValues("a1", span, title="x", rule=rule, changes=changes)
    octets = render(items_of(values), head=HEAD)
    assert_well_formed(octets)
    expected = [
        instants(one.span, time_zone=BERLIN)[0]
        for one in occurrences(span, rule, changes, **window)
    ]
    assert sorted(expected) == expand(octets, window["after"], window["before"])


def expand(octets: bytes, after: dt.datetime, before: dt.datetime) -> list[dt.datetime]:
    """Starts as another program finds them: rule, minus EXDATE and overridden, plus overrides."""
    found: list[dt.datetime] = []
    events = Calendar.from_ical(octets).walk("VEVENT")
    replaced = {naive(event["RECURRENCE-ID"].dt) for event in events if "RECURRENCE-ID" in event}
    for event in events:
        start = event["DTSTART"].dt
        starts = [naive(start)]
        if "RRULE" in event:
            series = rruleset()
            rule = event["RRULE"].to_ical().decode()
            until = local_until(event)
            series.rrule(rrulestr(rule_with(rule, until), dtstart=naive(start)))
            series.rdate(naive(start))
            removed = event.get("EXDATE", [])
            for line_ in removed if isinstance(removed, list) else [removed]:
                for one in line_.dts:
                    series.exdate(naive(one.dt))
            starts = [one for one in series if one not in replaced]
        place = start.tzinfo if isinstance(start, dt.datetime) else zone(BERLIN)
        found += [one.replace(tzinfo=place).astimezone(dt.UTC) for one in starts]
    return sorted(one for one in found if after <= one < before)


def naive(at: dt.datetime | dt.date) -> dt.datetime:
    if isinstance(at, dt.datetime):
        return at.replace(tzinfo=None)
    return dt.datetime.combine(at, dt.time())


def local_until(event: object) -> str:
    until = event["RRULE"].get("UNTIL")  # type: ignore[index]
    if not until:
        return ""
    start = event["DTSTART"].dt  # type: ignore[index]
    place = start.tzinfo if isinstance(start, dt.datetime) else None
    local = until[0].astimezone(place) if place else until[0]
    return f"{naive(local):%Y%m%dT%H%M%S}"


def rule_with(rule: str, until: str) -> str:
    parts = [part for part in rule.split(";") if not part.startswith("UNTIL=")]
    return ";".join([*parts, *([f"UNTIL={until}"] if until else [])])


DETERMINISM = """
import datetime as dt, hashlib
from tests.feeds.test_bytes import BERLIN, CHANGED, HEAD, SPAN, START, an_item, items_of
from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.timespan import TimedSpan
from webapp.feeds.assembly import render
week = dt.timedelta(days=7)
changes = tuple(ChangedOccurrence(START + n * week, None) for n in range(1, 9))
zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"]
items = [
    item
    for number, name in enumerate(zones * 3)
    for item in items_of(
        AppointmentValues(
            f"a{number}", TimedSpan(START, START + week / 100, name), title=f"t{number}",
            rule="FREQ=WEEKLY;BYDAY=MO,TH", changes=changes,
        )
    )
]
print(hashlib.sha256(render(items, head=HEAD)).hexdigest())
"""


def test_the_same_state_gives_the_same_bytes_in_every_process() -> None:
    """A8, 2: whatever PYTHONHASHSEED is. `ics` alone would not (ICALENDAR.md A1)."""
    found = set()
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", DETERMINISM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1


def test_the_order_in_which_events_are_found_does_not_show() -> None:
    shown = [
        an_item(Snapshot("x", moved(SPAN, START + HOUR * number)), uid=f"{number}@x")
        for number in range(5)
    ]
    assert render(shown, head=HEAD) == render(reversed(shown), head=HEAD)
