"""Reading `recurrence` lines: RRULE, EXRULE, RDATE and EXDATE as text, strictly or as Google keeps
them.

`check` is the strict reading for API writes (GOOGLE.md 4.1); what a line makes is `recurrence`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from dateutil.rrule import rrule, rrulestr

from emulator.times import instant_of, zone_of

NAMES = ("RRULE", "EXRULE", "RDATE", "EXDATE")
ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a wall time
VALUE = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


class UnreadableRule(ValueError):
    """A recurrence line that Google answers with `Invalid recurrence rule.`"""


@dataclass(frozen=True)
class Line:
    """One line of `recurrence`, taken apart."""

    name: str
    params: dict[str, str]
    value: str


def check(lines: list[str]) -> None:
    """Raise UnreadableRule for what the API refuses."""
    for text in lines:
        line = line_of(text)
        if line is None:
            raise UnreadableRule(text)
        if line.name in ("RRULE", "EXRULE"):
            _check_rule(line.value)
        else:
            _check_dates(line)


def is_readable(text: str) -> bool:
    """Whether a line means anything to `occurrences`; odd forms that Google keeps count as
    readable.
    """
    line = line_of(text)
    if line is None:
        return False
    try:
        if line.name in ("RRULE", "EXRULE"):
            rule_of(line.value, ANY_DAY, "UTC")
            return True
        return bool(list(dates_of(line, "UTC", is_all_day=True, first=ANY_DAY)))
    except UnreadableRule:
        return False


def rule_of(value: str, first: datetime, zone: str) -> rrule:
    """The rule from a first wall-clock time of a zone on; UnreadableRule when it is none."""
    parts = parts_of(value)
    _check_rule(value, is_lenient=True)
    if "UNTIL" in parts:
        until = _wall(parts["UNTIL"], zone, is_end_of_day=True)
        parts["UNTIL"] = until.strftime("%Y%m%dT%H%M%S")
    try:
        parsed = rrulestr(";".join(f"{k}={v}" for k, v in parts.items()), dtstart=first)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise UnreadableRule(value) from None
    if not isinstance(parsed, rrule):
        raise UnreadableRule(value)
    return parsed


def is_never(value: str, first: datetime) -> bool:
    """Whether a rule names days that no year has, such as 30 February: asked year by year, as
    looking for them second by second would take for ever (RELIABILITY.md F98).
    """
    parts = parts_of(value)
    if "BYMONTHDAY" not in parts or parts.get("FREQ") in ("YEARLY", "MONTHLY"):
        return False
    days = ";".join(f"{k}={parts[k]}" for k in ("BYMONTH", "BYMONTHDAY") if k in parts)
    try:
        return next(iter(rrulestr(f"FREQ=YEARLY;{days}", dtstart=first)), None) is None
    except (ValueError, TypeError):
        return False  # What cannot be read is told elsewhere.


def dates_of(
    line: Line, zone: str, *, is_all_day: bool, first: datetime
) -> Iterator[tuple[datetime, timedelta | None]]:
    """The wall-clock times of an RDATE or EXDATE, with the length where a period has one."""
    own_zone = _known(line.params.get("TZID")) or zone
    for item in line.value.split(","):
        if not item.strip():
            continue
        begin, _, rest = item.strip().partition("/")
        local = _moved(_wall(begin, own_zone), begin, own_zone, zone)
        if is_all_day:
            local = local.replace(hour=0, minute=0, second=0)
        elif "T" not in begin and line.name == "EXDATE":
            # At Google a date in the EXDATE of a timed series hits nothing: it must name a start.
            continue
        elif "T" not in begin:
            local = local.replace(hour=first.hour, minute=first.minute, second=first.second)
        yield local, _length(rest, _wall(begin, own_zone), own_zone) if rest else None


def _moved(local: datetime, text: str, own_zone: str, zone: str) -> datetime:
    """The wall-clock time in the series' zone."""
    if "T" not in text:
        return local
    source = "UTC" if text.upper().endswith("Z") else own_zone
    naive = datetime.strptime(text.rstrip("Zz"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time
    return instant_of(naive, source).astimezone(zone_of(zone)).replace(tzinfo=None)


def _length(rest: str, begin: datetime, zone: str) -> timedelta | None:
    match = DURATION.fullmatch(rest)
    if match and rest != "P":
        weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        return _wall(rest, zone) - begin
    except UnreadableRule:
        return None


def _wall(text: str, zone: str, *, is_end_of_day: bool = False) -> datetime:
    match = VALUE.fullmatch(text.upper())
    if match is None:
        raise UnreadableRule(text)
    day, clock, utc = match.groups()
    try:
        naive = datetime.strptime(  # noqa: DTZ007 - wall time
            day + (clock or ("235959" if is_end_of_day else "000000")), "%Y%m%d%H%M%S"
        )
        return (
            instant_of(naive, "UTC").astimezone(zone_of(zone)).replace(tzinfo=None)
            if utc
            else naive
        )
    except (ValueError, OverflowError):
        raise UnreadableRule(text) from None


def line_of(text: str) -> Line | None:
    """Name, parameters and value; None for a line of another name."""
    head, colon, value = text.partition(":")
    name, *params = head.split(";")
    if not colon or name.upper() not in NAMES:
        return None
    pairs = dict(param.partition("=")[::2] for param in params)
    return Line(
        name.upper(), {key.upper(): value.strip('"') for key, value in pairs.items()}, value.strip()
    )


def parts_of(value: str) -> dict[str, str]:
    """`FREQ=DAILY;COUNT=3` as a dictionary in capitals."""
    pairs = [part.partition("=") for part in value.strip().strip(";").split(";") if part]
    return {key.strip().upper(): value.strip().upper() for key, _, value in pairs}


def _check_rule(value: str, *, is_lenient: bool = False) -> None:
    parts = parts_of(value)
    numbers = {key: parts[key] for key in ("INTERVAL", "COUNT") if key in parts}
    if "FREQ" not in parts or any(
        not number.isdigit() or int(number) < 1 for number in numbers.values()
    ):
        raise UnreadableRule(value)
    if is_lenient:
        return
    if "COUNT" in parts and "UNTIL" in parts:
        raise UnreadableRule(value)
    rule_of(value, ANY_DAY, "UTC")


def _check_dates(line: Line) -> None:
    if "TZID" in line.params and _known(line.params["TZID"]) is None:
        raise UnreadableRule(line.params["TZID"])
    if not list(dates_of(line, "UTC", is_all_day=True, first=ANY_DAY)):
        raise UnreadableRule(line.value)


def _known(zone: str | None) -> str | None:
    if not zone:
        return None
    try:
        return zone_of(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
