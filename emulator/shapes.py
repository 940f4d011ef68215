"""The shapes of request bodies, member by member, as the discovery document has them.

Data only; `body_types` reads it. Where a resource checks choices or limits in words of its own, the
shape here just says text or whole number.
"""

from __future__ import annotations

from typing import Any

TEXT, FLAG, WHOLE, MOMENT = "text", "flag", "whole", "moment"
DAY, NUMBER_AS_TEXT = "day", "number as text"
Shape = Any
"""One of the words above, a tuple of choices, [shape], {member: shape} or {"*": shape}."""


def _each(kind: str, names: str) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), kind)


_HEAD: dict[str, Shape] = {"kind": TEXT, "etag": TEXT, "id": TEXT}
_PERSON = {"displayName": TEXT, "email": TEXT, "id": TEXT, "self": FLAG}
_TIME = {"date": TEXT, "dateTime": TEXT, "timeZone": TEXT}
_EARLIER_TIME = {"date": DAY, "dateTime": MOMENT, "timeZone": TEXT}
_REMINDER = {"method": ("email", "popup"), "minutes": WHOLE}
_ANSWERS = ("needsAction", "declined", "tentative", "accepted")
_ENTRY_POINT = {
    "entryPointType": ("video", "phone", "sip", "more"),
    "entryPointFeatures": [TEXT],
} | _each(TEXT, "accessCode label meetingCode passcode password pin regionCode uri")
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
_OFFICE = _each(TEXT, "buildingId deskId floorId floorSectionId label")
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
} | _each(TEXT, "iconLink link title type")
_BIRTHDAYS = ("anniversary", "birthday", "custom", "other", "self")
EVENT: dict[str, Shape] = _HEAD | {
    **_each(
        TEXT,
        "summary description location colorId eventLabelId eventType status transparency "
        "visibility iCalUID htmlLink hangoutLink recurringEventId",
    ),
    **_each(
        FLAG,
        "anyoneCanAddSelf attendeesOmitted endTimeUnspecified guestsCanInviteOthers "
        "guestsCanModify guestsCanSeeOtherGuests locked privateCopy",
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
    "attachments": [_each(TEXT, "fileId fileUrl iconLink mimeType title")],
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
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OPEN_HOURS = {"dayOfWeek": _DAYS, "periodStart": WHOLE, "periodEnd": WHOLE}
CALENDAR = _HEAD | {
    **_each(TEXT, "summary description location timeZone dataOwner"),
    "conferenceProperties": _CONFERENCES,
    "autoAcceptInvitations": FLAG,
    "labelProperties": {"eventLabels": [{"backgroundColor": TEXT, "id": TEXT, "name": TEXT}]},
    "workingHours": {"workingHoursEnabled": FLAG, "availableTimes": [_OPEN_HOURS]},
}
_NOTIFICATION = {
    "type": ("eventCreation", "eventChange", "eventCancellation", "eventResponse", "agenda"),
    "method": ("email",),
}
ENTRY = _HEAD | {
    **_each(
        TEXT,
        "summary description location timeZone summaryOverride colorId backgroundColor "
        "foregroundColor dataOwner",
    ),
    **_each(FLAG, "hidden selected primary deleted autoAcceptInvitations"),
    "accessRole": ("freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"),
    "defaultReminders": [_REMINDER],
    "conferenceProperties": _CONFERENCES,
    "notificationSettings": {"notifications": [_NOTIFICATION]},
}
RULE = _HEAD | {"role": TEXT, "scope": {"type": TEXT, "value": TEXT}}
CHANNEL: dict[str, Shape] = {
    **_each(TEXT, "kind id address token type resourceId resourceUri"),
    "expiration": NUMBER_AS_TEXT,
    "payload": FLAG,
    "params": {"*": TEXT},
}
FREE_BUSY: dict[str, Shape] = {
    **_each(TEXT, "timeMin timeMax timeZone"),
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
