"""The `calendars` resource: the calendar itself, shared by everybody with access (GOOGLE.md 2.2,
2.5).
"""

from __future__ import annotations

import re
import uuid

from emulator import errors
from emulator.api_call import Answer, ApiCall
from emulator.model import Calendar, Event, Json
from emulator.state import State
from emulator.times import known_zones

MOST_LABELS, LONGEST_LABEL = 200, 50
COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
DAY, STOP = 86_400.0, 2 * 3600.0
WRITABLE = ("summary", "description", "location", "timeZone")


def insert(call: ApiCall) -> Answer:
    """A new secondary calendar in the caller's list. Not idempotent; the project becomes its owner
    for scopes.
    """
    body = call.json()
    values = _values(body)
    if not values.get("summary"):
        raise errors.required()
    _count_against_usage_limit(call)
    calendar = call.state.new_calendar(
        call.account, values["summary"], zone=values.get("timeZone") or "UTC", project=call.project
    )
    calendar.description = values.get("description", "")
    calendar.location = values.get("location", "")
    calendar.labels = values.get("labels", [])
    return _answer(calendar)


def get(call: ApiCall) -> Answer:
    return _answer(call.calendar()[0])


def update(call: ApiCall) -> Answer:
    """PUT: members left out are cleared; the title is mandatory."""
    values = _values(call.json())
    if not values.get("summary"):
        raise errors.required()
    calendar = _owned(call)
    cleared = {"description": "", "location": "", "timeZone": calendar.time_zone}
    change(call.state, calendar, cleared | values)
    return _answer(calendar)


def patch(call: ApiCall) -> Answer:
    calendar = _owned(call)
    change(call.state, calendar, _values(call.json()))
    return _answer(calendar)


def delete(call: ApiCall) -> Answer:
    """Deletes it for everybody; only secondary calendars, only their data owner (GOOGLE.md 2.2)."""
    calendar, role = call.calendar()
    if calendar.kind == "primary":
        message = "Cannot delete the primary calendar."
        raise errors.Refused(403, "cannotDeletePrimaryCalendar", message, "calendar")
    if role != "owner" or calendar.owner != call.account.email:
        raise errors.forbidden()
    call.check_if_match(calendar.etag)
    remove(call.state, calendar)
    return Answer(status=204)


def clear(call: ApiCall) -> Answer:
    """Deletes every event of a primary calendar."""
    calendar, role = call.calendar()
    if calendar.kind != "primary" or role != "owner":
        raise errors.forbidden()
    stamp = call.state.clock.stamp()
    for event in list(calendar.events.values()):
        _cancel(call.state, calendar, event, stamp)
    return Answer(status=204)


def change(state: State, calendar: Calendar, values: Json) -> None:
    """Apply title, description, place and zone; the entries of other people do not reappear in
    their lists.
    """
    calendar.summary = values.get("summary", calendar.summary)
    calendar.description = values.get("description", calendar.description)
    calendar.location = values.get("location", calendar.location)
    calendar.time_zone = values.get("timeZone", calendar.time_zone)
    calendar.labels = values.get("labels", calendar.labels)
    calendar.version = state.clock.stamp()
    owner = state.accounts[calendar.owner].entries.get(calendar.id)
    if owner is not None:
        owner.version = calendar.version
    state.writes.note(calendar.owner, "")


def remove(state: State, calendar: Calendar) -> None:
    """The calendar is gone: 404 everywhere, `deleted` in incremental calendar lists."""
    calendar.is_deleted = True
    stamp = state.clock.stamp()
    for account in state.accounts.values():
        entry = account.entries.get(calendar.id)
        if entry is not None:
            entry.is_deleted, entry.version = True, stamp
            state.writes.note(account.email, "")


def resource(calendar: Calendar) -> Json:
    """The `calendar#calendar` resource."""
    shown: Json = {
        "kind": "calendar#calendar",
        "etag": calendar.etag,
        "id": calendar.id,
        "summary": calendar.summary,
    }
    shown |= {"description": calendar.description} if calendar.description else {}
    shown |= {"location": calendar.location} if calendar.location else {}
    shown["timeZone"] = calendar.time_zone
    shown["conferenceProperties"] = {"allowedConferenceSolutionTypes": ["hangoutsMeet"]}
    shown |= {"labelProperties": {"eventLabels": calendar.labels}} if calendar.labels else {}
    return shown | ({"dataOwner": calendar.owner} if calendar.kind == "secondary" else {})


def _count_against_usage_limit(call: ApiCall) -> None:
    """Too many calendars within a day stop every write of this person for hours (GOOGLE.md 7.3)."""
    now, most = call.state.clock.now().timestamp(), call.state.knobs.calendars_before_stop
    account = call.account
    account.calendars_made = [at for at in account.calendars_made if now - DAY < at <= now]
    if most is not None and len(account.calendars_made) >= most:
        account.outage, account.outage_until = "quotaExceeded", now + STOP
        account.calendars_made = []
        raise errors.usage_limits_exceeded()
    account.calendars_made.append(now)


def _answer(calendar: Calendar) -> Answer:
    return Answer(resource(calendar), calendar.etag)


def _owned(call: ApiCall) -> Calendar:
    calendar, role = call.calendar()
    if role != "owner":
        raise errors.forbidden()
    call.check_if_match(calendar.etag)
    return calendar


def _values(body: Json) -> Json:
    values: Json = {name: body[name] or "" for name in WRITABLE if name in body}
    if values.get("timeZone") and values["timeZone"] not in known_zones():
        raise errors.invalid("Invalid time zone definition.")
    labels = (body.get("labelProperties") or {}).get("eventLabels")
    return values if labels is None else values | {"labels": _labels(labels)}


def _labels(labels: list[Json]) -> list[Json]:
    """The whole new list; a label without an id gets one (DISC)."""
    if len(labels) > MOST_LABELS:
        raise errors.invalid(why=f"a calendar has at most {MOST_LABELS} labels")
    for label in labels:
        is_coloured = COLOUR.fullmatch(label.get("backgroundColor", ""))
        if not is_coloured or len(label.get("name", "")) > LONGEST_LABEL:
            raise errors.invalid(why="a label needs a colour and has at most 50 characters")
    return [{"id": str(uuid.uuid4())} | label for label in labels]


def _cancel(state: State, calendar: Calendar, event: Event, stamp: int) -> None:
    event.status = "cancelled"
    event.is_gone = event.recurring_event_id is not None
    state.touch(calendar, event, stamp=stamp)
