"""From `recurrence` lines to starts: RRULE, EXRULE, RDATE and EXDATE on the wall clock of the
master's zone.

Rules are expanded naive and then placed in the zone, so a weekly 09:00 stays 09:00 over daylight
saving. Text that cannot be read yields the first start alone: Google keeps odd imported rules and
shows what it can. The text itself is read in `rule_text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.rrule import rrule, rruleset

from emulator.rule_text import Line, UnreadableRule, dates_of, is_never, line_of, parts_of, rule_of
from emulator.times import EventTime, zone_of

MOST_STEPS = 30_000


@dataclass(frozen=True)
class Occurrence:
    """One start and end of a series as its rule makes them."""

    start: EventTime
    end: EventTime


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


def _locals(
    start: EventTime, lines: list[str], own_lengths: dict[datetime, timedelta]
) -> Iterator[datetime]:
    first = start.local()
    zone = start.zone or "UTC"
    found = rruleset()
    found.rdate(first)
    for text in lines:
        line = line_of(text)
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
        if line.name == "RRULE" and is_never(line.value, first):
            return
        if line.name == "RRULE":
            found.rrule(_counted(rule_of(line.value, first, zone), line.value, first))
        elif line.name == "EXRULE":
            found.exrule(rule_of(line.value, first, zone))
        else:
            for local, length in dates_of(line, zone, is_all_day=is_all_day, first=first):
                found.rdate(local) if line.name == "RDATE" else found.exdate(local)
                if length is not None:
                    own_lengths[local] = length
    except UnreadableRule:
        return


def _counted(rule: rrule, value: str, first: datetime) -> rrule:
    """The start counts as the first of COUNT, also when the rule would not make it (RFC 5545
    3.3.10).
    """
    count = parts_of(value).get("COUNT")
    if count is None or next(iter(rule), first) == first:
        return rule
    return rule.replace(count=int(count) - 1)


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
