"""One spelling for recurrence lines that mean the same, so that rewriting never loops.

Google may reorder and complete rules (GOOGLE.md 4.1). Written out here: what RFC 5545 takes from
the first start; left out: defaults, and WKST where it changes nothing. UNTIL becomes the last start
itself, in UTC (a date for all-day events). It takes the place of COUNT where the rule does not make
the first start, as programs disagree whether that one counts. What cannot be read stays, tidied.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from webapp.domain.rrule import Frequency, Rule, UnreadableRule, moment_text, parse_rule, rule_value
from webapp.domain.rule_starts import completed, last_start, makes_first
from webapp.domain.series import Series, dates, last_of
from webapp.domain.timespan import Span, Start, TimedSpan


def canonical_lines(lines: Iterable[str], span: Span) -> tuple[str, ...]:
    """`lines` (RRULE, EXRULE, RDATE, EXDATE) in the comparable form, sorted, each once.

    Equal results mean equal recurrences. Never raises for a rule that cannot be read.
    """
    found = {
        written
        for line in lines
        if line.partition(":")[2].strip()
        for written in _canonical(line, span)
    }
    return tuple(sorted(found, key=lambda line: (not line.startswith("RRULE"), line)))


def canonical_rule(rule: Rule, span: Span) -> Rule:
    """The rule with everything said that matters, and nothing else."""
    series = Series(span)
    whole = completed(rule, series.first)
    if rule.until is not None:
        last = last_start(rule, series.first, until=last_of(rule, series))
        whole = replace(whole, until=_until(rule.until if last is None else series.placed(last)))
    if rule.count is not None and not makes_first(rule, series.first):
        last = last_of(rule, series)
        whole = replace(whole, count=None, until=_until(series.placed(last)))
    return whole if _is_week_start_felt(whole, series) else replace(whole, week_start=0)


def exdate_line(original_start: Start, span: Span) -> str:
    """The line that takes one occurrence out, in the form of the first start (ICALENDAR.md A4)."""
    return _date_line("EXDATE", original_start, span)


def _canonical(line: str, span: Span) -> list[str]:
    name = line.partition(":")[0].partition(";")[0].strip().upper()
    try:
        if name in ("RRULE", "EXRULE"):
            rule = canonical_rule(parse_rule(line.partition(":")[2]), span)
            return [f"{name}:{rule_value(rule)}"]
        return [_date_line(name, start, span) for start in dates(line, span)]
    except (UnreadableRule, OverflowError):
        return [_tidied(line)]


def _date_line(name: str, start: Start, span: Span) -> str:
    if isinstance(span, TimedSpan) and isinstance(start, dt.datetime):
        return f"{name};TZID={span.time_zone}:{moment_text(Series(span).local(start))}"
    return f"{name};VALUE=DATE:{moment_text(start)}"


def _until(until: Start) -> Start:
    return until.astimezone(dt.UTC) if isinstance(until, dt.datetime) and until.tzinfo else until


def _is_week_start_felt(rule: Rule, series: Series) -> bool:
    """Weeks are counted or chosen from, and not only the weekday of the first start is wanted."""
    if rule.by_week_no or rule.by_set_pos:
        return True
    is_own_day = rule.by_day == ((0, series.first.weekday()),)
    return rule.frequency is Frequency.WEEKLY and rule.interval > 1 and not is_own_day


def _tidied(line: str) -> str:
    name, _, value = line.strip().partition(":")
    return f"{name.upper()}:{';'.join(sorted(value.upper().split(';')))}"
