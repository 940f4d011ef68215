"""What blocks: whether an event of Google's takes its time out of booking, and why (R90 to R94).

One table, read from the top: the first rule that applies decides. The calendar, the booking check
(`services/free_time.py`), the help page and docs/sync.md ask or draw it; nobody else decides. Some
of it a practitioner chooses for each calendar (R84, R93).
"""

from collections.abc import Callable
from dataclasses import dataclass

BLOCKING_TYPES = frozenset({"outOfOffice", "focusTime"})
"""Google's `eventType`s that block however they are marked."""

SILENT_TYPES = frozenset({"workingLocation", "birthday"})
"""Google's `eventType`s that never block."""

UNANSWERED = frozenset({"needsAction", "tentative"})
"""Answers to an invitation that leave it open."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What Google says of an event. `status` and `event_type` are its fields; `response` is the
    account's own answer to an invitation, "" where it was not invited."""

    is_free: bool = False
    status: str = "confirmed"
    response: str = ""
    event_type: str = "default"
    is_all_day: bool = False

    @property
    def is_unanswered(self) -> bool:
        """Whether it may still not take place: not answered, "maybe", or tentative itself."""
        return self.status == "tentative" or self.response in UNANSWERED


@dataclass(frozen=True, slots=True)
class Choices:
    """What the practitioner chose for the calendar that the event is in."""

    blocks_booking: bool = True
    all_day_blocks: bool = True
    unanswered_blocks: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: to which events it applies, whether those block, and the sentence for people.

    `changed_by` names the choice of the calendar's tile that it depends on.
    """

    events: str
    applies: Callable[[Marks, Choices], bool]
    blocks: bool
    why: str
    changed_by: str = ""


RULES: tuple[Rule, ...] = (
    Rule(
        "Cancelled events",
        lambda marks, _: marks.status == "cancelled",
        blocks=False,
        why="It was cancelled.",
    ),
    Rule(
        "Invitations you declined",
        lambda marks, _: marks.response == "declined",
        blocks=False,
        why="You declined the invitation.",
    ),
    Rule(
        "Working locations and birthdays",
        lambda marks, _: marks.event_type in SILENT_TYPES,
        blocks=False,
        why="Working locations and birthdays never block.",
    ),
    Rule(
        "Everything in a calendar that does not block booking",
        lambda _, choices: not choices.blocks_booking,
        blocks=False,
        why="Its calendar does not block booking.",
        changed_by="Busy events block online booking",
    ),
    Rule(
        "Out of office and focus time",
        lambda marks, _: marks.event_type in BLOCKING_TYPES,
        blocks=True,
        why="Out-of-office and focus time always block.",
    ),
    Rule(
        "Events that are Free",
        lambda marks, _: marks.is_free,
        blocks=False,
        why="It is marked Free in Google.",
    ),
    Rule(
        "All-day events, where they are not to block",
        lambda marks, choices: marks.is_all_day and not choices.all_day_blocks,
        blocks=False,
        why="All-day events of its calendar do not block.",
        changed_by="All-day events block too",
    ),
    Rule(
        "Tentative and unanswered events, where they are not to block",
        lambda marks, choices: marks.is_unanswered and not choices.unanswered_blocks,
        blocks=False,
        why="Unanswered invitations of its calendar do not block.",
        changed_by="Unanswered and “maybe” block too",
    ),
    Rule(
        "Everything else that is Busy, also all-day, tentative and unanswered",
        lambda _marks, _choices: True,
        blocks=True,
        why="It is Busy in Google.",
    ),
)

AS_IN_GOOGLE = Choices()
"""Nothing left out: what is Busy and Free as Google has it (R7, R90)."""


def ruling(marks: Marks, choices: Choices = AS_IN_GOOGLE) -> Rule:
    """The rule that decides about an event; its `blocks` and `why` are the answer."""
    return next(rule for rule in RULES if rule.applies(marks, choices))


def is_free_by_default(marks: Marks, choices: Choices) -> bool:
    """Whether an all-day event is Free, as Google makes them, though it would block if it were
    Busy: worth a hint, because a vacation entered like this can be booked over (U9)."""
    busy = Marks(
        status=marks.status,
        response=marks.response,
        event_type=marks.event_type,
        is_all_day=marks.is_all_day,
    )
    is_ordinary = marks.event_type == "default" and marks.is_all_day and marks.is_free
    return is_ordinary and ruling(busy, choices).blocks
