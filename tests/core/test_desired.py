"""What leaves the building, and nothing more."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import rules, spans
from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.naming import ClientName, Display, PersonName
from webapp.domain.recurrence import canonical_lines, occurrences
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan, moved, start_of
from webapp.sync.desired import title_outside, wanted
from webapp.sync.types import Key, Snapshot, Transparency, Visibility

BERLIN = "Europe/Berlin"
HOUR = dt.timedelta(hours=1)
WEEK = dt.timedelta(days=7)
START = dt.datetime(2026, 11, 5, 17, tzinfo=dt.UTC)
SPAN = TimedSpan(START, START + HOUR, BERLIN)
CLEO = ClientName("C-1042", (PersonName("Cleo", "Marsh"),))
LINE = "Made in the practice calendar. Please change it there."


def session(**changes: object) -> AppointmentValues:
    fields: dict[str, object] = {"id": "a1", "span": SPAN, "client": CLEO, "location": "Room 2"}
    return AppointmentValues(**{**fields, **changes})  # type: ignore[arg-type]


def shown(values: AppointmentValues, **options: object) -> dict[Key, Snapshot]:
    fields = {"display": Display.INTERNAL_ID, "includes_location": False, "description": LINE}
    return wanted(values, **{**fields, **options})  # type: ignore[arg-type]


def test_a_client_appointment_is_private_busy_and_named_as_chosen() -> None:
    """R46, R85, R88."""
    expected = Snapshot("C-1042", SPAN, LINE, "", Visibility.PRIVATE, Transparency.OPAQUE)
    assert {Key("a1"): expected} == shown(session(is_busy=False))


@pytest.mark.parametrize(
    ("display", "title"),
    [
        (Display.INTERNAL_ID, "C-1042"),
        (Display.FIRST_NAME, "Cleo"),
        (Display.INITIALS, "CM"),
        (Display.FULL_NAME, "Cleo Marsh"),
    ],
)
def test_the_title_says_what_was_chosen_and_nothing_more(display: Display, title: str) -> None:
    """R18, R88."""
    assert title == title_outside(session(), display)


def test_the_place_leaves_only_when_the_practitioner_wants_it() -> None:
    """R89."""
    assert shown(session())[Key("a1")].location == ""
    assert shown(session(), includes_location=True)[Key("a1")].location == "Room 2"


def test_a_non_client_event_keeps_its_own_title_and_has_no_lock() -> None:
    """R87, R46."""
    lunch = session(client=None, title="Lunch", is_busy=False)
    expected = Snapshot("Lunch", SPAN, LINE, transparency=Transparency.TRANSPARENT)
    assert {Key("a1"): expected} == shown(lunch)
    assert shown(session(client=None))[Key("a1")].summary == "Busy"


def test_a_cancelled_event_is_not_shown() -> None:
    """R103."""
    assert shown(session(is_cancelled=True, rule="FREQ=WEEKLY")) == {}


def test_cancelled_occurrences_become_exdates_and_moved_ones_events_of_their_own() -> None:
    """R104: one coherent series."""
    away = TimedSpan(START + 2 * WEEK + HOUR, START + 2 * WEEK + 2 * HOUR, BERLIN)
    changes = (
        ChangedOccurrence(START + WEEK, None),
        ChangedOccurrence(START + 2 * WEEK, away),
        ChangedOccurrence(START + 2 * HOUR, None),
    )
    found = shown(session(rule="FREQ=WEEKLY;COUNT=4", changes=changes))
    assert {Key("a1"), Key("a1", START + 2 * WEEK)} == set(found)
    assert found[Key("a1")].recurrence == (
        "RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=4",
        "EXDATE;TZID=Europe/Berlin:20261112T180000",
    )
    exception = found[Key("a1", START + 2 * WEEK)]
    assert (exception.span, exception.recurrence) == (away, ())
    assert exception.visibility is Visibility.PRIVATE
    assert {one.description for one in found.values()} == {LINE}


def test_a_series_without_a_single_occurrence_left_is_not_shown() -> None:
    changes = tuple(ChangedOccurrence(START + n * WEEK, None) for n in range(3))
    assert shown(session(rule="FREQ=WEEKLY;COUNT=3", changes=changes)) == {}
    assert shown(session(rule="FREQ=WEEKLY;COUNT=4", changes=changes))
    assert shown(session(rule="FREQ=WEEKLY", changes=changes))


@pytest.mark.parametrize(
    "title",
    [
        "Lunch\r\nX-EVIL:1",
        "a\x00b\x1bc",
        "\u202eflip",
        "x\u2028y",
        "\ud800",
        "é" * 3000,
        "  a \t b ",
    ],
)
def test_odd_titles_leave_as_one_plain_line(title: str) -> None:
    """F96."""
    summary = shown(session(client=None, title=title))[Key("a1")].summary
    assert summary.encode()
    assert summary == summary.strip()
    assert len(summary) <= 1024
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in summary)
    assert not set(summary) & {"\u2028", "\u2029"}


@given(spans(), rules(), st.data())
def test_what_is_shown_outside_takes_place_when_it_does_here(
    span: Span, rule: str, data: st.DataObject
) -> None:
    """R95, R104: the master's lines and the moved events give the app's own occurrences."""
    window = {
        "after": dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
        "before": dt.datetime(2034, 1, 1, tzinfo=dt.UTC),
        "day_zone": BERLIN,
    }
    rule = f"{rule};COUNT=12"
    usual = [one.original_start for one in occurrences(span, rule, **window)]
    chosen = data.draw(st.lists(st.sampled_from(usual), unique=True, max_size=4)) if usual else []
    changes = tuple(
        ChangedOccurrence(start, data.draw(st.sampled_from([None, _an_hour_or_a_day_later(span)])))
        for start in chosen
    )
    found = shown(session(span=span, rule=rule, changes=changes))
    own = occurrences(span, rule, changes, **window)
    assert bool(found) == bool(own)
    exceptions = {
        key.original_start: snapshot.span for key, snapshot in found.items() if key.original_start
    }
    assert exceptions == {one.original_start: one.span for one in own if one.is_moved}
    if found:
        cancelled = [line for line in found[Key("a1")].recurrence if line.startswith("EXDATE")]
        assert len(cancelled) == sum(1 for change in changes if change.is_cancelled)


@given(spans(), rules())
def test_the_lines_are_in_the_comparable_form_already(span: Span, rule: str) -> None:
    """Else Google's answer would look like an edit for ever."""
    lines = shown(session(span=span, rule=rule))[Key("a1")].recurrence
    assert lines == canonical_lines(lines, span)


def _an_hour_or_a_day_later(span: Span) -> Span:
    start = start_of(span)
    if isinstance(span, AllDaySpan):
        return moved(span, span.starts_on + dt.timedelta(days=1))
    assert isinstance(start, dt.datetime)
    return moved(span, start + HOUR)
