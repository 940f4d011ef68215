"""What was meant, when the clocks of a zone are set otherwise: its edges (F86, F103, F104)."""

import datetime as dt

import pytest

from tests.fixtures.zone_data import Law, UseLaw
from webapp.domain.canonical_rules import canonical_rule
from webapp.domain.recurrence import occurrences, weekly
from webapp.domain.rrule import UnreadableRule, parse_rule
from webapp.domain.timespan import TimedSpan
from webapp.domain.wall_clock import as_meant, offset, timed_span, wall
from webapp.domain.zone_rules import WrittenChange, WrittenSpan, event_as_meant

BERLIN = "Europe/Berlin"
HOUR = dt.timedelta(hours=1)
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def utc(text: str) -> dt.datetime:
    """An instant such as 2027-07-01T16:00."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def written(text: str, *, hours: int = 1) -> WrittenSpan:
    """A span at this local time in Berlin, as the law of the moment has it."""
    starts = dt.datetime.fromisoformat(text)
    return as_written(timed_span(starts, starts + hours * HOUR, BERLIN))


def as_written(span: TimedSpan) -> WrittenSpan:
    """With the offsets of the moment."""
    return WrittenSpan(span, offset(span.starts_at, BERLIN), offset(span.ends_at, BERLIN))


def starts(span: TimedSpan, rule: str) -> list[str]:
    """Local starts of a series in the year after next."""
    found = occurrences(
        span, rule, after=utc("2027-01-01T00:00"), before=utc("2028-01-01T00:00"), day_zone=BERLIN
    )
    spans = [one.span for one in found]
    return [f"{wall(s.starts_at, BERLIN):%m-%d %H:%M}" for s in spans if isinstance(s, TimedSpan)]


@pytest.mark.parametrize(
    ("at", "written_with", "meant"),
    [
        ("2027-07-01T16:00", 7200, "2027-07-01T17:00"),
        ("2027-07-01T16:00", 3600, "2027-07-01T16:00"),
        ("2027-01-14T17:00", 3600, "2027-01-14T17:00"),
        ("2027-07-01T16:00", None, "2027-07-01T16:00"),
    ],
    ids=["summer", "written by this law", "winter", "nothing known"],
)
def test_an_instant_moves_by_what_the_clock_was_set(
    law: UseLaw, at: str, written_with: int | None, meant: str
) -> None:
    law(Law.NO_SUMMER_TIME)
    assert as_meant(utc(at), BERLIN, written_with=written_with) == utc(meant)


def test_the_second_of_two_equal_local_times_stays_the_second(law: UseLaw) -> None:
    """F104: both have an offset of their own, so neither is taken for outdated."""
    law(Law.TODAY)
    for at in (utc("2027-10-31T00:30"), utc("2027-10-31T01:30")):
        assert wall(at, BERLIN).hour == 2
        assert as_meant(at, BERLIN, written_with=offset(at, BERLIN)) == at


def test_a_time_that_the_new_law_skips_slides_past_the_gap(law: UseLaw) -> None:
    """F103: there is no such time on that day any more."""
    law(Law.NO_SUMMER_TIME)
    night = written("2027-03-28T02:30")
    law(Law.TODAY)
    meant = night.meant
    assert wall(meant.starts_at, BERLIN) == dt.datetime.fromisoformat("2027-03-28T03:30")
    again = as_written(meant)
    assert again.meant == meant


def test_what_lasts_over_the_change_ends_at_its_local_time(law: UseLaw) -> None:
    law(Law.TODAY)
    night = written("2027-03-27T22:00", hours=10)
    law(Law.NO_SUMMER_TIME)
    assert night.meant.starts_at == night.span.starts_at
    assert wall(night.meant.ends_at, BERLIN) == dt.datetime.fromisoformat("2027-03-28T08:00")


@pytest.mark.parametrize("first", ["2027-03-16T23:30", "2027-03-16T00:30", "2027-03-16T18:00"])
def test_a_series_ends_on_the_same_day_by_either_law(law: UseLaw, first: str) -> None:
    """Also late and early, where an hour is another day."""
    law(Law.TODAY)
    series = written(first)
    rule = weekly(series.span, every_weeks=1, until=dt.date(2027, 4, 13))
    meant = starts(series.span, rule)
    law(Law.NO_SUMMER_TIME)
    then = event_as_meant(series, rule, now=NOW)
    assert starts(then.span, then.rule) == meant  # type: ignore[arg-type]
    assert len(meant) == 5


def test_an_end_that_is_no_session_is_left_alone(law: UseLaw) -> None:
    """It was written by nobody here, and one more session would be one that nobody wished."""
    law(Law.TODAY)
    series = written("2027-03-16T01:00")
    rule = "FREQ=DAILY;UNTIL=20270320T225959Z"
    assert event_as_meant(series, rule, now=NOW).rule == rule
    assert canonical_rule(parse_rule(rule), series.span).until == utc("2027-03-20T00:00")


def test_a_session_that_a_night_of_change_moved_keeps_its_name(law: UseLaw) -> None:
    """By the old law the clock skipped it to half past three, and so it was called."""
    law(Law.TODAY)
    series = written("2027-03-21T02:30")
    skipped = utc("2027-03-28T01:30")
    gone = WrittenChange(skipped, offset(skipped, BERLIN), None)
    law(Law.NO_SUMMER_TIME)
    then = event_as_meant(series, "FREQ=WEEKLY;COUNT=3", [gone], now=NOW)
    assert [one.original_start for one in then.changes] == [utc("2027-03-28T01:30")]


def test_a_rule_that_cannot_be_read_is_refused(law: UseLaw) -> None:
    """F99: the caller leaves such an event as it is."""
    law(Law.TODAY)
    with pytest.raises(UnreadableRule):
        event_as_meant(written("2027-07-01T18:00"), "FREQ=SOMETIMES", now=NOW)
