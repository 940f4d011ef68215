"""Types of request bodies: what a member may hold, before anybody looks at what it means.

`cleaned` refuses a wrong type with 400 and drops members that the API does not have, as Google
ignores them (GOOGLE.md 3.1). The shapes are those of the discovery document. Times, choices and
limits with words of their own are checked by the resources (`event_body` and its neighbours).
"""

from __future__ import annotations

from typing import Any

from emulator import errors
from emulator.model import Json
from emulator.times import UnreadableTime, parse_date, parse_moment

TEXT, FLAG, WHOLE, MOMENT = "text", "flag", "whole", "moment"
Shape = Any
"""One of the words above, a tuple of choices, [shape], {member: shape} or {"*": shape}."""

_HEAD = {"kind": TEXT, "etag": TEXT, "id": TEXT}
_PERSON = {"displayName": TEXT, "email": TEXT, "id": TEXT, "self": FLAG}
_TIME = {"date": TEXT, "dateTime": TEXT, "timeZone": TEXT}
_EARLIER_TIME = {"date": "day", "dateTime": MOMENT, "timeZone": TEXT}
_REMINDER = {"method": ("email", "popup"), "minutes": WHOLE}
_ANSWERS = ("needsAction", "declined", "tentative", "accepted")
_ENTRY_POINT = {
    "entryPointType": ("video", "phone", "sip", "more"),
    "entryPointFeatures": [TEXT],
} | dict.fromkeys("accessCode label meetingCode passcode password pin regionCode uri".split(), TEXT)
_CONFERENCE = {
    "conferenceId": TEXT,
    "conferenceSolution": {"iconUri": TEXT, "key": {"type": TEXT}, "name": TEXT},
    "createRequest": {
        "conferenceSolutionKey": {"type": TEXT},
        "requestId": TEXT,
        "status": {"statusCode": TEXT},
    },
    "entryPoints": [_ENTRY_POINT],
    "notes": TEXT,
    "parameters": {"addOnParameters": {"parameters": {"*": TEXT}}},
    "signature": TEXT,
}
_ATTENDEE = _PERSON | {
    "additionalGuests": WHOLE,
    "asyncOperation": ("inProgress",),
    "comment": TEXT,
    "optional": FLAG,
    "organizer": FLAG,
    "resource": FLAG,
    "responseStatus": _ANSWERS,
}
_OFFICE = dict.fromkeys("buildingId deskId floorId floorSectionId label".split(), TEXT)
_WORKING_LOCATION = {
    "type": ("homeOffice", "officeLocation", "customLocation"),
    "homeOffice": {},
    "customLocation": {"label": TEXT},
    "officeLocation": _OFFICE,
}
_GADGET = {
    "display": ("icon", "chip"),
    "height": WHOLE,
    "width": WHOLE,
    "preferences": {"*": TEXT},
} | dict.fromkeys("iconLink link title type".split(), TEXT)
_BIRTHDAYS = ("anniversary", "birthday", "custom", "other", "self")
EVENT: dict[str, Shape] = _HEAD | {
    **dict.fromkeys(
        "summary description location colorId eventLabelId eventType status transparency "
        "visibility iCalUID htmlLink hangoutLink recurringEventId".split(),
        TEXT,
    ),
    **dict.fromkeys(
        "anyoneCanAddSelf attendeesOmitted endTimeUnspecified guestsCanInviteOthers "
        "guestsCanModify guestsCanSeeOtherGuests locked privateCopy".split(),
        FLAG,
    ),
    "created": MOMENT,
    "updated": MOMENT,
    "creator": _PERSON,
    "organizer": _PERSON,
    "start": _TIME,
    "end": _TIME,
    "originalStartTime": _EARLIER_TIME,
    "recurrence": [TEXT],
    "sequence": WHOLE,
    "attendees": [_ATTENDEE],
    "attachments": [dict.fromkeys("fileId fileUrl iconLink mimeType title".split(), TEXT)],
    "extendedProperties": {"private": {"*": TEXT}, "shared": {"*": TEXT}},
    "conferenceData": _CONFERENCE,
    "gadget": _GADGET,
    "reminders": {"useDefault": FLAG, "overrides": [{"method": TEXT, "minutes": WHOLE}]},
    "source": {"title": TEXT, "url": TEXT},
    "workingLocationProperties": _WORKING_LOCATION,
    "outOfOfficeProperties": {"autoDeclineMode": TEXT, "declineMessage": TEXT},
    "focusTimeProperties": {"autoDeclineMode": TEXT, "chatStatus": TEXT, "declineMessage": TEXT},
    "birthdayProperties": {"contact": TEXT, "customTypeName": TEXT, "type": _BIRTHDAYS},
}
_CONFERENCES = {"allowedConferenceSolutionTypes": [TEXT]}
CALENDAR = _HEAD | {
    **dict.fromkeys("summary description location timeZone dataOwner".split(), TEXT),
    "conferenceProperties": _CONFERENCES,
    "autoAcceptInvitations": FLAG,
    "labelProperties": {"eventLabels": [{"backgroundColor": TEXT, "id": TEXT, "name": TEXT}]},
    "workingHours": {"workingHoursEnabled": FLAG},
}
ENTRY = _HEAD | {
    **dict.fromkeys(
        "summary description location timeZone summaryOverride colorId backgroundColor "
        "foregroundColor dataOwner".split(),
        TEXT,
    ),
    **dict.fromkeys("hidden selected primary deleted autoAcceptInvitations".split(), FLAG),
    "accessRole": ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"),
    "defaultReminders": [_REMINDER],
    "conferenceProperties": _CONFERENCES,
    "notificationSettings": {
        "notifications": [
            {
                "type": (
                    "eventCreation",
                    "eventChange",
                    "eventCancellation",
                    "eventResponse",
                    "agenda",
                ),
                "method": TEXT,
            }
        ]
    },
}
RULE = _HEAD | {"role": TEXT, "scope": {"type": TEXT, "value": TEXT}}
CHANNEL: dict[str, Shape] = {
    **dict.fromkeys("kind id address token type resourceId resourceUri".split(), TEXT),
    "expiration": "number as text",
    "payload": FLAG,
    "params": {"*": TEXT},
}
FREE_BUSY: dict[str, Shape] = {
    **dict.fromkeys("timeMin timeMax timeZone".split(), TEXT),
    "items": [{"id": TEXT}],
    "calendarExpansionMax": WHOLE,
    "groupExpansionMax": WHOLE,
}
SHAPES = {
    "calendars": CALENDAR,
    "calendarList": ENTRY,
    "events": EVENT,
    "acl": RULE,
    "freebusy": FREE_BUSY,
}


def cleaned(method_id: str, body: object, *, keeps_null: bool) -> object:
    """The body with known members only; `keeps_null` leaves null in objects, where PATCH means
    "clear". Raises Refused (400 invalid) for a wrong type.
    """
    _, resource, verb = method_id.split(".")
    shape = CHANNEL if verb in ("watch", "stop") else SHAPES.get(resource, {})
    return _object(body, shape, "", keeps_null) if isinstance(body, dict) else body


def _value(value: object, shape: Shape, at: str, keeps_null: bool) -> object:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise _wrong(at, "an object")
        return _object(value, shape, at, keeps_null)
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise _wrong(at, "a list")
        return [_value(one, shape[0], f"{at}[]", keeps_null=False) for one in value]
    return _plain(value, shape, at)


def _object(value: Json, shape: Shape, at: str, keeps_null: bool) -> Json:
    kept: Json = {}
    for name, member in value.items():
        inner = shape.get(name, shape.get("*"))
        if inner is None or (member is None and not keeps_null):
            continue
        kept[name] = None if member is None else _value(member, inner, f"{at}.{name}", keeps_null)
    return kept


def _plain(value: object, shape: Shape, at: str) -> object:
    if shape == FLAG:
        if not isinstance(value, bool):
            raise _wrong(at, "a boolean")
    elif shape == WHOLE:
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**31:
            raise _wrong(at, "a whole number")
    elif shape == "number as text":
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise _wrong(at, "a whole number as text")
        return str(value)
    elif not isinstance(value, str):
        raise _wrong(at, "text")
    elif isinstance(shape, tuple):
        if value not in shape:
            raise errors.invalid_choice(value, parameter=at.strip("."))
    elif not _has_form(value, shape):
        raise _wrong(at, f"a {shape}")
    return value


def _has_form(value: str, shape: str) -> bool:
    try:
        if shape == MOMENT:
            parse_moment(value)
        elif shape == "day":
            parse_date(value)
    except UnreadableTime:
        return False
    return True


def _wrong(at: str, wanted: str) -> errors.Refused:
    return errors.invalid(why=f"{at.strip('.') or 'the body'} must be {wanted}")
