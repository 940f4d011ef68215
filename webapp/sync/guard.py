"""The brake against removing too much at once (R125, I12, F42, F57): better ask than clear.

Pure: it counts, and knows nothing of why something is gone. Asked before anything is removed, be it
that Google said so (tombstones) or that a complete listing lacked it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

A_FEW = 3
MANY = 10
LARGEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Loss:
    """How many of how many events would go."""

    removals: int
    of: int

    @property
    def is_mass(self) -> bool:
        """More than ten, and more than a fifth."""
        return self.removals > MANY and self.removals > self.of * LARGEST_SHARE

    @property
    def is_all(self) -> bool:
        """Nothing would be left of what there is."""
        return 0 < self.of <= self.removals


def is_too_many(coming: Loss, whole: Loss, *, is_empty_answer: bool = False) -> bool:
    """Whether a person should look before these events go.

    `coming` counts the events still to come, `whole` those of the past as well. Too many are a
    mass of either, and a calendar that is suddenly empty; the last few events of a small calendar
    may go without a question, unless Google's whole answer was empty (`is_empty_answer`), which
    is what trouble at Google looks like.
    """
    is_mass = coming.is_mass or whole.is_mass
    is_emptied = coming.is_all and coming.removals > A_FEW
    return is_mass or is_emptied or (is_empty_answer and whole.removals > 0)


def losses(ends: Iterable[tuple[bool, bool]]) -> tuple[Loss, Loss]:
    """Coming and whole, from one pair for each event: is it still to come, would it go."""
    pairs = list(ends)
    coming = [would_go for is_coming, would_go in pairs if is_coming]
    everything = [would_go for _, would_go in pairs]
    return Loss(sum(coming), len(coming)), Loss(sum(everything), len(everything))
