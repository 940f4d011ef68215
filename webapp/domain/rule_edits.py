"""Writing rules for our own series: a weekly rule, and the two halves of a split one.

"This and following" ends the old series before the occurrence and begins a new one there, because
calendars disagree about RANGE=THISANDFUTURE (ICALENDAR.md A4).
"""

import datetime as dt
from dataclasses import replace

from webapp.domain.canonical_rules import canonical_rule
from webapp.domain.rrule import Frequency, Rule, parse_rule, rule_value
from webapp.domain.rule_starts import last_start, starts
from webapp.domain.series import Series, last_of
from webapp.domain.timespan import Span, Start, TimedSpan

INSTANT = dt.timedelta(seconds=1)


def weekly(
    span: Span, *, every_weeks: int, until: dt.date | None = None, count: int | None = None
) -> str:
    """An RRULE value that repeats `span` on its local weekday; ends on `until` or after `count`.

    `until` is the last day (local) on which a session may start. Raises ValueError when that is
    before the first one, or when both ends are given.
    """
    if until is not None and count is not None:
        raise ValueError("a series ends on a day or after a number of times, not both")
    series = Series(span)
    if until is not None and until < series.first.date():
        raise ValueError("a series cannot end before it begins")
    rule = Rule(Frequency.WEEKLY, interval=every_weeks, count=count, until=_end_of(until, series))
    return rule_value(canonical_rule(parse_rule(rule_value(rule)), span))


def ended_before(rule: str, span: Span, *, original_start: Start) -> str:
    """`rule` cut so that the occurrence before `original_start` is the last.

    Raises ValueError when there is none before: then the whole series is meant.
    """
    series, parsed = Series(span), parse_rule(rule)
    until = min(series.local(original_start) - INSTANT, last_of(parsed, series))
    if until < series.first:
        raise ValueError("no occurrence comes before this one")
    last = last_start(parsed, series.first, until=until) or series.first
    return rule_value(replace(parsed, count=None, until=series.placed(last)))


def continued_from(rule: str, span: Span, *, original_start: Start, to: Span) -> str:
    """The rule of the series that goes on at `to` from the occurrence `original_start` of `span`.

    What COUNT had left is left; UNTIL and a weekly series' days move by as many days as the
    occurrence did. With `original_start` at the very start this realigns a whole series to `to`.
    """
    series, parsed, target = Series(span), parse_rule(rule), Series(to)
    begins = series.local(original_start)
    days = (target.first.date() - begins.date()).days
    weekdays = tuple(sorted((n, (weekday + days) % 7) for n, weekday in parsed.by_day))
    if parsed.frequency is not Frequency.WEEKLY:
        weekdays = parsed.by_day
    until = _moved_until(parsed, series, target, days)
    count = None if parsed.count is None else parsed.count - _passed(parsed, series, begins)
    ready = replace(parsed, by_day=weekdays, until=until, count=count)
    return rule_value(canonical_rule(ready, to))


def _end_of(until: dt.date | None, series: Series) -> Start | None:
    if until is None or not isinstance(series.span, TimedSpan):
        return until
    return series.placed(dt.datetime.combine(until, dt.time(23, 59, 59)))


def _moved_until(rule: Rule, series: Series, target: Series, days: int) -> Start | None:
    if rule.until is None:
        return None
    last_day = last_of(rule, series).date() + dt.timedelta(days=days)
    return _end_of(last_day, target)


def _passed(rule: Rule, series: Series, begins: dt.datetime) -> int:
    """How many occurrences lie before `begins`; the first is always one of them."""
    if begins <= series.first:
        return 0
    later = starts(rule, series.first, since=series.first + INSTANT, until=begins - INSTANT)
    return 1 + sum(1 for _ in later)
