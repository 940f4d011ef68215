"""Reads calendars with one engine from PyPI: `python_engines.py NAME`, in the engines' environment.

In: JSON `{"after": "20260101", "before": "20270401", "paths": [...]}`. Out: a list for each path of
[start, end, title], where a start is "20260105T080000Z" or, for whole days, "20260105". Imports
nothing of the product.
"""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = tuple[str, str, str]


def icalendar(text: str, after: dt.datetime, before: dt.datetime) -> Iterator[Row]:
    """icalendar reads, recurring-ical-events expands."""
    import recurring_ical_events
    from icalendar import Calendar

    calendar = Calendar.from_ical(text)
    for one in calendar.walk():
        if one.errors:
            raise ValueError(one.errors)
    # A repair of Google's exports hangs on it, which takes one of two equal hours for the other.
    del calendar["X-WR-TIMEZONE"]
    for one in recurring_ical_events.of(calendar).between(after, before):
        yield written(one["DTSTART"].dt), written(one["DTEND"].dt), str(one["SUMMARY"])


def ical(text: str, after: dt.datetime, before: dt.datetime) -> Iterator[Row]:
    """The engine of Home Assistant."""
    from ical.calendar_stream import IcsCalendarStream

    calendar = IcsCalendarStream.calendar_from_ics(text)
    for one in calendar.timeline_tz(ZoneInfo("UTC")).overlapping(after, before):
        yield written(one.dtstart), written(one.end), one.summary


def vobject(text: str, after: dt.datetime, before: dt.datetime) -> Iterator[Row]:
    """vobject expands one component at a time; what is overridden is for its caller to know.

    Excluded times it compares with an offset that may be the other half of the year's.
    """
    from vobject import readOne

    calendar = readOne(text)
    calendar.validate(raiseException=True)
    events = calendar.vevent_list
    overridden = {
        (one.uid.value, one.recurrence_id.value) for one in events if hasattr(one, "recurrence_id")
    }
    for one in events:
        start = one.dtstart.value
        length = one.dtend.value - start
        if not hasattr(one, "rrule"):
            yield written(start), written(start + length), one.summary.value
            continue
        is_timed = isinstance(start, dt.datetime)
        place = start.tzinfo if is_timed else None
        excluded = {at for line in getattr(one, "exdate_list", []) for at in line.value}
        for found in one.getrruleset(addRDate=True):
            begins = placed(found, place) if is_timed else found.date()
            if begins >= (before if is_timed else before.date()):
                break
            if (one.uid.value, begins) not in overridden and begins not in excluded:
                yield written(begins), written(begins + length), one.summary.value


def placed(found: dt.datetime, place: Any) -> dt.datetime:
    """The wall-clock time in its zone; vobject's are pytz's, which want to be asked for each."""
    local = found.replace(tzinfo=None)
    return place.localize(local) if hasattr(place, "localize") else local.replace(tzinfo=place)


def khal(text: str, after: dt.datetime, before: dt.datetime) -> Iterator[Row]:
    """khal's own store, filled as after a synchronisation."""
    from icalendar import Calendar
    from khal.icalendar import split_ics
    from khal.khalendar.backend import SQLiteDb

    utc = ZoneInfo("UTC")
    store = SQLiteDb(["feed"], ":memory:", {"local_timezone": utc, "default_timezone": utc})
    for number, part in enumerate(split_ics(text)):
        store.update(part, href=str(number), etag="", calendar="feed")
    found = [
        *((row, written) for row in store.get_localized(after, before)),
        *(
            (row, whole_days)
            for row in store.get_floating(after.replace(tzinfo=None), before.replace(tzinfo=None))
        ),
    ]
    for (item, _href, start, end, ref, *_), form in found:
        events = Calendar.from_ical(item).walk("VEVENT")
        yield form(start), form(end), str(khal_event(events, ref)["SUMMARY"])


def khal_event(events: list[Any], ref: str) -> Any:
    """Which of an item's components a row of khal's stands for."""
    if ref == "PROTO":
        return next(one for one in events if "RECURRENCE-ID" not in one)
    return next(
        one
        for one in events
        if "RECURRENCE-ID" in one and str(int(seconds(one["RECURRENCE-ID"].dt))) == ref
    )


def seconds(at: dt.date) -> float:
    """Since 1970; whole days begin in UTC."""
    if isinstance(at, dt.datetime):
        return at.timestamp()
    return dt.datetime(at.year, at.month, at.day, tzinfo=dt.UTC).timestamp()


def whole_days(at: dt.date) -> str:
    """The date, whatever hour is beside it."""
    return f"{at:%Y%m%d}"


PROGRAMS: dict[str, Callable[[str, dt.datetime, dt.datetime], Iterator[Row]]] = {
    "icalendar": icalendar,
    "ical": ical,
    "vobject": vobject,
    "khal": khal,
}


def written(at: dt.date) -> str:
    """An instant in UTC, or a date."""
    if isinstance(at, dt.datetime):
        return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    return f"{at:%Y%m%d}"


def midnight(day: str) -> dt.datetime:
    """The beginning of a day in UTC."""
    return dt.datetime.strptime(day, "%Y%m%d").replace(tzinfo=dt.UTC)


def main() -> None:
    """Answers one request."""
    read, asked = PROGRAMS[sys.argv[1]], json.load(sys.stdin)
    after, before = midnight(asked["after"]), midnight(asked["before"])
    answers: list[Any] = []
    for path in asked["paths"]:
        text = Path(path).read_bytes().decode()
        answers.append(sorted(read(text, after, before)))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
