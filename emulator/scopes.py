"""Which scopes each method accepts: table 1.8 of GOOGLE.md as a table, and what each scope lets one
see.

Names are short (`calendar.events`), without the `https://www.googleapis.com/auth/` prefix.
"""

from __future__ import annotations

PREFIX = "https://www.googleapis.com/auth/"
SIGN_IN = {
    "openid": "openid",
    "email": PREFIX + "userinfo.email",
    "profile": PREFIX + "userinfo.profile",
}

_ALL = "calendar"
_CREATED = "calendar.app.created"
_READ_EVENTS = frozenset(
    {
        _ALL,
        _CREATED,
        "calendar.events",
        "calendar.events.readonly",
        "calendar.events.owned",
        "calendar.events.owned.readonly",
        "calendar.events.freebusy",
        "calendar.events.public.readonly",
        "calendar.readonly",
    }
)
_WRITE_EVENTS = frozenset({_ALL, _CREATED, "calendar.events", "calendar.events.owned"})
_READ_LIST = frozenset(
    {_ALL, "calendar.calendarlist", "calendar.calendarlist.readonly", "calendar.readonly"}
)
_WRITE_CALENDAR = frozenset({_ALL, _CREATED, "calendar.calendars"})
_WRITE_ENTRY = frozenset({_ALL, _CREATED, "calendar.calendarlist"})
_SETTINGS = frozenset(
    {_ALL, "calendar.readonly", "calendar.settings", "calendar.settings.readonly"}
)
_WRITE_ACL = frozenset({_ALL, "calendar.acls"})
_READ_ACL = frozenset({_ALL, "calendar.acls", "calendar.acls.readonly"})

ACCEPTED: dict[str, frozenset[str]] = {
    "calendar.calendars.insert": _WRITE_CALENDAR,
    "calendar.calendars.get": _WRITE_CALENDAR
    | {"calendar.calendars.readonly", "calendar.readonly"},
    "calendar.calendars.update": _WRITE_CALENDAR,
    "calendar.calendars.patch": _WRITE_CALENDAR,
    "calendar.calendars.delete": _WRITE_CALENDAR,
    "calendar.calendars.clear": frozenset({_ALL, "calendar.calendars"}),
    "calendar.calendarList.list": _READ_LIST,
    "calendar.calendarList.watch": _READ_LIST,
    "calendar.calendarList.get": _READ_LIST | {_CREATED},
    "calendar.calendarList.insert": frozenset({_ALL, "calendar.calendarlist"}),
    "calendar.calendarList.update": _WRITE_ENTRY,
    "calendar.calendarList.patch": _WRITE_ENTRY,
    "calendar.calendarList.delete": _WRITE_ENTRY,
    "calendar.events.list": _READ_EVENTS,
    "calendar.events.get": _READ_EVENTS,
    "calendar.events.instances": _READ_EVENTS,
    "calendar.events.watch": _READ_EVENTS,
    "calendar.events.insert": _WRITE_EVENTS,
    "calendar.events.import": _WRITE_EVENTS,
    "calendar.events.update": _WRITE_EVENTS,
    "calendar.events.patch": _WRITE_EVENTS,
    "calendar.events.delete": _WRITE_EVENTS,
    "calendar.events.quickAdd": _WRITE_EVENTS,
    "calendar.events.move": _WRITE_EVENTS - {_CREATED},
    "calendar.freebusy.query": frozenset(
        {_ALL, "calendar.events.freebusy", "calendar.freebusy", "calendar.readonly"}
    ),
    "calendar.colors.get": (_READ_EVENTS - {"calendar.events", "calendar.events.readonly"})
    | {"calendar.calendarlist", "calendar.calendarlist.readonly"},
    "calendar.settings.list": _SETTINGS,
    "calendar.settings.get": _SETTINGS,
    "calendar.settings.watch": _SETTINGS,
    "calendar.acl.list": _READ_ACL,
    "calendar.acl.get": _READ_ACL | {"calendar.readonly"},
    "calendar.acl.watch": _READ_ACL,
    "calendar.acl.insert": _WRITE_ACL,
    "calendar.acl.update": _WRITE_ACL,
    "calendar.acl.patch": _WRITE_ACL,
    "calendar.acl.delete": _WRITE_ACL,
    "calendar.channels.stop": (_READ_EVENTS | _READ_LIST | _SETTINGS | _READ_ACL)
    - {"calendar.calendars"},
}

KNOWN = frozenset().union(*ACCEPTED.values()) | {"calendar.calendars", "calendar.acls"}

CONSENT_WORDS = {
    "calendar": (
        "See, edit, share and permanently delete all "
        "the calendars you can access using Google Calendar"
    ),
    "calendar.readonly": "See and download any calendar you can access using your Google Calendar",
    "calendar.app.created": (
        "Make secondary Google calendars, and see, create, change and delete events on them"
    ),
    "calendar.events": "View and edit events on all your calendars",
    "calendar.events.readonly": "View events on all your calendars",
    "calendar.events.owned": "See, create, change and delete events on Google calendars you own",
    "calendar.events.owned.readonly": "See the events on Google calendars you own",
    "calendar.events.freebusy": "See the availability on Google calendars you have access to",
    "calendar.events.public.readonly": "See the events on public calendars",
    "calendar.freebusy": "View your availability in your calendars",
    "calendar.calendarlist": "See, add and remove Google calendars you're subscribed to",
    "calendar.calendarlist.readonly": "See the list of Google calendars you're subscribed to",
    "calendar.calendars": (
        "See and change the properties of Google calendars, and create secondary calendars"
    ),
    "calendar.calendars.readonly": (
        "See the title, description, time zone and other properties of your calendars"
    ),
    "calendar.settings": "View and change your Calendar settings",
    "calendar.settings.readonly": "View your Calendar settings",
    "calendar.acls": "See and change the sharing permissions of Google calendars you own",
    "calendar.acls.readonly": "See the sharing permissions of Google calendars you own",
}


class UnknownScope(ValueError):
    """A scope that Google does not have; its page answers `invalid_scope`."""


def full_names(text: str) -> list[str]:
    """The scopes of a request as full names, each once, in the order asked; raises UnknownScope."""
    names: list[str] = []
    for scope in text.split():
        full = SIGN_IN.get(scope, scope)
        if full not in SIGN_IN.values() and short_name(full) not in KNOWN:
            raise UnknownScope(scope)
        if full not in names:
            names.append(full)
    return names


def short_name(full: str) -> str:
    """`calendar.events` for the full address; sign-in scopes come back unchanged."""
    return full.removeprefix(PREFIX) if full.startswith(PREFIX + "calendar") else full


def is_sign_in(full: str) -> bool:
    return full in SIGN_IN.values()


def usable(method: str, granted: frozenset[str] | set[str]) -> frozenset[str]:
    """The granted scopes (short) that this method accepts; empty means 403
    insufficientPermissions.
    """
    return ACCEPTED[method] & {short_name(scope) for scope in granted}
