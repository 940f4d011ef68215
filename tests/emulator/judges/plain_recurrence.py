"""A second engine for recurrence rules, from RFC 5545 3.3.10; it shares nothing with the first.

It works the other way round: where dateutil builds candidates from tables, this looks at every day
of every period and asks whether the rule says yes. Slow and plain on purpose. Frequencies from
DAILY to YEARLY, as calendars have them; no BYWEEKNO and nothing below a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """A rule's parts; `by_day` holds (ordinal or 0, weekday), `until` is a wall-clock time."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0

    def text(self, until: str = "") -> str:
        """The line as a calendar would write it; `until` is its text, in whichever form."""
        parts = [f"FREQ={self.freq}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval > 1 else []
        parts += [f"COUNT={self.count}"] if self.count is not None else []
        parts += [f"UNTIL={until}"] if until else []
        days = [f"{nth or ''}{DAYS[day]}" for nth, day in self.by_day]
        parts += [f"BYDAY={','.join(days)}"] if days else []
        for name, numbers in (
            ("BYMONTHDAY", self.by_month_day),
            ("BYYEARDAY", self.by_year_day),
            ("BYMONTH", self.by_month),
            ("BYSETPOS", self.by_set_pos),
        ):
            parts += [f"{name}={','.join(map(str, numbers))}"] if numbers else []
        parts += [f"WKST={DAYS[self.week_start]}"] if self.week_start else []
        return "RRULE:" + ";".join(parts)


def starts(rule: Rule, first: datetime, last: datetime) -> Iterator[datetime]:
    """Wall-clock starts in order from `first` (which always counts as one) up to `last`."""
    yield first
    left = float("inf") if rule.count is None else rule.count - 1
    for day in _days(rule, first.date(), last.date()):
        at = datetime.combine(day, first.time())
        if at > last or (rule.until and at > rule.until) or left <= 0:
            return
        if at > first:
            left -= 1
            yield at


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment (naive UTC) of a wall-clock time: the first of two, and in a gap the time that the
    offset before the gap makes of it (RFC 5545 3.3.5).
    """
    before, after = (_offset(local + by, zone) for by in (-DAY, DAY))
    for offset in (before, after):
        if _offset(local - offset, zone) == offset:
            return local - offset
    return local - before


def _offset(utc: datetime, zone: ZoneInfo) -> timedelta:
    offset = utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _days(rule: Rule, first: date, last: date) -> Iterator[date]:
    begin = _period_begin(rule, first)
    while begin <= last:
        end = _next_period(rule, begin, 1)
        inside = [begin + n * DAY for n in range((end - begin).days)]
        chosen = [day for day in inside if _fits(rule, day, first)]
        yield from _positions(rule, chosen)
        begin = _next_period(rule, begin, rule.interval)


def _period_begin(rule: Rule, day: date) -> date:
    if rule.freq == "WEEKLY":
        return day - ((day.weekday() - rule.week_start) % 7) * DAY
    if rule.freq == "MONTHLY":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if rule.freq == "YEARLY" else day


def _next_period(rule: Rule, begin: date, by: int) -> date:
    if rule.freq == "WEEKLY":
        return begin + 7 * by * DAY
    if rule.freq == "MONTHLY":
        months = begin.month - 1 + by
        return date(begin.year + months // 12, months % 12 + 1, 1)
    return date(begin.year + by, 1, 1) if rule.freq == "YEARLY" else begin + by * DAY


def _positions(rule: Rule, chosen: list[date]) -> list[date]:
    if not rule.by_set_pos:
        return chosen
    places = {n - 1 if n > 0 else len(chosen) + n for n in rule.by_set_pos}
    return [day for place, day in enumerate(chosen) if place in places]


def _fits(rule: Rule, day: date, first: date) -> bool:
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_month_day and not _counts(day.day, _month_length(day), rule.by_month_day):
        return False
    if rule.by_year_day and not _counts(_year_day(day), _year_length(day), rule.by_year_day):
        return False
    if rule.by_day and not any(_is_weekday(rule, day, *one) for one in rule.by_day):
        return False
    return _fits_the_start(rule, day, first)


def _fits_the_start(rule: Rule, day: date, first: date) -> bool:
    """What a rule does not say comes from its start."""
    if rule.by_day or rule.by_month_day or rule.by_year_day or rule.freq == "DAILY":
        return True
    if rule.freq == "WEEKLY":
        return day.weekday() == first.weekday()
    has_month = rule.freq == "MONTHLY" or bool(rule.by_month)
    return day.day == first.day and (has_month or day.month == first.month)


def _is_weekday(rule: Rule, day: date, nth: int, weekday: int) -> bool:
    if day.weekday() != weekday or nth == 0:
        return day.weekday() == weekday
    if rule.freq == "YEARLY" and not rule.by_month:
        number, length = _year_day(day), _year_length(day)
    else:
        number, length = day.day, _month_length(day)
    return nth == (number - 1) // 7 + 1 if nth > 0 else -nth == (length - number) // 7 + 1


def _counts(number: int, length: int, wanted: tuple[int, ...]) -> bool:
    return number in wanted or number - length - 1 in wanted


def _month_length(day: date) -> int:
    return (date(day.year + day.month // 12, day.month % 12 + 1, 1) - day.replace(day=1)).days


def _year_length(day: date) -> int:
    return (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days


def _year_day(day: date) -> int:
    return (day - date(day.year, 1, 1)).days + 1
