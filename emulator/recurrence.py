"""From `recurrence` lines to starts: RRULE, EXRULE, RDATE and EXDATE on the wall clock of the
master's zone.

Rules are expanded naive and then placed in the zone, so a weekly 09:00 stays 09:00 over daylight
saving. Text that cannot be read yields the first start alone: Google keeps odd imported rules and
shows what it can. `check` is the strict reading for API writes (GOOGLE.md 4.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from dateutil.rrule import rrule, rruleset, rrulestr

from emulator.times import EventTime, instant_of, zone_of

MOST_STEPS = 30_000
NAMES = ("RRULE", "EXRULE", "RDATE", "EXDATE")
ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a wall time
VALUE = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


class UnreadableRule(ValueError):
    """A recurrence line that Google answers with `Invalid recurrence rule.`"""


@dataclass(frozen=True)
class Occurrence:
    """One start and end of a series as its rule makes them."""

    start: EventTime
    end: EventTime


@dataclass(frozen=True)
class Line:
    name: str
    params: dict[str, str]
    value: str


def occurrences(
    start: EventTime,
    end: EventTime,
    lines: list[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Occurrence]:
    """Occurrences whose local start lies in [since, until] (naive wall-clock times of the series),
    in order.

    Two wall-clock times that a clock change makes one moment are one occurrence: an instance id
    names a moment (GOOGLE.md 4.2).
    """
    length = end.local() - start.local()
    own_lengths: dict[datetime, timedelta] = {}
    latest: EventTime | None = None
    for step, local in enumerate(_locals(start, lines, own_lengths)):
        if (until is not None and local > until) or step >= MOST_STEPS:
            return
        if since is None or local >= since:
            found = _occurrence(start, end, local, own_lengths.get(local, length))
            if found.start != latest:
                yield found
            latest = found.start


def occurrence_at(
    start: EventTime, end: EventTime, lines: list[str], wanted: EventTime
) -> Occurrence | None:
    """The occurrence with exactly this start, if the rule makes one.

    Looked for a day to either side: a wall-clock time in a gap names a moment that reads otherwise.
    """
    if wanted.is_all_day != start.is_all_day:
        return None
    local = wanted.local() if wanted.is_all_day else _in_zone(wanted, start)
    day = timedelta(days=1)
    near = occurrences(start, end, lines, since=_shifted(local, -day), until=_shifted(local, day))
    return next((one for one in near if one.start.id_stamp() == wanted.id_stamp()), None)


def check(lines: list[str]) -> None:
    """Raise UnreadableRule for what the API refuses."""
    for text in lines:
        line = _line(text)
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
    line = _line(text)
    if line is None:
        return False
    try:
        if line.name in ("RRULE", "EXRULE"):
            _rule(line.value, ANY_DAY, "UTC")
            return True
        return bool(list(_dates(line, "UTC", is_all_day=True, first=ANY_DAY)))
    except UnreadableRule:
        return False


def local_until(lines: list[str], zone: str) -> datetime | None:
    """The wall-clock UNTIL of the first RRULE that has one."""
    for text in lines:
        parts = _rule_parts(text.partition(":")[2]) if text.upper().startswith("RRULE") else {}
        if "UNTIL" in parts:
            return _wall(parts["UNTIL"], zone, is_end_of_day=True)
    return None


def _locals(
    start: EventTime, lines: list[str], own_lengths: dict[datetime, timedelta]
) -> Iterator[datetime]:
    first = start.local()
    zone = start.zone or "UTC"
    found = rruleset()
    found.rdate(first)
    for text in lines:
        line = _line(text)
        if line is not None:
            _add(found, line, first, zone, own_lengths, is_all_day=start.is_all_day)
    return iter(found)


def _add(
    found: rruleset,
    line: Line,
    first: datetime,
    zone: str,
    own_lengths: dict[datetime, timedelta],
    *,
    is_all_day: bool,
) -> None:
    try:
        if line.name == "RRULE":
            found.rrule(_counted(_rule(line.value, first, zone), line.value, first))
        elif line.name == "EXRULE":
            found.exrule(_rule(line.value, first, zone))
        else:
            for local, length in _dates(line, zone, is_all_day=is_all_day, first=first):
                found.rdate(local) if line.name == "RDATE" else found.exdate(local)
                if length is not None:
                    own_lengths[local] = length
    except UnreadableRule:
        return


def _rule(value: str, first: datetime, zone: str) -> rrule:
    parts = _rule_parts(value)
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


def _counted(rule: rrule, value: str, first: datetime) -> rrule:
    """The start counts as the first of COUNT, also when the rule would not make it (RFC 5545
    3.3.10).
    """
    count = _rule_parts(value).get("COUNT")
    if count is None or next(iter(rule), first) == first:
        return rule
    return rule.replace(count=int(count) - 1)


def _dates(
    line: Line, zone: str, *, is_all_day: bool, first: datetime
) -> Iterator[tuple[datetime, timedelta | None]]:
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


def _line(text: str) -> Line | None:
    head, colon, value = text.partition(":")
    name, *params = head.split(";")
    if not colon or name.upper() not in NAMES:
        return None
    pairs = dict(param.partition("=")[::2] for param in params)
    return Line(
        name.upper(), {key.upper(): value.strip('"') for key, value in pairs.items()}, value.strip()
    )


def _rule_parts(value: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in value.strip().strip(";").split(";") if part]
    return {key.strip().upper(): value.strip().upper() for key, _, value in pairs}


def _check_rule(value: str, *, is_lenient: bool = False) -> None:
    parts = _rule_parts(value)
    numbers = {key: parts[key] for key in ("INTERVAL", "COUNT") if key in parts}
    if "FREQ" not in parts or any(
        not number.isdigit() or int(number) < 1 for number in numbers.values()
    ):
        raise UnreadableRule(value)
    if is_lenient:
        return
    if "COUNT" in parts and "UNTIL" in parts:
        raise UnreadableRule(value)
    _rule(value, ANY_DAY, "UTC")


def _check_dates(line: Line) -> None:
    if "TZID" in line.params and _known(line.params["TZID"]) is None:
        raise UnreadableRule(line.params["TZID"])
    if not list(_dates(line, "UTC", is_all_day=True, first=ANY_DAY)):
        raise UnreadableRule(line.value)


def _known(zone: str | None) -> str | None:
    if not zone:
        return None
    try:
        return zone_of(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _in_zone(wanted: EventTime, start: EventTime) -> datetime:
    assert wanted.at is not None
    return wanted.at.astimezone(zone_of(start.zone or "UTC")).replace(tzinfo=None)


def _shifted(local: datetime, by: timedelta) -> datetime:
    try:
        return local + by
    except OverflowError:
        return local


def _occurrence(start: EventTime, end: EventTime, local: datetime, length: timedelta) -> Occurrence:
    return Occurrence(
        start.like(local),
        end.like(local + length) if end.zone == start.zone else _far(start, local, end),
    )


def _far(start: EventTime, local: datetime, end: EventTime) -> EventTime:
    """The end of an occurrence whose end has another zone: the same real duration as the master."""
    begin = start.like(local)
    assert begin.at is not None
    assert end.at is not None
    assert start.at is not None
    return EventTime(at=begin.at + (end.at - start.at), zone=end.zone)
