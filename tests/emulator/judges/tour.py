"""Google's own Python client drives every method with every parameter that the stand-in claims.

`drive` is a walk through all resources as one person; what it leaves in the call log is compared
with the table of methods, and the members it met are counted for the README.
"""

from __future__ import annotations

from typing import Any

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

from emulator.serving import RunningEmulator

ADA, BEN = "ada@example.com", "ben@example.com"
BERLIN = "Europe/Berlin"
HIDDEN_TOO = {"showHidden": True, "showDeleted": True}
WINDOW = {"timeMin": "2026-11-01T00:00:00Z", "timeMax": "2026-12-01T00:00:00+01:00"}
NOTIFY = {"sendUpdates": "none", "sendNotifications": False}
WRITE = {"conferenceDataVersion": 1, "eventLabelVersion": 1, "supportsAttachments": True}
MEETING = {
    "conferenceId": "abc-defg-hij",
    "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"}
    | {"iconUri": "https://meet.example/icon"},
    "entryPoints": [
        {"entryPointType": "video", "uri": "https://meet.example/abc", "label": "meet.example/abc"},
        {"entryPointType": "phone", "uri": "tel:+49-30-0", "pin": "123", "regionCode": "DE"},
        {"entryPointType": "more", "uri": "https://meet.example/more", "meetingCode": "7"}
        | {"accessCode": "8", "passcode": "9", "password": "secret"}
        | {"entryPointFeatures": ["toll"]},
    ],
    "notes": "Wait to be let in",
    "signature": "signed",
    "parameters": {"addOnParameters": {"parameters": {"k": "v"}}},
}


def service_for(emu: RunningEmulator, user: str = ADA) -> Any:
    """The client with its bundled document; only its endpoint is ours. Close it with `with`."""
    credentials = Credentials(emu.google.account(user).token(["calendar"]))
    return build(
        "calendar",
        "v3",
        credentials=credentials,
        static_discovery=True,
        client_options={"api_endpoint": emu.url + "/calendar/v3/"},
    )


def drive(emu: RunningEmulator) -> None:
    """All of it, in an order that needs no preparation by hand."""
    emu.google.knobs.push_retries = 0  # Nobody is where its channels lead.
    house = emu.google.account(BEN).new_calendar("House")
    house.share(ADA)
    ours = house.id
    with service_for(emu) as service:
        made = calendars(service)
        event_id = one_event(service, made)
        event_types(service)
        lists(service)
        a_series(service)
        calendar_list(service, made, ours)
        access(service, made)
        channels(service, made)
        single_questions(service)
        leave(service, made, event_id)


def calendars(service: Any) -> str:
    body = {
        "summary": "Work",
        "description": "Plans",
        "location": "Berlin",
        "timeZone": BERLIN,
        "labelProperties": {"eventLabels": [{"name": "Travel", "backgroundColor": "#039be5"}]},
    }
    made = service.calendars().insert(body=body).execute()["id"]
    service.calendars().patch(calendarId=made, body={"location": None}).execute()
    service.calendars().update(calendarId=made, body=body | {"summary": "Work plan"}).execute()
    service.calendars().get(calendarId=made).execute()
    return str(made)


def one_event(service: Any, calendar: str) -> str:
    """Every way to write one event, with every member that a client may set."""
    events = service.events()
    body = full_body()
    made = events.insert(
        calendarId="primary", body=body, maxAttendees=5, **NOTIFY, **WRITE
    ).execute()
    read = {"alwaysIncludeEmail": True, "maxAttendees": 1}
    where = {"calendarId": "primary", "eventId": made["id"]}
    few = events.get(**where, **read, timeZone="America/New_York").execute()
    assert few["attendeesOmitted"] is True
    whole = events.get(**where).execute()
    change = where | {"alwaysIncludeEmail": True, "maxAttendees": 5} | NOTIFY | WRITE
    events.patch(**where, body={"colorId": "7"}).execute()
    events.update(body=whole | {"summary": "Lunch, later"}, **change).execute()
    events.patch(body={"location": None, "source": {"title": None}}, **change).execute()
    copy = {"iCalUID": "copy@example.test", "start": body["start"], "end": body["end"]}
    organizer = {"organizer": {"email": BEN, "displayName": "Ben"}}
    organizer["organizer"] |= {"id": "114", "self": False}
    events.import_(calendarId="primary", body=copy | organizer, **WRITE).execute()
    quick = events.quickAdd(calendarId="primary", text="Call the plumber", **NOTIFY).execute()
    events.move(calendarId="primary", eventId=quick["id"], destination=calendar, **NOTIFY).execute()
    return str(made["id"])


def full_body() -> dict[str, Any]:
    """An event with all that a client may say about a default event."""
    return {
        "id": "0driven0at0the0judge",
        "summary": "Lunch",
        "description": "<b>Bring</b> the plan",
        "location": "Corner café",
        "colorId": "5",
        "start": {"dateTime": "2026-11-05T12:00:00", "timeZone": BERLIN},
        "end": {"dateTime": "2026-11-05T13:00:00+01:00"},
        "transparency": "transparent",
        "visibility": "private",
        "status": "tentative",
        "sequence": 2,
        "attendees": [
            {"email": ADA, "responseStatus": "accepted"},
            {"email": BEN, "displayName": "Ben", "optional": True, "comment": "Late"},
            {"email": "room@example.com", "resource": True, "additionalGuests": 1},
        ],
        "attachments": [
            {"fileUrl": "https://files.example/1", "title": "Plan", "fileId": "1"}
            | {"iconLink": "https://files.example/icon", "mimeType": "text/plain"}
        ],
        "conferenceData": MEETING,
        "extendedProperties": {"private": {"a": "1"}, "shared": {"b": "2"}},
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 0}]},
        "source": {"title": "Tickets", "url": "https://tickets.example/7"},
        "guestsCanInviteOthers": False,
        "guestsCanModify": True,
        "guestsCanSeeOtherGuests": False,
        "anyoneCanAddSelf": True,
        "eventLabelId": "label-1",
        "gadget": {"type": "birthday", "display": "chip", "preferences": {"k": "v"}}
        | {"height": 1, "width": 1, "title": "Cake"}
        | {"link": "https://cake.example/", "iconLink": "https://cake.example/icon"},
    }


def event_types(service: Any) -> None:
    """The types that carry members of their own."""
    day = {"start": {"date": "2026-11-09"}, "end": {"date": "2026-11-10"}}
    timed = {
        "start": {"dateTime": "2026-11-10T09:00:00+01:00", "timeZone": BERLIN},
        "end": {"dateTime": "2026-11-10T11:00:00+01:00", "timeZone": BERLIN},
    }
    decline = {"autoDeclineMode": "declineNone"}
    home = {"type": "homeOffice", "homeOffice": {}}
    cafe = {"type": "customLocation", "customLocation": {"label": "Café"}}
    place = {
        "type": "officeLocation",
        "officeLocation": {"label": "Head office", "buildingId": "1", "floorId": "2"}
        | {"floorSectionId": "3", "deskId": "4"},
    }
    bodies = [
        day
        | {"eventType": "workingLocation", "workingLocationProperties": place}
        | {"transparency": "transparent", "visibility": "public"},
        *(
            day | {"eventType": "workingLocation", "workingLocationProperties": elsewhere}
            for elsewhere in (home, cafe)
        ),
        timed
        | {
            "eventType": "outOfOffice",
            "outOfOfficeProperties": {"declineMessage": "Away"} | decline,
        },
        timed
        | {
            "eventType": "focusTime",
            "focusTimeProperties": {"chatStatus": "doNotDisturb"}
            | {"declineMessage": "Thinking"}
            | decline,
        },
        day
        | {
            "eventType": "birthday",
            "birthdayProperties": {"type": "custom", "customTypeName": "Name day"}
            | {"contact": "people/c1"},
        }
        | {"recurrence": ["RRULE:FREQ=YEARLY"], "visibility": "private"},
    ]
    for body in bodies:
        service.events().insert(calendarId="primary", body=body).execute()


def lists(service: Any) -> None:
    """Every parameter of `events.list`, in combinations that Google allows."""
    shown = {"maxAttendees": 3, "alwaysIncludeEmail": False, "timeZone": "Asia/Kolkata"}
    filters = {
        "q": "lunch",
        "iCalUID": "0driven0at0the0judge@google.com",
        "privateExtendedProperty": ["a=1"],
        "sharedExtendedProperty": ["b=2"],
        "eventTypes": ["default", "fromGmail"],
        "updatedMin": "2026-11-01T00:00:00Z",
        "orderBy": "updated",
        "showHiddenInvitations": True,
        "showDeleted": False,
    }
    found = service.events().list(calendarId="primary", **WINDOW, **shown, **filters).execute()
    assert [event["summary"] for event in found["items"]] == ["Lunch, later"]
    ask = {"calendarId": "primary", "maxResults": 2, "singleEvents": True} | WINDOW
    token = paged(service.events(), service.events().list(**ask, orderBy="startTime"))
    assert token is None
    token = paged(service.events(), service.events().list(calendarId="primary", maxResults=2))
    service.events().list(calendarId="primary", syncToken=token).execute()
    fields = "nextSyncToken,items(id,start/dateTime)"
    service.events().list(
        calendarId="primary", fields=fields, quotaUser="judge", prettyPrint=False
    ).execute()


def paged(resource: Any, request: Any) -> str | None:
    """Walk through all pages with the client's own `list_next`; the last page's sync token."""
    page: dict[str, Any] = {}
    while request is not None:
        page = request.execute()
        request = resource.list_next(request, page)
    return page.get("nextSyncToken")


def a_series(service: Any) -> None:
    body = {
        "summary": "Stretching",
        "start": {"dateTime": "2026-11-02T08:00:00", "timeZone": BERLIN},
        "end": {"dateTime": "2026-11-02T08:30:00", "timeZone": BERLIN},
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=9", "EXDATE;TZID=Europe/Berlin:20261104T080000"],
    }
    events = service.events()
    series = events.insert(calendarId="primary", body=body).execute()["id"]
    ask = {"calendarId": "primary", "eventId": series, "maxResults": 3, "showDeleted": True}
    ask |= WINDOW | {"maxAttendees": 1, "alwaysIncludeEmail": True, "timeZone": "UTC"}
    request, found = events.instances(**ask), []
    while request is not None:
        page = request.execute()
        found += page["items"]
        request = events.instances_next(request, page)
    second, third = found[1], found[2]
    ask["originalStart"] = second["originalStartTime"]["dateTime"]
    (same,) = events.instances(**ask).execute()["items"]
    assert same["id"] == second["id"]
    instance = {"calendarId": "primary", "eventId": second["id"]}
    events.update(**instance, body=second | {"summary": "Stretching outside"}).execute()
    events.delete(calendarId="primary", eventId=third["id"], **NOTIFY).execute()

    days = {"start": {"date": "2026-11-02"}, "end": {"date": "2026-11-03"}}
    body |= days | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]}
    whole_day = events.insert(calendarId="primary", body=body).execute()["id"]
    where = {"calendarId": "primary", "eventId": f"{whole_day}_20261103"}
    events.patch(**where, body={"summary": "Rest"}).execute()


def calendar_list(service: Any, made: str, ours: str) -> None:
    entries = service.calendarList()
    rgb = {"backgroundColor": "#123456", "foregroundColor": "#ffffff"}
    reminders = {"defaultReminders": [{"method": "email", "minutes": 10}]}
    entries.patch(calendarId=made, body=rgb, colorRgbFormat=True).execute()
    body = {"colorId": "7", "selected": True, "hidden": True} | reminders
    entries.update(calendarId=made, body=body, colorRgbFormat=False).execute()
    entries.patch(calendarId=made, body={"summaryOverride": "Mine", "hidden": False}).execute()
    entries.get(calendarId="primary").execute()
    entries.insert(body={"id": ours, "colorId": "3"}, colorRgbFormat=False).execute()
    whole = HIDDEN_TOO | {"maxResults": 1}
    paged(entries, entries.list(**whole, minAccessRole="reader", showOwnOrganizationOnly=False))
    token = paged(entries, entries.list(**whole))
    entries.delete(calendarId=ours).execute()
    entries.list(syncToken=token).execute()


def access(service: Any, made: str) -> None:
    rules = service.acl()
    body = {"role": "reader", "scope": {"type": "user", "value": BEN}}
    rule = rules.insert(calendarId=made, body=body, sendNotifications=False).execute()["id"]
    where = {"calendarId": made, "ruleId": rule}
    rules.get(**where).execute()
    rules.patch(**where, body={"role": "writer"}, sendNotifications=False).execute()
    rules.update(**where, body=body, sendNotifications=False).execute()
    token = paged(rules, rules.list(calendarId=made, maxResults=1, showDeleted=True))
    rules.delete(**where).execute()
    rules.list(calendarId=made, syncToken=token).execute()


def channels(service: Any, made: str) -> None:
    """`watch` takes the parameters of its `list`, tokens too; each channel is stopped again."""
    filters = {
        "alwaysIncludeEmail": False,
        "eventTypes": ["default"],
        "iCalUID": "0driven0at0the0judge@google.com",
        "maxAttendees": 1,
        "orderBy": "updated",
        "privateExtendedProperty": ["a=1"],
        "q": "lunch",
        "sharedExtendedProperty": ["b=2"],
        "showDeleted": False,
        "showHiddenInvitations": False,
        "singleEvents": False,
        "timeZone": BERLIN,
        "updatedMin": "2026-11-01T00:00:00Z",
    }
    events, entries, rules = service.events(), service.calendarList(), service.acl()
    wishes: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (events, {"calendarId": "primary"}, WINDOW | filters),
        (entries, HIDDEN_TOO, {"minAccessRole": "owner", "showOwnOrganizationOnly": False}),
        (rules, {"calendarId": made, "showDeleted": True}, {}),
        (service.settings(), {}, {}),
    ]
    for number, (resource, where, filtered) in enumerate(wishes):
        page = resource.list(**where, maxResults=1).execute().get("nextPageToken")
        token = paged(resource, resource.list(**where))
        for name, query in {"a": filtered, "b": {"syncToken": token, "pageToken": page}}.items():
            opened = resource.watch(
                **where, **query, maxResults=5, body=channel(f"{number}-{name}")
            ).execute()
            stopped = {"id": opened["id"], "resourceId": opened["resourceId"]}
            service.channels().stop(body=stopped).execute()


def channel(name: str) -> dict[str, Any]:
    return {
        "id": f"channel-{name}",
        "type": "web_hook",
        "address": "https://receiver.invalid/push",
        "token": "opaque",
        "params": {"ttl": "3600"},
    }


def single_questions(service: Any) -> None:
    service.colors().get().execute()
    token = paged(service.settings(), service.settings().list(maxResults=2))
    service.settings().list(syncToken=token).execute()
    service.settings().get(setting="timezone").execute()
    items = [{"id": ADA}, {"id": "nobody@example.com"}]
    asked = WINDOW | {"timeZone": BERLIN, "items": items, "calendarExpansionMax": 50}
    service.freebusy().query(body=asked).execute()


def leave(service: Any, made: str, event_id: str) -> None:
    """Deletions last, so that lists above had something to show."""
    service.events().delete(calendarId="primary", eventId=event_id, **NOTIFY).execute()
    service.events().list(calendarId="primary", showDeleted=True).execute()
    service.calendars().delete(calendarId=made).execute()
    service.calendars().clear(calendarId="primary").execute()
