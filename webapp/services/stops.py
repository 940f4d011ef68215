"""What ends a pass over a whole calendar, out of all that a batch was answered. No rows here.

Whatever concerns one event alone (`Taken`, `Stale`, `Gone`, `Refused`) is settled in `settle.py`
and stops nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.google.errors import (
    GoogleError,
    GrantGone,
    Missing,
    PermissionMissing,
    Throttled,
    Unavailable,
    UsageLimited,
)
from webapp.sync.outgoing import Verb, Write

Answer = Mapping[str, Any] | GoogleError
STOPPING = (GrantGone, PermissionMissing, UsageLimited, Throttled, Unavailable)
"""The gravest first: that one is told."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A write that was sent, and the link that it is about.

    `completes`: with it Google shows all that was wished up to this number; None when more follows.
    """

    write: Write
    link_id: str
    completes: int | None = None


class PartlyThrottled(Throttled):
    """Google took some of a batch and limited the rest: writes to one calendar came too fast."""


class CatchingUp(GoogleError):
    """What was there seconds ago is not: some of Google's servers may be behind (F19)."""


class PlaceLost(GoogleError):
    """Google dropped our place in its list for the second time within an hour (F39)."""


class MakesRoom(Exception):
    """What is left goes back to the queue: it takes long and somebody else is to go first, or this
    worker was told to stop (F09)."""


class WorkersLost(Exception):
    """Several workers were lost in a row while they listed this calendar (F08)."""


class CalendarMissing(Exception):
    """The calendar that our events go to is not in Google any more (F45, R111)."""


def is_clean(answers: Sequence[Answer]) -> bool:
    """Whether nothing in a batch concerned the whole calendar."""
    return not any(isinstance(answer, STOPPING) for answer in answers)


def check(pairs: Sequence[tuple[Planned, Answer]]) -> None:
    """Raises what concerns the whole calendar, if there is anything: the gravest of it."""
    raise_gravest([answer for _, answer in pairs])
    for one, answer in pairs:
        if isinstance(answer, Missing) and one.write.verb is Verb.INSERT:
            raise CalendarMissing from answer


def raise_gravest(answers: Sequence[Answer]) -> None:
    """Raises the gravest of what concerns the whole calendar."""
    errors = [answer for answer in answers if isinstance(answer, GoogleError)]
    stopping = [error for error in errors if isinstance(error, STOPPING)]
    if not stopping:
        return
    gravest = min(stopping, key=_rank)
    if isinstance(gravest, Throttled) and len(errors) < len(answers):
        raise PartlyThrottled(gravest.reason, gravest.retry_after)
    raise gravest


def _rank(answer: GoogleError) -> int:
    return [isinstance(answer, kind) for kind in STOPPING].index(True)
