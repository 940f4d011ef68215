"""Types of query parameters: every known one is read strictly, also those that change nothing here.

What a value means is the methods' business; here is only what the discovery document says about
its form.
"""

from __future__ import annotations

from emulator import errors
from emulator.model import ROLES

FLAGS = frozenset(
    [
        "alwaysIncludeEmail",
        "colorRgbFormat",
        "prettyPrint",
        "sendNotifications",
        "showDeleted",
        "showHidden",
        "showHiddenInvitations",
        "showOwnOrganizationOnly",
        "singleEvents",
        "supportsAttachments",
    ]
)
LEAST = {"maxResults": 1, "maxAttendees": 1, "conferenceDataVersion": 0, "eventLabelVersion": 0}
MOST = {"conferenceDataVersion": 1, "eventLabelVersion": 1}
CHOICES = {
    "alt": ("json",),
    "sendUpdates": ("all", "externalOnly", "none"),
    "orderBy": ("startTime", "updated"),
    "minAccessRole": ROLES,
}
REPEATED = frozenset({"eventTypes", "privateExtendedProperty", "sharedExtendedProperty"})


def check(query: dict[str, list[str]], known: frozenset[str]) -> None:
    """Raise Refused (400) for a known parameter of a wrong form, or one that came twice."""
    for name, values in query.items():
        if name in known:
            if len(values) > 1 and name not in REPEATED:
                raise errors.invalid(parameter=name, why=f"{name} came more than once")
            for value in values:
                _check(name, value)


def _check(name: str, value: str) -> None:
    choices = ("true", "false") if name in FLAGS else CHOICES.get(name)
    if choices is not None and value not in choices:
        raise errors.invalid_choice(value, parameter=name)
    if name in LEAST:
        is_whole = value.isascii() and value.isdigit() and len(value) < 10
        if not is_whole or not LEAST[name] <= int(value) <= MOST.get(name, int(value)):
            raise errors.invalid(parameter=name, why=f"{name} must be a whole number in its range")
