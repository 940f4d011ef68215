"""Occurrences of our own and of Google's series, judged by dateutil and by hand."""

import datetime as dt
import time

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import all_day_spans, rules, spans, timed_spans
from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.recurrence import (
    UnreadableRule,
    first_start,
    foreign_occurrences,
    has_occurrence,
    last_end,
    occurrences,
)
from webapp.domain.timespan import AllDaySpan, Span, Start, TimedSpan, instants, moved, zone

BERLIN = "Europe/Berlin"
HOUR = dt.timedelta(hours=1)
WEEK = dt.timedelta(days=7)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def thursday_at_six() -> TimedSpan:
    return TimedSpan(utc(2026, 10, 15, 16), utc(2026, 10, 15, 17), BERLIN)


def starts(span: Span, rule: str, after: dt.datetime, before: dt.datetime) -> list[Start]:
    found = occurrences(span, rule, after=after, before=before, day_zone=BERLIN)
    return [one.original_start for one in found]


def judged(span: Span, rule: str, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """What dateutil says: naive local starts, the first start always among them."""
    first = span.starts_local if isinstance(span, TimedSpan) else span.starts_on
    naive = dt.datetime(*first.timetuple()[:6])
    found = rrulestr(rule, dtstart=naive).between(since, until, inc=True)
    return sorted({*found, *([naive] if since <= naive <= until else [])})


@given(timed_spans(), rules(), st.integers(0, 900))
def test_timed_series_agree_with_dateutil(span: TimedSpan, rule: str, days: int) -> None:
    """R95: whatever the window, the same local starts."""
    after = span.starts_at + dt.timedelta(days=days)
    before = after + dt.timedelta(days=120)
    own = zone(span.time_zone)
    expected = [
        local
        for local in judged(
            span,
            rule,
            (after - span.duration).astimezone(own).replace(tzinfo=None),
            before.astimezone(own).replace(tzinfo=None),
        )
        if local.replace(tzinfo=own).astimezone(dt.UTC) + span.duration > after
        and local.replace(tzinfo=own).astimezone(dt.UTC) < before
    ]
    actual = [one.astimezone(own).replace(tzinfo=None) for one in starts(span, rule, after, before)]
    assert expected == actual


@given(all_day_spans(), rules())
def test_all_day_series_agree_with_dateutil_and_stay_dates(span: AllDaySpan, rule: str) -> None:
    """R92, F102."""
    day = dt.datetime.combine(span.starts_on, dt.time())
    expected = [one.date() for one in judged(span, rule, day, day + dt.timedelta(days=400))]
    before = day.replace(tzinfo=zone(BERLIN)) + dt.timedelta(days=401)
    found = starts(span, rule, day.replace(tzinfo=zone(BERLIN)), before)
    assert expected == [one for one in found if one <= expected[-1]] if expected else not found


@given(spans(), rules(), st.integers(1, 40))
def test_count_ends_where_dateutil_ends(span: Span, rule: str, count: int) -> None:
    end = last_end(span, f"{rule};COUNT={count}")
    limit = dt.datetime(2100, 12, 31, 23, 59, 59)
    first = span.starts_local if isinstance(span, TimedSpan) else span.starts_on
    naive = dt.datetime(*first.timetuple()[:6])
    judge = rrulestr(f"{rule};COUNT={count}", dtstart=naive)
    found = list(judge.between(naive, limit, inc=True))
    if next(iter(judge), naive) != naive:  # RFC 5545 3.3.10: the start counts all the same.
        found = found[: count - 1]
    last = max([naive, *found])
    if isinstance(span, TimedSpan):
        expected = last.replace(tzinfo=zone(span.time_zone)).astimezone(dt.UTC) + span.duration
        assert expected == end
    else:
        assert end is not None
        assert moved(span, last.date()).ends_on == (end - 14 * HOUR).date()


def test_a_weekly_session_keeps_its_wall_clock_over_daylight_saving() -> None:
    """R95: Berlin leaves summer time on 25 October 2026."""
    found = starts(thursday_at_six(), "FREQ=WEEKLY", utc(2026, 10, 15), utc(2026, 11, 1))
    assert [utc(2026, 10, 15, 16), utc(2026, 10, 22, 16), utc(2026, 10, 29, 17)] == found


def test_a_start_that_daylight_saving_skips_moves_as_python_moves_it() -> None:
    """F103: 02:30 on 8 March 2026 does not exist in New York; it is 03:30."""
    span = TimedSpan(utc(2026, 3, 1, 7, 30), utc(2026, 3, 1, 8), "America/New_York")
    [_, skipped] = starts(span, "FREQ=WEEKLY;COUNT=2", utc(2026, 3, 1), utc(2026, 4, 1))
    assert utc(2026, 3, 8, 7, 30) == skipped
    assert has_occurrence(span, "FREQ=WEEKLY;COUNT=2", skipped)


def test_the_second_of_two_equal_local_times_keeps_its_instant() -> None:
    """F104: 01:30 comes twice on 1 November 2026 in New York; the event was made at the second."""
    span = TimedSpan(utc(2026, 11, 1, 6, 30), utc(2026, 11, 1, 7), "America/New_York")
    assert [utc(2026, 11, 1, 6, 30), utc(2026, 11, 8, 6, 30)] == starts(
        span, "FREQ=WEEKLY", utc(2026, 11, 1), utc(2026, 11, 9)
    )


def test_a_single_event_is_its_own_occurrence() -> None:
    span = thursday_at_six()
    assert [span.starts_at] == starts(span, "", utc(2026, 10, 1), utc(2026, 11, 1))
    assert not starts(span, "", span.ends_at, utc(2026, 11, 1))
    assert [span.starts_at] == starts(span, "", span.starts_at + HOUR / 2, utc(2026, 11, 1))


def test_an_event_without_length_shows_where_it_stands() -> None:
    """F101."""
    at = utc(2026, 10, 15, 16)
    assert [at] == starts(TimedSpan(at, at, BERLIN), "", at, at + HOUR)


def test_cancelled_occurrences_are_left_out() -> None:
    span = thursday_at_six()
    changes = (ChangedOccurrence(utc(2026, 10, 22, 16), None),)
    found = occurrences(
        span,
        "FREQ=WEEKLY;COUNT=3",
        changes,
        after=utc(2026, 10, 1),
        before=utc(2026, 12, 1),
        day_zone=BERLIN,
    )
    assert [utc(2026, 10, 15, 16), utc(2026, 10, 29, 17)] == [one.span.starts_at for one in found]


def test_a_moved_occurrence_stands_where_it_was_moved_to_and_only_there() -> None:
    span = thursday_at_six()
    original, away = utc(2026, 10, 22, 16), utc(2027, 2, 2, 9)
    changes = (ChangedOccurrence(original, TimedSpan(away, away + HOUR, BERLIN)),)

    def shown(after: dt.datetime, before: dt.datetime) -> list[tuple[Start, bool]]:
        found = occurrences(
            span, "FREQ=WEEKLY;COUNT=3", changes, after=after, before=before, day_zone=BERLIN
        )
        return [(one.span.starts_at, one.is_moved) for one in found]

    assert [(away, True)] == shown(utc(2027, 2, 2), utc(2027, 2, 3))
    assert not shown(utc(2026, 10, 22), utc(2026, 10, 23))


def test_a_change_of_an_occurrence_that_the_rule_no_longer_makes_is_not_shown() -> None:
    """F51."""
    away = utc(2027, 2, 2, 9)
    changes = (ChangedOccurrence(utc(2026, 10, 23, 16), TimedSpan(away, away + HOUR, BERLIN)),)
    found = occurrences(
        thursday_at_six(),
        "FREQ=WEEKLY;COUNT=3",
        changes,
        after=utc(2027, 2, 2),
        before=utc(2027, 2, 3),
        day_zone=BERLIN,
    )
    assert not found


def test_whole_days_are_taken_in_the_zone_they_are_looked_at_in() -> None:
    """R92: Friday in Berlin begins on Thursday at 23:00 UTC."""
    span = AllDaySpan(dt.date(2026, 11, 6), dt.date(2026, 11, 7))
    assert starts(span, "", utc(2026, 11, 5, 22), utc(2026, 11, 5, 23, 30))
    assert not starts(span, "", utc(2026, 11, 5, 22), utc(2026, 11, 5, 23))


def test_the_age_of_a_series_costs_nothing() -> None:
    """F98: a window far from the first start takes no longer than one beside it."""
    old = TimedSpan(utc(1971, 1, 7, 16), utc(1971, 1, 7, 17), BERLIN)
    began = time.perf_counter()
    for _ in range(100):
        assert starts(old, "FREQ=DAILY", utc(2099, 1, 1), utc(2099, 1, 8))
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=90",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=MONTHLY;INTERVAL=0;BYDAY=MO",
        "FREQ=DAILY;COUNT=1000000",
        "FREQ=DAILY;BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2,3,4,5",
        "FREQ=DAILY;INTERVAL=5000",
        "FREQ=FORTNIGHTLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=TH;BYDAY=FR",
        "FREQ=WEEKLY;UNTIL=20261399",
        "FREQ=WEEKLY;UNTIL=soon",
        "FREQ=WEEKLY;BYEASTER=0",
        "BYDAY=TH",
        "FREQ",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=DAILY;COUNT=٣",
    ],
)
def test_rule_bombs_and_broken_rules_are_refused_with_a_reason(rule: str) -> None:
    """F98, F99."""
    with pytest.raises(UnreadableRule) as refused:
        foreign_occurrences(
            thursday_at_six(),
            [f"RRULE:{rule}"],
            after=utc(2026, 10, 1),
            before=utc(2026, 12, 1),
            day_zone=BERLIN,
        )
    assert refused.value.reason


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3",
        "FREQ=DAILY;INTERVAL=7;BYDAY=FR",
        "FREQ=MONTHLY;BYSETPOS=300;BYDAY=MO",
        "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=4;COUNT=5000",
    ],
)
def test_rules_that_never_match_come_back_at_once(rule: str) -> None:
    """F98: dateutil needs seconds for some of these, or does not come back."""
    began = time.perf_counter()
    found = starts(thursday_at_six(), rule, utc(2026, 10, 1), utc(2099, 1, 1))
    last_end(thursday_at_six(), rule)
    assert [utc(2026, 10, 15, 16)] == found
    assert time.perf_counter() - began < 1


def test_never_more_than_the_limit() -> None:
    """F98."""
    found = occurrences(
        thursday_at_six(),
        "FREQ=DAILY",
        after=utc(2026, 1, 1),
        before=utc(2090, 1, 1),
        day_zone=BERLIN,
        limit=7,
    )
    assert len(found) == 7


def test_added_and_removed_dates_of_google_are_applied() -> None:
    """R95: RDATE, EXDATE in several spellings, EXRULE."""
    lines = [
        "RRULE:FREQ=WEEKLY;COUNT=6",
        "RDATE;TZID=Europe/Berlin:20261016T090000,20261017T090000",
        "EXDATE:20261022T160000Z",
        'EXDATE;TZID="Europe/Berlin":20261029T180000',
        "EXRULE:FREQ=WEEKLY;INTERVAL=3;COUNT=2",
    ]
    found = foreign_occurrences(
        thursday_at_six(),
        lines,
        after=utc(2026, 10, 1),
        before=utc(2026, 12, 31),
        day_zone=BERLIN,
    )
    expected = [
        utc(2026, 10, 16, 7),
        utc(2026, 10, 17, 7),
        utc(2026, 11, 12, 17),
        utc(2026, 11, 19, 17),
    ]
    assert expected == [one.original_start for one in found]
    assert {HOUR} == {one.span.ends_at - one.span.starts_at for one in found}


def test_a_date_in_the_exdate_of_a_timed_series_removes_nothing() -> None:
    """As Google has it: it must name a generated start (GOOGLE.md 4.1)."""
    found = foreign_occurrences(
        thursday_at_six(),
        ["RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;VALUE=DATE:20261022"],
        after=utc(2026, 10, 1),
        before=utc(2026, 12, 1),
        day_zone=BERLIN,
    )
    assert len(found) == 2


def test_a_time_in_the_exdate_of_an_all_day_series_means_its_day() -> None:
    span = AllDaySpan(dt.date(2026, 10, 15), dt.date(2026, 10, 16))
    found = foreign_occurrences(
        span,
        ["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261016T000000Z"],
        after=utc(2026, 10, 1),
        before=utc(2026, 12, 1),
        day_zone=BERLIN,
    )
    assert [dt.date(2026, 10, 15), dt.date(2026, 10, 17)] == [one.original_start for one in found]


def test_the_first_start_counts_although_the_rule_would_not_make_it() -> None:
    """RFC 5545 3.3.10, as somebody's hand in Google leaves a series: a Thursday, then Fridays."""
    found = starts(
        thursday_at_six(), "FREQ=WEEKLY;BYDAY=FR;COUNT=3", utc(2026, 10, 1), utc(2027, 1, 1)
    )
    assert found == [utc(2026, 10, 15, 16), utc(2026, 10, 16, 16), utc(2026, 10, 23, 16)]
    only = starts(
        thursday_at_six(), "FREQ=WEEKLY;BYDAY=FR;COUNT=1", utc(2026, 10, 1), utc(2027, 1, 1)
    )
    assert only == [utc(2026, 10, 15, 16)]


@pytest.mark.parametrize(
    ("until", "count"),
    [("20261029T170000Z", 3), ("20261029T165959Z", 2), ("20261029T180000", 3), ("20261029", 3)],
)
def test_until_is_inclusive_in_every_form(until: str, count: int) -> None:
    """GOOGLE.md 4.1: UTC as it should be; local times and dates as they come."""
    rule = f"FREQ=WEEKLY;UNTIL={until}"
    assert count == len(starts(thursday_at_six(), rule, utc(2026, 10, 1), utc(2027, 1, 1)))


def test_an_endless_series_has_no_last_end_and_a_finite_one_has() -> None:
    span = thursday_at_six()
    assert last_end(span, "FREQ=WEEKLY") is None
    assert span.ends_at == last_end(span, "")
    assert utc(2026, 10, 29, 18) == last_end(span, "FREQ=WEEKLY;COUNT=3")
    assert utc(2027, 3, 4, 18) == last_end(
        span, ["RRULE:FREQ=WEEKLY;COUNT=3", "RDATE:20270304T170000Z"]
    )


def test_moved_occurrences_widen_what_bounds_the_series() -> None:
    span, early, late = thursday_at_six(), utc(2026, 9, 1, 8), utc(2027, 9, 1, 8)
    changes = [
        ChangedOccurrence(span.starts_at, TimedSpan(early, early + HOUR, BERLIN)),
        ChangedOccurrence(span.starts_at + WEEK, TimedSpan(late, late + HOUR, BERLIN)),
    ]
    assert early == first_start(span, changes)
    assert late + HOUR == last_end(span, "FREQ=WEEKLY;COUNT=2", changes)


@given(spans(), rules(), st.integers(0, 60))
def test_nothing_lies_outside_the_bounds(span: Span, rule: str, count: int) -> None:
    """The row's bounds decide what a range of the calendar reads at all."""
    rule = f"{rule};COUNT={count}" if count else rule
    begin, end = first_start(span), last_end(span, rule)
    found = occurrences(
        span, rule, after=utc(2023, 1, 1), before=utc(2035, 1, 1), day_zone="Pacific/Kiritimati"
    )
    for one in found:
        starts_at, ends_at = instants(one.span, time_zone="Pacific/Pago_Pago")
        assert begin <= starts_at
        assert end is None or ends_at <= end
