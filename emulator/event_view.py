"""An event as the API shows it to one viewer: member order, omitted defaults, offsets, hidden
details, tombstones.

The shapes are those of GOOGLE.md 3.1, 4.3 to 4.6 and 5.4 to 5.6. Reads only.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from emulator import instances
from emulator.model import Calendar, Event, Json
from emulator.times import millis

DETAILED = ("owner", "writer")
BEFORE_PEOPLE = ("summary", "description", "location", "colorId", "eventLabelId")
AFTER_START = ("transparency", "visibility")
AFTER_UID = [
    "attendees",
    "attendeesOmitted",
    "extendedProperties",
    "hangoutLink",
    "conferenceData",
    "gadget",
    "anyoneCanAddSelf",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "privateCopy",
    "locked",
    "reminders",
    "source",
    "workingLocationProperties",
    "outOfOfficeProperties",
    "focusTimeProperties",
    "attachments",
    "birthdayProperties",
    "eventType",
]


@dataclass(frozen=True)
class Viewer:
    """Who looks: address, role on this calendar, and how answers shall be rendered."""

    email: str
    role: str
    origin: str
    zone: str
    is_times_only: bool = False
    """Only free/busy access, by role or by scope."""
    most_attendees: int | None = None
    is_deleted_shown: bool = False


def resource(calendar: Calendar, event: Event, viewer: Viewer, *, is_listed: bool = False) -> Json:
    """The event resource; in lists a cancelled one is reduced to its tombstone."""
    if event.is_cancelled and is_listed:
        return tombstone(calendar, event, viewer)
    if viewer.is_times_only or _is_hidden_from(event, viewer):
        return _reduced(calendar, event, viewer)
    return _full(calendar, event, viewer)


def tombstone(calendar: Calendar, event: Event, viewer: Viewer) -> Json:
    """What a list says about a cancelled entry (GOOGLE.md 5.4)."""
    bare = {"kind": "calendar#event", "etag": event.etag, "id": event.id, "status": "cancelled"}
    if event.is_bare:
        return bare
    if event.recurring_event_id and event.original_start:
        return bare | {
            "recurringEventId": event.recurring_event_id,
            "originalStartTime": event.original_start.rendered(viewer.zone),
        }
    if viewer.is_deleted_shown and viewer.role in DETAILED:
        return _full(calendar, event, viewer)
    return bare


def html_link(calendar: Calendar, event: Event, origin: str) -> str:
    """`…/calendar/event?eid=` with the id and the shortened calendar id, base64url without
    padding.
    """
    event_id = instances.first_instance_id(event) if event.is_master else event.id
    address = calendar.id.replace("@gmail.com", "@m").replace("@group.calendar.google.com", "@g")
    eid = base64.urlsafe_b64encode(f"{event_id} {address}".encode()).decode().rstrip("=")
    return f"{origin}/calendar/event?eid={eid}"


def body_of(calendar: Calendar, event: Event) -> Json:
    """The writable members as a client would send them: what PATCH is merged into."""
    body = dict(event.fields) | {
        "start": event.start.rendered(calendar.time_zone),
        "end": event.end.rendered(calendar.time_zone),
        "status": event.status,
        "sequence": event.sequence,
    }
    return body | ({"recurrence": list(event.recurrence)} if event.recurrence else {})


def _is_hidden_from(event: Event, viewer: Viewer) -> bool:
    is_private = event.fields.get("visibility") in ("private", "confidential")
    return is_private and viewer.role not in DETAILED


def _reduced(calendar: Calendar, event: Event, viewer: Viewer) -> Json:
    shown: Json = {
        "kind": "calendar#event",
        "etag": event.etag,
        "id": event.id,
        "status": event.status,
        "htmlLink": html_link(calendar, event, viewer.origin),
        "updated": millis(event.updated),
        "start": event.start.rendered(viewer.zone),
        "end": event.end.rendered(viewer.zone),
    }
    shown |= _series(event, viewer)
    if event.fields.get("transparency"):
        shown["transparency"] = event.fields["transparency"]
    return shown | {"visibility": "private", "iCalUID": event.uid}


def _full(calendar: Calendar, event: Event, viewer: Viewer) -> Json:
    fields = event.fields
    shown: Json = {
        "kind": "calendar#event",
        "etag": event.etag,
        "id": event.id,
        "status": event.status,
        "htmlLink": html_link(calendar, event, viewer.origin),
        "created": millis(event.created // 1_000_000 * 1_000_000),
        "updated": millis(event.updated),
    }
    shown |= {name: fields[name] for name in BEFORE_PEOPLE if name in fields}
    shown["creator"] = _person(event.creator, is_self=event.creator == calendar.id)
    shown["organizer"] = fields.get("organizer") or _organizer(calendar)
    shown["start"] = event.start.rendered(viewer.zone)
    shown["end"] = event.end.rendered(viewer.zone)
    shown |= _series(event, viewer)
    shown |= {name: fields[name] for name in AFTER_START if name in fields}
    shown |= {"iCalUID": event.uid, "sequence": event.sequence}
    shown |= {name: fields[name] for name in AFTER_UID if name in fields}
    if "attendees" in shown:
        shown |= _attendees(calendar, event, viewer)
    return shown


def _series(event: Event, viewer: Viewer) -> Json:
    shown: Json = {"recurrence": list(event.recurrence)} if event.recurrence else {}
    if event.recurring_event_id and event.original_start:
        shown["recurringEventId"] = event.recurring_event_id
        shown["originalStartTime"] = event.original_start.rendered(viewer.zone)
    return shown


def _organizer(calendar: Calendar) -> Json:
    if calendar.kind == "primary":
        return {"email": calendar.id, "self": True}
    return {"email": calendar.id, "displayName": calendar.summary, "self": True}


def _person(email: str, *, is_self: bool) -> Json:
    return {"email": email} | ({"self": True} if is_self else {})


def _attendees(calendar: Calendar, event: Event, viewer: Viewer) -> Json:
    organizer = event.fields.get("organizer", {}).get("email", calendar.id)
    marks = {"self": calendar.id, "organizer": organizer}
    people = [
        one | {mark: True for mark, email in marks.items() if one["email"] == email}
        for one in event.fields["attendees"]
    ]
    if viewer.most_attendees is not None and len(people) > viewer.most_attendees:
        return {"attendees": [one for one in people if one.get("self")], "attendeesOmitted": True}
    return {"attendees": people}
