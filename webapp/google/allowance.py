"""What one Google account may still be asked this minute: units of quota, as Google counts them.

A PATCH is three units, every other call one, and a batch of n calls is n (GOOGLE.md 7.1). Who
counts is not known here: `jobs/limiter.py` does, for all workers together.
"""

from collections.abc import Sequence
from typing import Protocol

from webapp.google.batch import Call

PATCH_UNITS = 3


class Allowance(Protocol):
    """The quota of one account."""

    def take(self, units: int, *, is_bulk: bool) -> float:
        """0.0 when the units are granted, and then they are spent; else the seconds after which
        they will be free. Bulk leaves a reserve for everybody else. Never raises, never waits."""

    def rest(self, seconds: float) -> None:
        """Google has had enough of the whole project: no account is granted anything meanwhile."""


class Unmetered:
    """For clients that are alone with their account."""

    def take(self, units: int, *, is_bulk: bool) -> float:
        """Always granted."""
        return 0.0

    def rest(self, seconds: float) -> None:
        """There is nobody else to hold back; the caller waits by the error."""


def units_of(calls: Sequence[Call]) -> int:
    """What the calls cost together."""
    return sum(PATCH_UNITS if call.method == "PATCH" else 1 for call in calls)
