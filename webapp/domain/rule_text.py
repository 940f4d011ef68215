"""A rule in plain English, for the people who read it. One sentence, no iCalendar words."""

import datetime as dt

from webapp.domain.rrule import Frequency, Rule, UnreadableRule, parse_rule
from webapp.domain.rule_starts import completed
from webapp.domain.series import Series, last_of
from webapp.domain.timespan import Span

UNITS = {
    Frequency.DAILY: "day",
    Frequency.WEEKLY: "week",
    Frequency.MONTHLY: "month",
    Frequency.YEARLY: "year",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ORDINALS = {1: "first ", 2: "second ", 3: "third ", 4: "fourth ", 5: "fifth ", -1: "last "}


def rule_text(rule: str, span: Span) -> str:
    """ "Every 2 weeks on Thursday until 17 Dec 2026". "" for a single event."""
    if not rule:
        return ""
    try:
        parsed = parse_rule(rule)
    except UnreadableRule:
        return "Repeats in a way that cannot be shown here"
    series = Series(span)
    whole = completed(parsed, series.first)
    return f"{_how_often(whole)}{_on_what(whole)}{_how_long(parsed, series)}"


def day_text(day: dt.date) -> str:
    """ "17 Dec 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _how_often(rule: Rule) -> str:
    unit = UNITS[rule.frequency]
    return f"Every {unit}" if rule.interval == 1 else f"Every {rule.interval} {unit}s"


def _on_what(rule: Rule) -> str:
    days = _listed([f"{ORDINALS.get(n, '')}{DAYS[day]}" for n, day in rule.by_day])
    numbers = _listed(
        [f"day {day}" if day > 0 else _day_from_end(day) for day in rule.by_month_day]
    )
    months = _listed([MONTHS[month - 1] for month in rule.by_month])
    has_ordinal = any(n for n, _ in rule.by_day)
    on_days = f" on {'the ' if has_ordinal else ''}{days}" if days else ""
    on_numbers = f" on {numbers}" if numbers else ""
    return f"{on_days}{on_numbers}{f' in {months}' if months else ''}"


def _day_from_end(day: int) -> str:
    return "the last day" if day == -1 else f"day {-day} from the end"


def _how_long(rule: Rule, series: Series) -> str:
    if rule.count is not None:
        return ", once" if rule.count == 1 else f", {rule.count} times"
    return "" if rule.until is None else f" until {day_text(last_of(rule, series).date())}"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
