"""The local starts that a Rule makes, for any stretch of time, at a cost that the stretch decides.

Why not dateutil: it always begins at the first occurrence, and it does not come back from rules
that never match ("30 February" walks to the year 9999; RELIABILITY.md F98). Here the rule's
periods (days, weeks, months, years) are numbered, so that any window starts in the middle, and an
empty period costs only itself. dateutil is the judge in the tests.

Times are naive: the wall clock of the series. COUNT and UNTIL are applied by `last_start`'s caller.
"""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice, product

from webapp.domain.rrule import Frequency, Rule

HORIZON = dt.datetime(2100, 12, 31, 23, 59, 59)  # noqa: DTZ001 - a wall clock time (F105).
WEEK = dt.timedelta(days=7)


def starts(
    rule: Rule, first: dt.datetime, *, since: dt.datetime, until: dt.datetime
) -> Iterator[dt.datetime]:
    """Starts from `since` to `until`, both inclusive, in order; COUNT and UNTIL aside."""
    rule = completed(rule, first)
    since, until = max(first, since), min(until, HORIZON)
    if until < since:
        return
    for index in range(_period_of(rule, first, since), _period_of(rule, first, until) + 1):
        yield from (start for start in _starts_in(rule, first, index) if since <= start <= until)


def last_start(rule: Rule, first: dt.datetime, *, until: dt.datetime) -> dt.datetime | None:
    """The last start not after `until`, looked for backwards. None when there is none."""
    rule = completed(rule, first)
    until = min(until, HORIZON)
    if until < first:
        return None
    for index in range(_period_of(rule, first, until), -1, -1):
        for start in reversed(_starts_in(rule, first, index)):
            if first <= start <= until:
                return start
    return None


@lru_cache(maxsize=4096)
def counted_start(rule: Rule, first: dt.datetime, count: int) -> dt.datetime | None:
    """The start with number `count` (from 1), or the last before the horizon; None without any.

    `first` counts also where the rule would not make it (RFC 5545 3.3.10).
    """
    step = _step(completed(rule, first), first)
    if step is not None:
        return first + min(count - 1, (HORIZON - first) // step) * step
    made = count if makes_first(rule, first) else count - 1
    found = None
    for start in islice(starts(rule, first, since=first, until=HORIZON), made):
        found = start
    return found


def _step(rule: Rule, first: dt.datetime) -> dt.timedelta | None:
    """The way from each start to the next, for rules that do nothing but repeat the first one."""
    plain = {Frequency.DAILY: (dt.timedelta(days=1), ()), Frequency.WEEKLY: (WEEK, _weekday(first))}
    step, by_day = plain.get(rule.frequency, (None, ()))
    bare = Rule(rule.frequency, rule.interval, rule.count, rule.until, by_day=by_day)
    if step is None or replace(rule, week_start=0) != bare:
        return None
    return rule.interval * step


def _weekday(first: dt.datetime) -> tuple[tuple[int, int], ...]:
    """BYDAY as a plain weekly rule has it."""
    return ((0, first.weekday()),)


def makes_first(rule: Rule, first: dt.datetime) -> bool:
    """Whether the first start is one of the rule's own."""
    return any(starts(rule, first, since=first, until=first))


@lru_cache(maxsize=4096)
def completed(rule: Rule, first: dt.datetime) -> Rule:
    """The rule with what RFC 5545 3.3.10 takes from the first start written out."""
    if rule.by_day or rule.by_month_day or rule.by_year_day:
        return rule
    if rule.by_week_no or rule.frequency is Frequency.WEEKLY:
        return replace(rule, by_day=_weekday(first))
    if rule.frequency is Frequency.MONTHLY:
        return replace(rule, by_month_day=(first.day,))
    if rule.frequency is Frequency.YEARLY:
        return replace(rule, by_month=rule.by_month or (first.month,), by_month_day=(first.day,))
    return rule


def _period_of(rule: Rule, first: dt.datetime, moment: dt.datetime) -> int:
    """The number of the last period of `rule` that begins not after `moment`."""
    if rule.frequency is Frequency.YEARLY:
        passed = moment.year - first.year
    elif rule.frequency is Frequency.MONTHLY:
        passed = (moment.year - first.year) * 12 + moment.month - first.month
    elif rule.frequency is Frequency.WEEKLY:
        passed = (_week_of(moment.date(), rule) - _week_of(first.date(), rule)) // WEEK
    else:
        passed = (moment.date() - first.date()).days
    return passed // rule.interval


def _starts_in(rule: Rule, first: dt.datetime, index: int) -> list[dt.datetime]:
    days = [day for day in _days_in(rule, first, index * rule.interval) if _has_day(rule, day)]
    times = _times(rule, first)
    found = [dt.datetime.combine(day, time) for day in days for time in times]
    if not rule.by_set_pos:
        return found
    places = {place - 1 if place > 0 else len(found) + place for place in rule.by_set_pos}
    return [found[place] for place in sorted(places) if 0 <= place < len(found)]


def _days_in(rule: Rule, first: dt.datetime, passed: int) -> Iterator[dt.date]:
    """Every day of the period that begins `passed` days, weeks, months or years after the first."""
    if rule.frequency is Frequency.DAILY:
        yield first.date() + dt.timedelta(days=passed)
    elif rule.frequency is Frequency.WEEKLY:
        monday = _week_of(first.date(), rule) + passed * WEEK
        yield from (monday + dt.timedelta(days=day) for day in range(7))
    elif rule.frequency is Frequency.MONTHLY:
        year, month = divmod(first.year * 12 + first.month - 1 + passed, 12)
        yield from _days_of_month(year, month + 1)
    else:
        for month in rule.by_month or range(1, 13):
            yield from _days_of_month(first.year + passed, month)


def _has_day(rule: Rule, day: dt.date) -> bool:
    return (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_week_no or _has_week(rule, day))
        and (not rule.by_year_day or _has_year_day(rule, day))
        and (not rule.by_month_day or _has_month_day(rule, day))
        and (not rule.by_day or _has_weekday(rule, day))
    )


def _has_week(rule: Rule, day: dt.date) -> bool:
    """Weeks belong to the year that holds most of their days (RFC 5545 3.3.10, BYWEEKNO)."""
    year = (_week_of(day, rule) + dt.timedelta(days=3)).year
    opening = _week_of(dt.date(year, 1, 4), rule)
    weeks = (_week_of(dt.date(year + 1, 1, 4), rule) - opening) // WEEK
    number = (day - opening) // WEEK + 1
    return number in rule.by_week_no or number - weeks - 1 in rule.by_week_no


def _has_year_day(rule: Rule, day: dt.date) -> bool:
    number = day.timetuple().tm_yday
    length = 366 if calendar.isleap(day.year) else 365
    return number in rule.by_year_day or number - length - 1 in rule.by_year_day


def _has_month_day(rule: Rule, day: dt.date) -> bool:
    return (
        day.day in rule.by_month_day
        or day.day - _month_length(day.year, day.month) - 1 in rule.by_month_day
    )


def _has_weekday(rule: Rule, day: dt.date) -> bool:
    weekday = day.weekday()
    return any(
        weekday == wanted and (ordinal == 0 or _has_ordinal(rule, day, ordinal))
        for ordinal, wanted in rule.by_day
    )


def _has_ordinal(rule: Rule, day: dt.date, ordinal: int) -> bool:
    """Whether `day` is the nth of its weekday: in its month, or in its year for plain YEARLY."""
    is_in_year = rule.frequency is Frequency.YEARLY and not rule.by_month
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        return True
    number = day.timetuple().tm_yday if is_in_year else day.day
    length = 366 if calendar.isleap(day.year) else 365
    length = length if is_in_year else _month_length(day.year, day.month)
    return ordinal in ((number - 1) // 7 + 1, -((length - number) // 7) - 1)


def _times(rule: Rule, first: dt.datetime) -> list[dt.time]:
    hours, minutes = rule.by_hour or (first.hour,), rule.by_minute or (first.minute,)
    seconds = rule.by_second or (first.second,)
    return [dt.time(*clock) for clock in product(hours, minutes, seconds)]


def _week_of(day: dt.date, rule: Rule) -> dt.date:
    """The first day of the week that holds `day`."""
    return day - dt.timedelta(days=(day.weekday() - rule.week_start) % 7)


def _days_of_month(year: int, month: int) -> Iterator[dt.date]:
    for day in range(1, _month_length(year, month) + 1):
        yield dt.date(year, month, day)


@lru_cache(maxsize=4096)
def _month_length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
