"""Reading an event from a request body: Google's validation messages, limits and silent
truncations.

One reading serves insert, import, PUT and PATCH (PATCH is merged into the stored body first). The
result is a `Draft`; nothing is stored here. Rules from GOOGLE.md 3.2 to 3.5 and 4.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from emulator import errors, rule_text
from emulator.model import Json
from emulator.times import (
    EventTime,
    UnreadableTime,
    instant_of,
    known_zones,
    parse_date,
    parse_moment,
)

EVENT_ID = re.compile(r"[0-9a-v]{5,1024}", re.ASCII)
CONFERENCE_BLOCK = re.compile(r"-::~:~::~[:~]*::-.*?-::~:~::~[:~]*::-", re.DOTALL)
TEXTS = ("summary", "description", "location", "colorId", "eventLabelId")
OBJECTS = [
    "source",
    "gadget",
    "workingLocationProperties",
    "outOfOfficeProperties",
    "focusTimeProperties",
    "birthdayProperties",
    "conferenceData",
    "organizer",
]
CHOICES = {
    "status": ("confirmed", "tentative", "cancelled"),
    "visibility": ("default", "public", "private", "confidential"),
    "transparency": ("opaque", "transparent"),
    "eventType": (
        "default",
        "birthday",
        "focusTime",
        "fromGmail",
        "outOfOffice",
        "workingLocation",
    ),
}
FLAG_DEFAULTS = {
    "guestsCanInviteOthers": True,
    "guestsCanModify": False,
    "guestsCanSeeOtherGuests": True,
    "anyoneCanAddSelf": False,
    "attendeesOmitted": False,
}
OMITTED_DEFAULTS = {"visibility": "default", "transparency": "opaque"}
MOST_DESCRIPTION = 8192


@dataclass
class Draft:
    """A body that passed: times, rule, status, and the remaining members in Google's own form."""

    start: EventTime
    end: EventTime
    recurrence: list[str]
    status: str | None
    sequence: int | None
    fields: Json = field(default_factory=dict)


def read(
    body: object, *, zone: str, is_empty_day_allowed: bool = False, is_lenient: bool = False
) -> Draft:
    """The draft of a body; `zone` is the calendar's. `is_lenient` is Google's own UI, which takes
    zero lengths.
    """
    if not isinstance(body, dict):
        raise errors.parse_error()
    lines = _recurrence(body.get("recurrence"))
    start = _time(body.get("start"), "start", zone, is_recurring=bool(lines))
    end = _time(body.get("end"), "end", zone, is_recurring=bool(lines))
    end = _checked_end(start, end, is_empty_day_allowed=is_empty_day_allowed, is_lenient=is_lenient)
    return Draft(
        start, end, lines, _choice(body, "status"), _whole(body, "sequence"), _fields(body)
    )


def check_client_id(value: object) -> str:
    """A client-supplied event id, or 400 `Invalid resource id value.`"""
    if not isinstance(value, str) or not EVENT_ID.fullmatch(value):
        raise errors.invalid("Invalid resource id value.")
    return value


def merged(stored: Json, patch: Json) -> Json:
    """JSON merge as PATCH does it: objects by member, arrays whole, null clears."""
    result = dict(stored)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            known = result.get(key)
            result[key] = merged(known if isinstance(known, dict) else {}, value)
        else:
            result[key] = value
    return result


def _time(value: object, member: str, zone: str, *, is_recurring: bool) -> EventTime:
    if value is None or value == {}:
        raise errors.required(f"Missing {member} time.")
    if not isinstance(value, dict):
        raise errors.invalid(f"Invalid {member} time.")
    day, moment, own_zone = value.get("date"), value.get("dateTime"), value.get("timeZone")
    if day is not None and moment is not None:
        raise errors.invalid("Start and end times must either both be date or both be dateTime.")
    try:
        if day is not None:
            return _within_years(EventTime(on=parse_date(str(day))))
        if moment is None:
            raise errors.required(f"Missing {member} time.")
        timed = _timed(str(moment), own_zone, member, zone, is_recurring=is_recurring)
        return _within_years(timed)
    except (UnreadableTime, OverflowError):
        raise errors.invalid("Invalid value for: Invalid format: " + repr(day or moment)) from None


def _within_years(time: EventTime) -> EventTime:
    """The first and the last year cannot be shown in every zone."""
    at = time.on or time.at
    if at is None or not 1 < at.year < 9999:
        raise UnreadableTime(str(at))
    return time


def _timed(text: str, own_zone: object, member: str, zone: str, *, is_recurring: bool) -> EventTime:
    moment, has_offset = parse_moment(text)
    if own_zone is not None and own_zone not in known_zones():
        raise errors.invalid(f"Invalid time zone definition for {member} time.")
    if own_zone is None and (is_recurring or not has_offset):
        raise errors.required(f"Missing time zone definition for {member} time.")
    name = str(own_zone or zone)
    return EventTime(
        at=instant_of(moment, name) if not has_offset else moment.astimezone(UTC), zone=name
    )


def _checked_end(
    start: EventTime, end: EventTime, *, is_empty_day_allowed: bool, is_lenient: bool
) -> EventTime:
    if start.is_all_day != end.is_all_day:
        raise errors.invalid("Start and end times must either both be date or both be dateTime.")
    if start.on is not None and end.on is not None:
        if end.on == start.on and (is_empty_day_allowed or is_lenient):
            return start.shifted(timedelta(days=1))
        is_empty = end.on <= start.on
    else:
        assert start.at is not None
        assert end.at is not None
        is_empty = end.at < start.at or (end.at == start.at and not is_lenient)
    if is_empty:
        raise errors.time_range_empty()
    return end


def _recurrence(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise errors.invalid("Invalid recurrence rule.")
    try:
        rule_text.check(value)
    except rule_text.UnreadableRule:
        raise errors.invalid("Invalid recurrence rule.") from None
    return list(value)


def _fields(body: Json) -> Json:
    fields: Json = {name: _text(body, name) for name in TEXTS if body.get(name) not in (None, "")}
    if "description" in fields:
        fields["description"] = CONFERENCE_BLOCK.sub("", fields["description"])[:MOST_DESCRIPTION]
    if "colorId" in fields and fields["colorId"] not in {str(n) for n in range(1, 12)}:
        raise errors.invalid("Invalid Value")
    for name in ("visibility", "transparency"):
        value = _choice(body, name)
        if value is not None and value != OMITTED_DEFAULTS[name]:
            fields[name] = value
    fields["eventType"] = _choice(body, "eventType") or "default"
    for name, default in FLAG_DEFAULTS.items():
        if isinstance(body.get(name), bool) and body[name] != default:
            fields[name] = body[name]
    fields |= {name: body[name] for name in OBJECTS if isinstance(body.get(name), dict)}
    fields["reminders"] = _reminders(body.get("reminders"))
    return fields | _attendees(body) | _attachments(body) | _extended(body)


def _text(body: Json, name: str) -> str:
    if not isinstance(body[name], str):
        raise errors.invalid(f"Invalid value for field {name}.")
    return str(body[name])


def _choice(body: Json, name: str) -> str | None:
    value = body.get(name)
    if value is not None and value not in CHOICES[name]:
        raise errors.invalid_choice(str(value), parameter=name)
    return value


def _whole(body: Json, name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise errors.invalid("Invalid Value")
    return value


def _reminders(value: object) -> Json:
    if not isinstance(value, dict):
        return {"useDefault": True}
    overrides = value.get("overrides") or []
    if not isinstance(overrides, list) or len(overrides) > 5:
        raise errors.invalid("Invalid Value")
    for override in overrides:
        _check_reminder(override)
    uses_default = bool(value.get("useDefault", False))
    if uses_default and overrides:
        raise _both_kinds_of_reminder()
    kept = [{"method": o["method"], "minutes": o["minutes"]} for o in overrides]
    return {"useDefault": uses_default} | ({"overrides": kept} if kept else {})


def _both_kinds_of_reminder() -> errors.Refused:
    message = "Cannot specify both default reminders and overrides at the same time."
    return errors.Refused(400, "cannotUseDefaultRemindersAndSpecifyOverride", message, "calendar")


def _check_reminder(override: object) -> None:
    if not isinstance(override, dict) or override.get("method") not in ("email", "popup"):
        raise errors.invalid("Invalid Value")
    minutes = override.get("minutes")
    if minutes is None:
        raise errors.required("Missing override reminder minutes")
    if not isinstance(minutes, int) or not 0 <= minutes <= 40320:
        raise errors.invalid("Invalid Value")


def _attendees(body: Json) -> Json:
    value = body.get("attendees")
    if not value:
        return {}
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise errors.invalid("Invalid Value")
    if not all("@" in str(one.get("email", "")) for one in value):
        raise errors.invalid("Invalid attendee email.")
    return {"attendees": [{"responseStatus": "needsAction"} | _without_self(one) for one in value]}


def _without_self(attendee: Json) -> Json:
    return {key: value for key, value in attendee.items() if key not in ("self", "organizer")}


def _attachments(body: Json) -> Json:
    value = body.get("attachments")
    if not value:
        return {}
    if not isinstance(value, list) or len(value) > 25:
        raise errors.invalid("Invalid Value")
    return {"attachments": value}


def _extended(body: Json) -> Json:
    value = body.get("extendedProperties")
    if not isinstance(value, dict):
        return {}
    kept = {side: _properties(value.get(side)) for side in ("private", "shared")}
    kept = {side: properties for side, properties in kept.items() if properties}
    size = sum(
        len(key) + len(text) for properties in kept.values() for key, text in properties.items()
    )
    if sum(len(properties) for properties in kept.values()) > 300 or size > 32 * 1024:
        raise errors.invalid("Extended properties exceed the allowed size.")
    if kept.get("private") and body.get("eventType") == "birthday":
        raise errors.invalid("'birthday' event type must not have private extended properties.")
    return {"extendedProperties": kept} if kept else {}


def _properties(value: object) -> dict[str, str]:
    """Keys over 44 characters vanish, values are cut at 1024, both without a word (GOOGLE.md
    3.2).
    """
    if not isinstance(value, dict):
        return {}
    return {
        key: str(text)[:1024] for key, text in value.items() if len(key) <= 44 and text is not None
    }
