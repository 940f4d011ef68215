"""What is wrong with a practitioner's sync, in three parts: what happened, what it means for them
and their clients, what to do (PRODUCT.md 6.3).

One source for the banner on the calendar, the line on the tile and the mails. No client's name ever
comes in here, and the mails name no calendar but our own: the others' names are the practitioner's.
"""

from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.connection_states import WAITING_FOR_YOU, Button
from webapp.domain.product import NAME


class TroubleKind(StrEnum):
    """What happened, in one word."""

    RECONNECT = "reconnect"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Words:
    """The three parts; `heading` is what happened in a few words, `button` what to do."""

    heading: str
    happened: str
    means: str
    button: str


def words(
    kind: TroubleKind, *, reason: str = "", calendar_name: str = "", is_default: bool = False
) -> Words:
    """The words for one trouble; `reason` is the sentence of whoever noticed it."""
    if kind is TroubleKind.RECONNECT:
        return Words("Google stopped our access", reason, WAITING_FOR_YOU, Button.RECONNECT)
    if kind is TroubleKind.MISSING:
        return _missing(calendar_name, is_default=is_default)
    return Words(
        f"“{calendar_name}” could not be synced",
        reason,
        "Nothing was deleted. Until it works again its events may be out of date here"
        + (", and your changes do not reach Google." if is_default else "."),
        "Try again",
    )


def mailed(kind: TroubleKind, *, reason: str, is_default: bool) -> Words:
    """The same for a mail, which names no calendar of the practitioner's own."""
    name = NAME if is_default else "One of your Google calendars"
    return words(kind, reason=reason, calendar_name=name, is_default=is_default)


def words_of_loss(calendar_name: str, *, gone: int) -> Words:
    """Much is gone in Google, and a person is asked before it goes here (R125)."""
    return Words(
        f"Google now shows {gone} fewer events in “{calendar_name}”",
        "We have not removed them.",
        "They are still shown here, and Busy ones still block booking.",
        "Review",
    )


def words_of_new(calendar_name: str) -> Words:
    """A calendar has turned up in Google, and nobody has said yet what it is to mean (U11)."""
    return Words(
        f"“{calendar_name}” is new in Google",
        "Does it block booking?",
        "Until you say so, its events are not shown here and block nothing.",
        "Choose",
    )


def _missing(calendar_name: str, *, is_default: bool) -> Words:
    means = (
        "Nothing was deleted here, and your clients’ sessions stay as they are. Until there is a "
        "calendar for them, they do not reach Google."
        if is_default
        else "Its events here are as we last saw them, so a time that looks free may be taken."
    )
    return Words(
        f"“{calendar_name}” is gone from Google",
        "Removed or deleted there.",
        means,
        "Create it again" if is_default else "Stop syncing it",
    )
