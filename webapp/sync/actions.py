"""What a decision can be. Imperatives as plain values; services/apply.py carries them out.

`is_told`: whether the practitioner hears of it ("Changed in Google ... We kept 14:00", R107).
"""

from dataclasses import dataclass
from typing import ClassVar

from webapp.sync.types import Snapshot


@dataclass(frozen=True, slots=True)
class Nothing:
    """All agree."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Create:
    """Insert our event in Google."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Replace what Google shows, with If-Match."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class PutBack:
    """Replace what somebody edited in Google. `edited` is what they made of it (R86)."""

    edited: Snapshot
    is_told: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Recreate:
    """Insert our event again, in the next generation: it was deleted in Google (R106)."""

    is_told: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete our event in Google: nobody wants it any more."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Adopt:
    """Google already shows what we want: remember its answer as the base."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Forget:
    """Neither side has it: drop the base."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Import:
    """Add a mirror row for an event that was made in Google."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Refresh:
    """Bring the mirror row up to date."""

    is_told: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove the mirror row: the event was deleted in Google."""

    is_told: ClassVar[bool] = False


OwnAction = Nothing | Create | Rewrite | PutBack | Recreate | Delete | Adopt | Forget
MirrorAction = Nothing | Import | Refresh | Drop
