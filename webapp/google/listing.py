"""What a listing of events asks for, and no more than that.

A sync token is only good for the parameters that it was made with (GOOGLE.md 5.2), so they stand
here alone, and `list_format` names them.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

LIST_FORMAT = 2
"""Raised whenever stored events have to be read anew because we read them differently."""

LARGEST_EVENT_PAGE = 2500
KINDS = ("default", "fromGmail", "outOfOffice", "focusTime")
"""Birthdays and places of work are nothing that anybody books around."""

TIMES = (
    "id,etag,status,htmlLink,iCalUID,start,end,recurrence,recurringEventId,originalStartTime,"
    "transparency,visibility,eventType,extendedProperties/private,attendees(self,responseStatus)"
)
"""Of guests only the account's own answer."""
DETAILS = f"{TIMES},summary,location"
OWN = f"{DETAILS},description,sequence"
AGES = "id,status,created,extendedProperties/private"


class Asked(StrEnum):
    """How much of each event is wanted: what nobody needs does not leave Google (R99)."""

    TIMES = TIMES
    DETAILS = DETAILS
    OWN = OWN
    """Everything that we write ourselves, to be compared."""
    AGES = AGES
    """What is ours, and when it was made."""


def parameters(asked: Asked) -> Mapping[str, Any]:
    """The query of a listing, tokens aside."""
    return {
        "maxResults": LARGEST_EVENT_PAGE,
        "singleEvents": "false",
        "maxAttendees": 1,
        "eventTypes": KINDS,
        "fields": f"nextPageToken,nextSyncToken,timeZone,items({asked.value})",
    }


def list_format(asked: Asked) -> str:
    """Names the parameters and our way of reading: stored with a sync token (F41)."""
    whole = json.dumps([LIST_FORMAT, dict(parameters(asked))], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]
