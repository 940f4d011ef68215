"""Writing, cutting, comparing and reading out rules."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import rules, spans
from webapp.domain.recurrence import (
    canonical_lines,
    continued_from,
    ended_before,
    foreign_occurrences,
    occurrences,
    rule_text,
    weekly,
)
from webapp.domain.timespan import AllDaySpan, Span, Start, TimedSpan, moved

BERLIN = "Europe/Berlin"
HOUR = dt.timedelta(hours=1)
START = dt.datetime(2026, 10, 15, 16, tzinfo=dt.UTC)
SPAN = TimedSpan(START, START + HOUR, BERLIN)
DAY_OFF = AllDaySpan(dt.date(2026, 10, 15), dt.date(2026, 10, 16))
WINDOW = {
    "after": dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
    "before": dt.datetime(2036, 1, 1, tzinfo=dt.UTC),
    "day_zone": BERLIN,
}


ENDS = ("", ";COUNT=7", ";UNTIL=20290101", ";UNTIL=20290101T120000Z")


def starts(span: Span, rule: str) -> list[Start]:
    return [one.original_start for one in occurrences(span, rule, **WINDOW)]


def test_a_weekly_rule_names_its_weekday_and_its_last_start_in_utc() -> None:
    """ICALENDAR.md A4: UNTIL exactly on the last start, in UTC."""
    assert weekly(SPAN, every_weeks=1) == "FREQ=WEEKLY;BYDAY=TH"
    assert weekly(SPAN, every_weeks=2, count=6) == "FREQ=WEEKLY;BYDAY=TH;COUNT=6;INTERVAL=2"
    assert (
        weekly(SPAN, every_weeks=2, until=dt.date(2026, 11, 30))
        == "FREQ=WEEKLY;BYDAY=TH;INTERVAL=2;UNTIL=20261126T170000Z"
    )
    assert (
        weekly(DAY_OFF, every_weeks=1, until=dt.date(2026, 10, 30))
        == "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261029"
    )


def test_the_weekday_is_the_local_one() -> None:
    late = dt.datetime(2026, 10, 15, 23, tzinfo=dt.UTC)
    assert weekly(TimedSpan(late, late + HOUR, BERLIN), every_weeks=1) == "FREQ=WEEKLY;BYDAY=FR"


@pytest.mark.parametrize(
    "wrong",
    [
        {"every_weeks": 1, "until": dt.date(2026, 10, 14)},
        {"every_weeks": 1, "until": dt.date(2026, 11, 1), "count": 3},
        {"every_weeks": 0},
        {"every_weeks": 1, "count": 0},
    ],
)
def test_a_weekly_rule_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        weekly(SPAN, **wrong)  # type: ignore[arg-type]


@given(spans(), rules(), st.integers(2, 15), st.data())
def test_the_two_halves_of_a_split_series_are_the_whole(
    span: Span, rule: str, count: int, data: st.DataObject
) -> None:
    """R104: this and following."""
    rule = f"{rule};COUNT={count}"
    whole = starts(span, rule)
    if len(whole) < 2:
        return
    split = data.draw(st.sampled_from(whole[1:]))
    old = ended_before(rule, span, original_start=split)
    new_span = moved(span, split)
    new = continued_from(rule, span, original_start=split, to=new_span)
    assert whole == [*starts(span, old), *starts(new_span, new)]


def test_following_sessions_on_another_weekday_keep_their_rhythm_and_their_end() -> None:
    rule = weekly(SPAN, every_weeks=2, until=dt.date(2026, 12, 24))
    split = START + dt.timedelta(days=28, hours=1)
    later = TimedSpan(split + dt.timedelta(days=1), split + dt.timedelta(days=1, hours=1), BERLIN)
    new = continued_from(rule, SPAN, original_start=split, to=later)
    assert new == "FREQ=WEEKLY;BYDAY=FR;INTERVAL=2;UNTIL=20261225T170000Z"


def test_nothing_can_be_cut_before_the_first_occurrence() -> None:
    with pytest.raises(ValueError, match="no occurrence"):
        ended_before("FREQ=WEEKLY", SPAN, original_start=START)


@pytest.mark.parametrize(
    "rewritten",
    [
        "RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20261126T170000Z;INTERVAL=2;BYDAY=TH",
        "rrule:interval=2;freq=weekly;until=20261126T170000Z",
        "RRULE:FREQ=WEEKLY;BYDAY=TH;INTERVAL=2;UNTIL=20261127T225959Z",
        "RRULE:FREQ=WEEKLY;BYDAY=TH;INTERVAL=2;UNTIL=20261126",
        "RRULE:FREQ=WEEKLY;BYDAY=TH;INTERVAL=02;UNTIL=20261126T180000;",
    ],
)
def test_what_google_rewrites_is_still_the_same_rule(rewritten: str) -> None:
    """GOOGLE.md 4.1: Google may reorder and complete the text."""
    ours = weekly(SPAN, every_weeks=2, until=dt.date(2026, 11, 30))
    assert canonical_lines([f"RRULE:{ours}"], SPAN) == canonical_lines([rewritten], SPAN)


def test_a_count_whose_first_start_the_rule_does_not_make_becomes_an_end() -> None:
    """Engines disagree whether that start counts (ICALENDAR.md A7); about UNTIL they agree."""
    assert canonical_lines(["RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"], DAY_OFF) == (
        "RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261026",
    )


@pytest.mark.parametrize(
    "spelling",
    [
        ["EXDATE;TZID=Europe/Berlin:20261022T180000,20261029T180000"],
        ["EXDATE:20261029T170000Z", "EXDATE:20261022T160000Z"],
        ["EXDATE:20261022T180000", "exdate;tzid=America/New_York:20261029T130000"],
    ],
)
def test_exdates_have_one_spelling(spelling: list[str]) -> None:
    assert canonical_lines(spelling, SPAN) == (
        "EXDATE;TZID=Europe/Berlin:20261022T180000",
        "EXDATE;TZID=Europe/Berlin:20261029T180000",
    )


def test_all_day_exdates_are_dates() -> None:
    assert canonical_lines(["EXDATE:20261022T000000Z"], DAY_OFF) == ("EXDATE;VALUE=DATE:20261022",)


def test_a_rule_that_cannot_be_read_is_kept_and_still_comparable() -> None:
    """F99."""
    one, other = "RRULE:FREQ=HOURLY;COUNT=3", "rrule:count=3;freq=hourly"
    assert canonical_lines([one], SPAN) == canonical_lines([other], SPAN)
    assert canonical_lines([one], SPAN) != canonical_lines(["RRULE:FREQ=HOURLY;COUNT=4"], SPAN)


@given(
    spans(),
    rules(),
    st.sampled_from(["", ";COUNT=7", ";UNTIL=20290101", ";UNTIL=20290101T120000Z"]),
)
def test_the_comparable_form_means_the_same(span: Span, rule: str, end: str) -> None:
    line = f"RRULE:{rule}{end}"
    canonical = canonical_lines([line], span)
    assert canonical == canonical_lines(canonical, span)
    before = foreign_occurrences(span, [line], **WINDOW)
    assert before == foreign_occurrences(span, canonical, **WINDOW)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("", ""),
        ("FREQ=WEEKLY", "Every week on Thursday"),
        (
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261217T170000Z",
            "Every 2 weeks on Thursday until 17 Dec 2026",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10", "Every week on Monday and Thursday, 10 times"),
        ("FREQ=DAILY;COUNT=1", "Every day, once"),
        ("FREQ=MONTHLY", "Every month on day 15"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "Every month on the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day"),
        ("FREQ=YEARLY", "Every year on day 15 in Oct"),
        ("FREQ=HOURLY", "Repeats in a way that cannot be shown here"),
    ],
)
def test_a_rule_reads_as_a_sentence(rule: str, text: str) -> None:
    assert text == rule_text(rule, SPAN)
