"""Whether an event of Google's takes its time: what blocks, what is only shown, what is neither.

The rules of R90 to R94 as the help page tells them: busy blocks and free does not, whole days like
hours; a declined invitation never blocks, an unanswered or tentative one does; out of office and
focus time always block; working locations and birthdays never do.
"""

BLOCKING_TYPES = frozenset({"outOfOffice", "focusTime"})
"""Google's `eventType`s that block however they are marked."""

SILENT_TYPES = frozenset({"workingLocation", "birthday"})
"""Google's `eventType`s that never block."""


def blocks(*, is_free: bool, status: str, response: str, event_type: str) -> bool:
    """Whether the event's time is taken.

    `status` and `event_type` are Google's fields; `response` is the account's own answer to an
    invitation, "" where it was not invited.
    """
    if status == "cancelled" or response == "declined" or event_type in SILENT_TYPES:
        return False
    return event_type in BLOCKING_TYPES or not is_free
