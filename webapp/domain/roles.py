"""Who works in a practice."""

from enum import StrEnum


class Role(StrEnum):
    """Owner: runs the practice and its installation pages. Practitioner: meets clients.

    Assistant: keeps calendars, sees times and names but no notes and no sync settings.
    """

    OWNER = "owner"
    PRACTITIONER = "practitioner"
    ASSISTANT = "assistant"
