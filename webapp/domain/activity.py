"""The audit log's entries in plain words, for the people whose sync it is (PRODUCT.md 6.1)."""

from collections.abc import Mapping

from webapp.domain.naming import Display

DISPLAY_NAMES = {
    Display.INTERNAL_ID: "Internal ID",
    Display.INITIALS: "Initials",
    Display.FIRST_NAME: "First name",
    Display.FULL_NAME: "Full name",
}

ZONE_CHANGED = "time_zone.changed"
"""Its subject is the zone."""

SENTENCES = {
    "sync.enabled": "Sync was allowed",
    "sync.disabled": "Sync was switched off; Google’s events left this app",
    "display.changed": "Clients are now shown by {subject}",
    "full_name.acknowledged": "Responsibility for showing full names was accepted",
    "location.changed": "Sending the location was switched {subject}",
    "internal_ids.enabled": "Internal IDs were switched on for the practice",
    "mode.changed": "Changed to {subject} sync",
    "calendar.added": "Sync started for {subject}",
    "calendar.removed": "Sync stopped for {subject}",
    "calendar.paused": "Sync was paused for {subject}",
    "calendar.resumed": "Sync was resumed for {subject}",
    "calendar.changed": "The choices for {subject} changed",
    "removal.accepted": "What was gone in Google was removed from {subject}",
    "removal.refused": "What was gone in Google was kept in {subject}",
    "events.restored": "Removed events of {subject} were restored",
    "copy.removed": "A copy of an own event was removed from Google",
    "google_event.replaced": "An event of Google’s became a client appointment; it leaves Google",
    "google.connected": "Google was connected",
    "google.disconnected": "Google was disconnected",
    "google.reconnect_needed": "Google stopped our access",
    "practice_feed.changed": "Details in the practice’s own feed were switched {subject}",
    "feed.created": "A calendar address was made",
    "feed.changed": "What a calendar address shows was changed",
    "feed.reset": "A calendar address was reset; the old one stopped working",
    "feed.revoked": "A calendar address was removed; it stopped working",
    "feed.shown": "A calendar address was shown again",
    ZONE_CHANGED: "{subject} has new clock rules; sessions kept their local time",
    "booking.opened": "Online booking was switched on",
    "booking.closed": "Online booking was switched off",
    "booking.changed": "How clients book online was changed",
}

AUDITED = {
    **SENTENCES,
    "feed.ended": "A calendar address that nobody read was ended",
    "password.changed": "The password was changed",
    "sessions.ended": "Every other browser was signed out",
    "member.deactivated": "{subject} was deactivated; sign-in, sync and addresses ended",
    "member.activated": "{subject} was activated again",
    "operator.added": "Was made an operator of this installation",
    "operator.removed": "Is no operator of this installation any more",
    "client.created": "A client record was made",
    "client.changed": "A client record was changed",
    "appointment.booked": "An appointment was booked",
    "appointment.booked_online": "A client booked an appointment online",
    "appointment.changed": "An appointment was changed",
    "appointment.cancelled": "An appointment was cancelled",
}
"""What the owner reads: the sync of everybody, and who changed what; no record is named."""

SUBJECTS = {
    **{display.value: name.lower() for display, name in DISPLAY_NAMES.items()},
    Display.INTERNAL_ID.value: "internal ID",
    "one_way": "one-way",
    "two_way": "two-way",
    "on": "on",
    "off": "off",
}


def sentence(action: str, subject: str, *, names: Mapping[str, str]) -> str:
    """What happened, without who and when. `action` is one of AUDITED.

    `names` is by the id of a calendar or a member; a calendar that is gone is "a calendar".
    """
    if action == ZONE_CHANGED:
        return AUDITED[action].format(subject=subject)
    named = SUBJECTS.get(subject) or names.get(subject, "a calendar")
    return AUDITED[action].format(subject=named)
