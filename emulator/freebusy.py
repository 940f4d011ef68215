"""`freeBusy.query`: busy times of up to fifty calendars (GOOGLE.md 5.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from emulator import errors, instances
from emulator.api_call import Answer, ApiCall
from emulator.model import Calendar, Event, Json
from emulator.times import UnreadableTime, known_zones, parse_moment, rfc3339

Span = tuple[datetime, datetime]


def query(call: ApiCall) -> Answer:
    """Merged busy times per calendar; one that cannot be seen answers with an error of its own."""
    body = call.json()
    since, until = _bound(body, "timeMin"), _bound(body, "timeMax")
    if until <= since:
        raise errors.time_range_empty()
    items = body.get("items") or []
    if not isinstance(items, list) or len(items) > 50:
        raise errors.bad_request()
    zone = body.get("timeZone", "UTC")
    if zone not in known_zones():
        raise errors.invalid("Invalid time zone definition.")
    shown = {
        str(item.get("id")): _one(call, str(item.get("id")), since, until, zone) for item in items
    }
    times = {"timeMin": rfc3339(since, "UTC"), "timeMax": rfc3339(until, "UTC")}
    return Answer({"kind": "calendar#freeBusy", **times, "calendars": shown})


def _bound(body: Json, name: str) -> datetime:
    if not body.get(name):
        raise errors.required(f"Missing {name} parameter.")
    try:
        moment, has_offset = parse_moment(str(body[name]))
        if has_offset:
            return moment.astimezone(UTC)
    except (UnreadableTime, OverflowError):
        raise errors.bad_request() from None
    raise errors.bad_request()


def _one(call: ApiCall, calendar_id: str, since: datetime, until: datetime, zone: str) -> Json:
    found = call.state.visible_calendar(call.account.email, calendar_id)
    if found is None:
        return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    spans = _merged(sorted(_spans(found[0], since, until)))
    return {
        "busy": [{"start": rfc3339(begin, zone), "end": rfc3339(end, zone)} for begin, end in spans]
    }


def _spans(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Span]:
    for event in _events(calendar, since, until):
        is_free = event.fields.get("transparency") == "transparent" or event.is_cancelled
        # An all-day working location does not block the day (GOOGLE.md 3.7).
        is_place = event.fields.get("eventType") == "workingLocation"
        if not is_free and not is_place and not _is_declined(calendar, event):
            begin, end = (
                event.start.instant(calendar.time_zone),
                event.end.instant(calendar.time_zone),
            )
            yield max(begin, since), min(end, until)


def _events(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Event]:
    for event in calendar.events.values():
        if event.is_master and not event.is_cancelled:
            yield from instances.expand(calendar, event, since=since, until=until)
        elif not event.recurring_event_id and not event.is_cancelled:
            if instances.overlaps(event, calendar.time_zone, since, until):
                yield event


def _is_declined(calendar: Calendar, event: Event) -> bool:
    people = event.fields.get("attendees", [])
    return any(
        p.get("email") == calendar.owner and p.get("responseStatus") == "declined" for p in people
    )


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in spans:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > begin:
            merged.append((begin, end))
    return merged
