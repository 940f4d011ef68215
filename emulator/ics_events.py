"""One VEVENT read with icalendar: its times placed in Google's zones, its texts as Google's
members.

Raises `Unrepresentable` with a reason for a person where Google has no form for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar
from icalendar.prop.broken import vBroken

from emulator.event_body import MOST_DESCRIPTION
from emulator.ics_parts import Block
from emulator.ics_zones import ZoneBook, as_utc_text
from emulator.model import Calendar, Json
from emulator.times import EventTime, known_zones

ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


class Unrepresentable(ValueError):
    """Google has no form for this component; the text says why."""


@dataclass
class Entry:
    """One VEVENT on its way in."""

    block: Block
    component: icalendar.Event
    uid: str
    start: EventTime
    end: EventTime
    original: EventTime | None
    sequence: int

    @property
    def summary(self) -> str:
        return text(self.component, "SUMMARY")


def read(block: Block, component: icalendar.Event, book: ZoneBook, spare_uid: str) -> Entry:
    start = _time(component, "DTSTART", book)
    if start is None:
        raise Unrepresentable("it has no readable start")
    end = _end(component, start, book)
    if end.instant(book.default) < start.instant(book.default):
        raise Unrepresentable("it ends before it starts")
    _translate_lines(block, book)
    return Entry(
        block=block,
        component=component,
        uid=text(component, "UID") or spare_uid,
        start=start,
        end=end,
        original=_time(component, "RECURRENCE-ID", book),
        sequence=_number(component, "SEQUENCE"),
    )


def _time(component: icalendar.Event, name: str, book: ZoneBook) -> EventTime | None:
    local = written_time(component, name)
    if local is None:
        return None
    if not isinstance(local, datetime):
        return EventTime(on=local)
    if local.tzinfo is not None:
        return book.place(local.replace(tzinfo=None), "UTC")
    return book.place(local.replace(microsecond=0), zone_name(component, name))


def written_time(component: icalendar.Event, name: str) -> date | datetime | None:
    """The value as written: a date, a naive wall-clock time, or an aware one when it was in UTC."""
    value = _first(component, name)
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime):
        is_utc = zone_name(component, name) is None and moment.tzinfo is not None
        return moment if is_utc else moment.replace(tzinfo=None)
    return moment if isinstance(moment, date) else None


def zone_name(component: icalendar.Event, name: str) -> str | None:
    params = getattr(_first(component, name), "params", {})
    tzid = params.get("TZID")
    return str(tzid) if tzid else None


def _first(component: icalendar.Event, name: str) -> object:
    value = component.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return None if isinstance(first, vBroken) else first


def _end(component: icalendar.Event, start: EventTime, book: ZoneBook) -> EventTime:
    """DTEND, else DURATION, else a day or nothing; the kind follows the start."""
    end = _time(component, "DTEND", book)
    if end is None:
        length = getattr(_first(component, "DURATION"), "dt", None)
        is_length = isinstance(length, timedelta) and length >= timedelta(0)
        end = start.shifted(length if is_length and isinstance(length, timedelta) else timedelta(0))
    if start.on is not None:
        last = end.on or end.local().date()
        return EventTime(on=last if last > start.on else start.on + timedelta(days=1))
    if end.on is not None:
        return start.like(datetime.combine(end.on, datetime.min.time()))
    return end


def _translate_lines(block: Block, book: ZoneBook) -> None:
    """Zone names in RDATE and EXDATE become IANA names, or their values UTC; the rest stays as
    it was.
    """
    for index, line in enumerate(block.lines):
        head, _, value = line.partition(":")
        name, *params = head.split(";")
        tzids = [param[5:].strip('"') for param in params if param.upper().startswith("TZID=")]
        if name.upper() not in ("RDATE", "EXDATE") or not tzids or tzids[0] in known_zones():
            continue
        known = book.name_for(tzids[0])
        kept = [param for param in params if not param.upper().startswith("TZID=")]
        if known is not None:
            block.lines[index] = ";".join([name, *kept, f"TZID={known}"]) + ":" + value
        else:
            block.lines[index] = ";".join([name, *kept]) + ":" + _in_utc(value, tzids[0], book)


def _in_utc(value: str, tzid: str, book: ZoneBook) -> str:
    texts = []
    for item in value.split(","):
        local = datetime.strptime(item.strip(), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time
        texts.append(as_utc_text(book.place(local, tzid)))
    return ",".join(texts)


def members(component: icalendar.Event, calendar: Calendar) -> Json:
    fields: Json = {"eventType": "default", "reminders": {"useDefault": True}}
    for name in ("summary", "description", "location"):
        if text(component, name.upper()):
            fields[name] = text(component, name.upper())[:MOST_DESCRIPTION]
    visibility = text(component, "CLASS").lower()
    if visibility in ("public", "private", "confidential"):
        fields["visibility"] = visibility
    if text(component, "TRANSP").upper() == "TRANSPARENT":
        fields["transparency"] = "transparent"
    return fields | _people(component, calendar)


def _people(component: icalendar.Event, calendar: Calendar) -> Json:
    people: Json = {}
    organizer = _address(_first(component, "ORGANIZER"))
    if organizer and organizer["email"] not in (calendar.owner, calendar.id):
        people["organizer"] = organizer
    value = component.get("ATTENDEE", [])
    listed = value if isinstance(value, list) else [value]
    guests = [_address(one) | {"responseStatus": _answer(one)} for one in listed if _address(one)]
    return people | ({"attendees": guests[:200]} if guests else {})


def _address(value: object) -> Json:
    text = str(value) if value is not None else ""
    if not text.lower().startswith("mailto:") or "@" not in text:
        return {}
    name = getattr(value, "params", {}).get("CN")
    return {"email": text[7:].strip()} | ({"displayName": str(name)} if name else {})


def _answer(value: object) -> str:
    answer = str(getattr(value, "params", {}).get("PARTSTAT", "")).upper()
    return ANSWERS.get(answer, "needsAction")


def text(component: icalendar.Event, name: str) -> str:
    value = _first(component, name)
    return str(value) if value is not None else ""


def _number(component: icalendar.Event, name: str) -> int:
    digits = text(component, name)
    return int(digits) if digits.isascii() and digits.isdigit() else 0
