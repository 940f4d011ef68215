"""An RRULE value as a Rule and back (RFC 5545 3.3.10), and nothing about days.

Only what can be expanded within bounds is read: rules that repeat within a day, INTERVAL=0, huge
counts and thousands of times a day raise `UnreadableRule` (F98), as does everything that is not in
the RFC (F99). Turning a Rule into days is rule_starts.py.
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_TIMES_A_DAY = 24
HIGHEST_INTERVAL = 999
HIGHEST_COUNT = 5000
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_MOMENT = re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,5}", re.ASCII)


class UnreadableRule(ValueError):
    """A recurrence that cannot be expanded. `reason` completes "The rule ..."."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the rule {reason}")
        self.reason = reason


class Frequency(StrEnum):
    """FREQ, as far as calendars of people use it."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE. Weekdays count from Monday = 0; `by_day` pairs an ordinal (0 = every) with one.

    `until` is inclusive: aware UTC, a naive local time, or a date, as the text had it.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: dt.datetime | dt.date | None = None
    by_month: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0


@lru_cache(maxsize=4096)
def parse_rule(value: str) -> Rule:
    """The Rule of "FREQ=WEEKLY;BYDAY=TH". Raises `UnreadableRule`."""
    parts = _parts(value)
    rule = Rule(
        frequency=_frequency(parts.pop("FREQ", "")),
        interval=_number(parts.pop("INTERVAL", "1"), 1, HIGHEST_INTERVAL, "an INTERVAL"),
        count=_number(parts.pop("COUNT"), 1, HIGHEST_COUNT, "a COUNT")
        if "COUNT" in parts
        else None,
        until=parse_moment(parts.pop("UNTIL")) if "UNTIL" in parts else None,
        by_month=_numbers(parts, "BYMONTH", 1, 12),
        by_week_no=_numbers(parts, "BYWEEKNO", -53, 53),
        by_year_day=_numbers(parts, "BYYEARDAY", -366, 366),
        by_month_day=_numbers(parts, "BYMONTHDAY", -31, 31),
        by_day=_days(parts.pop("BYDAY", "")),
        by_hour=_numbers(parts, "BYHOUR", 0, 23),
        by_minute=_numbers(parts, "BYMINUTE", 0, 59),
        by_second=_numbers(parts, "BYSECOND", 0, 59),
        by_set_pos=_numbers(parts, "BYSETPOS", -366, 366),
        week_start=_weekday(parts.pop("WKST", "MO")),
    )
    if parts:
        raise UnreadableRule("has parts that RFC 5545 does not know")
    _refuse_bombs(rule)
    return rule


def parse_moment(text: str) -> dt.datetime | dt.date:
    """A DATE or DATE-TIME value: aware UTC with a Z, else naive local. Raises `UnreadableRule`."""
    if not _MOMENT.fullmatch(text):
        raise UnreadableRule("has a date that cannot be read")
    try:
        if "T" not in text:
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        naive = dt.datetime.strptime(text[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - placed below.
    except ValueError as impossible:
        raise UnreadableRule("has a date that does not exist") from impossible
    return naive.replace(tzinfo=dt.UTC) if text.endswith("Z") else naive


def rule_value(rule: Rule) -> str:
    """The RRULE value of `rule`: FREQ first, the other parts in alphabetical order."""
    parts = {
        "BYDAY": ",".join(f"{ordinal or ''}{WEEKDAYS[day]}" for ordinal, day in rule.by_day),
        "BYHOUR": _joined(rule.by_hour),
        "BYMINUTE": _joined(rule.by_minute),
        "BYMONTH": _joined(rule.by_month),
        "BYMONTHDAY": _joined(rule.by_month_day),
        "BYSECOND": _joined(rule.by_second),
        "BYSETPOS": _joined(rule.by_set_pos),
        "BYWEEKNO": _joined(rule.by_week_no),
        "BYYEARDAY": _joined(rule.by_year_day),
        "COUNT": "" if rule.count is None else str(rule.count),
        "INTERVAL": "" if rule.interval == 1 else str(rule.interval),
        "UNTIL": "" if rule.until is None else moment_text(rule.until),
        "WKST": WEEKDAYS[rule.week_start] if rule.week_start else "",
    }
    rest = [f"{name}={value}" for name, value in parts.items() if value]
    return ";".join([f"FREQ={rule.frequency}", *rest])


def moment_text(moment: dt.datetime | dt.date) -> str:
    """The value as iCalendar text: aware times in UTC with a Z, naive ones local, or a date."""
    if not isinstance(moment, dt.datetime):
        return f"{moment:%Y%m%d}".rjust(8, "0")
    if moment.tzinfo is None:
        return f"{moment:%Y%m%dT%H%M%S}".rjust(15, "0")
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}".rjust(16, "0")


def _parts(value: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in value.strip().strip(";").upper().split(";"):
        name, equals, content = (piece.strip() for piece in part.partition("="))
        if not equals or not content or name in parts:
            raise UnreadableRule("is not written as RFC 5545 says")
        parts[name] = content
    return parts


def _frequency(text: str) -> Frequency:
    if text in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise UnreadableRule("repeats within a day")
    try:
        return Frequency(text)
    except ValueError as unknown:
        raise UnreadableRule("does not say how often it repeats") from unknown


def _number(text: str, lowest: int, highest: int, what: str) -> int:
    if not _NUMBER.fullmatch(text) or not lowest <= int(text) <= highest:
        raise UnreadableRule(f"has {what} that is not from {lowest} to {highest}")
    return int(text)


def _numbers(parts: dict[str, str], name: str, lowest: int, highest: int) -> tuple[int, ...]:
    texts = parts.pop(name).split(",") if name in parts else []
    found = {_number(text, lowest, highest, f"a {name}") for text in texts}
    if lowest < 0 and 0 in found:
        raise UnreadableRule(f"has a {name} of zero")
    return tuple(sorted(found))


def _days(text: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for item in text.split(",") if text else []:
        match = _DAY.fullmatch(item.strip())
        if match is None:
            raise UnreadableRule("names a weekday that does not exist")
        found.add((int(match[1] or 0), WEEKDAYS.index(match[2])))
    return tuple(sorted(found))


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise UnreadableRule("names a weekday that does not exist")
    return WEEKDAYS.index(text)


def _refuse_bombs(rule: Rule) -> None:
    times = [max(1, len(part)) for part in (rule.by_hour, rule.by_minute, rule.by_second)]
    if times[0] * times[1] * times[2] > MOST_TIMES_A_DAY:
        raise UnreadableRule(f"repeats more than {MOST_TIMES_A_DAY} times a day")


def _joined(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)
