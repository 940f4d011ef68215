"""What a sync did, event by event and as a sum, in people's words (PRODUCT.md U6, R123)."""

from collections.abc import Mapping
from enum import StrEnum

KEPT_DAYS = 90


class Outcome(StrEnum):
    """What became of one event. Put back: it was changed or deleted in Google, and ours is there
    again. Stopped: a whole sync could not go on; it names no event."""

    ADDED = "added"
    CHANGED = "changed"
    PUT_BACK = "put_back"
    REMOVED = "removed"
    FAILED = "failed"
    STOPPED = "stopped"


class Side(StrEnum):
    """Where it happened: our events are written in Google, Google's are shown in this app."""

    GOOGLE = "google"
    APP = "app"


Counts = Mapping[tuple[Outcome, Side], int]

SENTENCES = {
    (Outcome.ADDED, Side.GOOGLE): "Added to Google",
    (Outcome.CHANGED, Side.GOOGLE): "Updated in Google",
    (Outcome.PUT_BACK, Side.GOOGLE): "Put back in Google",
    (Outcome.REMOVED, Side.GOOGLE): "Removed from Google",
    (Outcome.FAILED, Side.GOOGLE): "Not sent to Google",
    (Outcome.ADDED, Side.APP): "Added here",
    (Outcome.CHANGED, Side.APP): "Updated here",
    (Outcome.PUT_BACK, Side.APP): "Put back here",
    (Outcome.REMOVED, Side.APP): "Removed here",
    (Outcome.FAILED, Side.APP): "Not shown in full here",
    (Outcome.STOPPED, Side.GOOGLE): "Sync stopped",
    (Outcome.STOPPED, Side.APP): "Sync stopped",
}

ALL_MATCHED = "Everything already matched"


def sentence(outcome: Outcome, side: Side) -> str:
    """What an entry says before its title."""
    return SENTENCES[outcome, side]


def summary(counts: Counts) -> str:
    """ "2 events put back in Google, 1 removed here"; `ALL_MATCHED` when nothing was done.

    A stop is no event and is left out.
    """
    parts: list[str] = []
    for kind, text in SENTENCES.items():
        number = counts.get(kind, 0)
        if number and kind[0] is not Outcome.STOPPED:
            noun = f"{number:,} event{'' if number == 1 else 's'}" if not parts else f"{number:,}"
            parts.append(f"{noun} {text[0].lower()}{text[1:]}")
    return ", ".join(parts) or ALL_MATCHED
