"""Occurrences of a series as events: virtual ones made on demand, stored exceptions in their place.

Knows instance ids (GOOGLE.md 4.2 and 4.5). Changes nothing.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from emulator import recurrence
from emulator.model import Calendar, Event, root_id
from emulator.times import EventTime

BEGINNING, END = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - wall times
INSTANCE_ID = re.compile(r"(.+)_(\d{8})(?:T(\d{6})Z)?", re.ASCII)


def find(calendar: Calendar, event_id: str) -> Event | None:
    """A stored event or a virtual instance of a live master; None when there is neither.

    The tombstone of a place that a series did not have any more gives way when it has it again.
    """
    stored = calendar.events.get(event_id)
    if stored is None or (stored.is_bare and stored.recurring_event_id):
        return _virtual_by_id(calendar, event_id) or stored
    return stored


def master_of(calendar: Calendar, instance_id: str) -> Event | None:
    """The master (live or deleted) that an unknown instance id would belong to."""
    match = INSTANCE_ID.fullmatch(instance_id)
    return calendar.events.get(match.group(1)) if match else None


def id_for(master: Event, original: EventTime) -> str:
    """The instance id; instances of split series keep the id from before every split."""
    return f"{root_id(master.id)}_{original.id_stamp()}"


def expand(
    calendar: Calendar,
    master: Event,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Event]:
    """Every instance, exceptions (cancelled ones too) in place of what the rule made; window in
    aware UTC.

    An instance belongs to the window when it ends after `since` and starts before `until`.
    """
    replaced = {
        _key(e.original_start): e
        for e in calendar.exceptions_of(master.id)
        if e.original_start and not (e.is_gone or e.is_bare)
    }
    for occurrence in _in_window(calendar, master, since, until):
        if _key(occurrence.start) not in replaced:
            yield virtual(master, occurrence)
    for exception in replaced.values():
        if exception.is_cancelled or overlaps(exception, calendar.time_zone, since, until):
            yield exception


def virtual(master: Event, occurrence: recurrence.Occurrence) -> Event:
    """The instance as GET would show it although nothing is stored."""
    return Event(
        id=id_for(master, occurrence.start),
        uid=master.uid,
        start=occurrence.start,
        end=occurrence.end,
        creator=master.creator,
        created=master.created,
        updated=master.updated,
        version=master.version,
        status=master.status,
        sequence=master.sequence,
        fields=copy.deepcopy(master.fields),
        recurring_event_id=master.id,
        original_start=occurrence.start,
    )


def overlaps(event: Event, zone: str, since: datetime | None, until: datetime | None) -> bool:
    """Both bounds exclusive, on the end and on the start (GOOGLE.md 5.1); zero-length events count
    at their start.
    """
    start, end = event.start.instant(zone), event.end.instant(zone)
    is_after = since is None or end > since or (start == end and start >= since)
    return is_after and (until is None or start < until)


def first_instance_id(master: Event) -> str:
    """The id that `htmlLink` of a master carries (GOOGLE.md 3.1)."""
    return id_for(master, master.start)


def _virtual_by_id(calendar: Calendar, event_id: str) -> Event | None:
    match = INSTANCE_ID.fullmatch(event_id)
    if match is None:
        return None
    root, day, clock = match.groups()
    for master_id in reversed(calendar.series.get(root, {})):
        master = calendar.events[master_id]
        if (
            master.is_master
            and not master.is_cancelled
            and master.start.is_all_day == (clock is None)
        ):
            occurrence = _occurrence_at(master, day, clock)
            if occurrence is not None:
                return virtual(master, occurrence)
    return None


def _occurrence_at(master: Event, day: str, clock: str | None) -> recurrence.Occurrence | None:
    try:
        at = datetime.strptime(day + (clock or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time
    except ValueError:
        return None
    wanted = EventTime(on=at.date()) if clock is None else EventTime(at=at.replace(tzinfo=UTC))
    return recurrence.occurrence_at(master.start, master.end, master.recurrence, wanted)


def _in_window(
    calendar: Calendar, master: Event, since: datetime | None, until: datetime | None
) -> Iterator[recurrence.Occurrence]:
    length = master.end.instant(calendar.time_zone) - master.start.instant(calendar.time_zone)
    # Local times may differ from UTC by 14 hours, and RDATE periods may be longer: slack.
    begin = _local(since, -max(length, timedelta(0)) - timedelta(days=2)) if since else None
    stop = _local(until, timedelta(days=1)) if until else None
    for found in recurrence.occurrences(
        master.start, master.end, master.recurrence, since=begin, until=stop
    ):
        end, start = found.end.instant(calendar.time_zone), found.start.instant(calendar.time_zone)
        if (since is None or end > since or start == end >= since) and (
            until is None or start < until
        ):
            yield found


def _local(at: datetime, slack: timedelta) -> datetime:
    try:
        return at.astimezone(UTC).replace(tzinfo=None) + slack
    except OverflowError:
        return BEGINNING if slack < timedelta(0) else END


def _key(start: EventTime | None) -> str:
    return start.id_stamp() if start is not None else ""
