"""The site map of the Calendar API: discovery id, HTTP method, path, function, price, known query
parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from emulator import (
    access_rules,
    calendar_list,
    calendars,
    events,
    freebusy,
    listing,
    settings,
    watching,
)
from emulator.api_call import Answer, ApiCall
from emulator.quota import PATCH_UNITS

STANDARD = frozenset(
    [
        "alt",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "userIp",
        "access_token",
        "$.xgafv",
        "callback",
        "uploadType",
        "upload_protocol",
    ]
)
_PLAIN_PAGED = "maxResults pageToken syncToken"
_PAGED = f"{_PLAIN_PAGED} showDeleted"
_NOTIFY = "sendNotifications sendUpdates"
_IMPORT = "conferenceDataVersion eventLabelVersion supportsAttachments"
_SEND = f"{_NOTIFY} {_IMPORT} maxAttendees"
_INSTANCES = (
    "alwaysIncludeEmail maxAttendees maxResults originalStart pageToken showDeleted timeMax "
    "timeMin timeZone"
)
_LIST = (
    f"{_PAGED} alwaysIncludeEmail eventTypes iCalUID maxAttendees orderBy privateExtendedProperty "
    "q sharedExtendedProperty showHiddenInvitations singleEvents timeMax timeMin timeZone "
    "updatedMin"
)
_ENTRIES = f"{_PAGED} minAccessRole showHidden showOwnOrganizationOnly"


@dataclass(frozen=True)
class Method:
    """One row of the table."""

    id: str
    http: str
    template: str
    run: Callable[[ApiCall], Answer]
    parameters: frozenset[str]
    is_write: bool
    units: int

    @property
    def rpc_name(self) -> str:
        """`calendar.v3.Events.Insert`, as the scope error names it."""
        service, resource, verb = self.id.split(".")
        return f"{service}.v3.{resource[0].upper()}{resource[1:]}.{verb[0].upper()}{verb[1:]}"


def match(http: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """The method for a path below `/calendar/v3/` (still percent-encoded) with its path
    parameters.
    """
    for method, pattern in _PATTERNS:
        if method.http == http:
            found = pattern.fullmatch(path)
            if found:
                return method, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def _row(line: str, run: Callable[[ApiCall], Answer], parameters: str = "") -> Method:
    name, http, template = line.split()
    is_write = (
        http != "GET"
        and name not in ("freebusy.query", "channels.stop")
        and not name.endswith(".watch")
    )
    units = PATCH_UNITS if name == "events.patch" else 1
    return Method(
        "calendar." + name, http, template, run, frozenset(parameters.split()), is_write, units
    )


_CAL, _EVENT = "calendars/{calendarId}", "calendars/{calendarId}/events/{eventId}"
_ME, _RULE = "users/me/calendarList", "calendars/{calendarId}/acl/{ruleId}"
METHODS = [
    _row(f"calendarList.list GET {_ME}", calendar_list.list_, _ENTRIES),
    _row(f"calendarList.insert POST {_ME}", calendar_list.insert, "colorRgbFormat"),
    _row(f"calendarList.get GET {_ME}/{{calendarId}}", calendar_list.get),
    _row(f"calendarList.update PUT {_ME}/{{calendarId}}", calendar_list.update, "colorRgbFormat"),
    _row(f"calendarList.patch PATCH {_ME}/{{calendarId}}", calendar_list.patch, "colorRgbFormat"),
    _row(f"calendarList.delete DELETE {_ME}/{{calendarId}}", calendar_list.delete),
    _row("calendars.insert POST calendars", calendars.insert),
    _row(f"calendars.get GET {_CAL}", calendars.get),
    _row(f"calendars.update PUT {_CAL}", calendars.update),
    _row(f"calendars.patch PATCH {_CAL}", calendars.patch),
    _row(f"calendars.delete DELETE {_CAL}", calendars.delete),
    _row(f"calendars.clear POST {_CAL}/clear", calendars.clear),
    _row(f"events.list GET {_CAL}/events", listing.list_, _LIST),
    _row(f"events.insert POST {_CAL}/events", events.insert, _SEND),
    _row(f"events.import POST {_CAL}/events/import", events.import_, _IMPORT),
    _row(f"events.quickAdd POST {_CAL}/events/quickAdd", events.quick_add, f"{_NOTIFY} text"),
    _row(f"events.get GET {_EVENT}", events.get, "alwaysIncludeEmail maxAttendees timeZone"),
    _row(f"events.update PUT {_EVENT}", events.update, f"{_SEND} alwaysIncludeEmail"),
    _row(f"events.patch PATCH {_EVENT}", events.patch, f"{_SEND} alwaysIncludeEmail"),
    _row(f"events.delete DELETE {_EVENT}", events.delete, _NOTIFY),
    _row(f"events.move POST {_EVENT}/move", events.move, f"destination {_NOTIFY}"),
    _row(f"events.instances GET {_EVENT}/instances", listing.list_instances, _INSTANCES),
    _row(f"events.watch POST {_CAL}/events/watch", watching.watch_events, _LIST),
    _row(f"calendarList.watch POST {_ME}/watch", watching.watch_calendar_list, _ENTRIES),
    _row(f"acl.watch POST {_CAL}/acl/watch", watching.watch_acl, _PAGED),
    _row("settings.watch POST users/me/settings/watch", watching.watch_settings, _PLAIN_PAGED),
    _row("channels.stop POST channels/stop", watching.stop),
    _row("freebusy.query POST freeBusy", freebusy.query),
    _row("colors.get GET colors", settings.colours),
    _row("settings.list GET users/me/settings", settings.list_, _PLAIN_PAGED),
    _row("settings.get GET users/me/settings/{setting}", settings.get),
    _row(f"acl.list GET {_CAL}/acl", access_rules.list_, _PAGED),
    _row(f"acl.get GET {_RULE}", access_rules.get),
    _row(f"acl.insert POST {_CAL}/acl", access_rules.insert, "sendNotifications"),
    _row(f"acl.update PUT {_RULE}", access_rules.update, "sendNotifications"),
    _row(f"acl.patch PATCH {_RULE}", access_rules.update, "sendNotifications"),
    _row(f"acl.delete DELETE {_RULE}", access_rules.delete),
]
_PATTERNS = [(m, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", m.template))) for m in METHODS]
