"""The nouns of the core: what an event looks like outside, and what names it.

A `Snapshot` is what Google shows or should show, reduced to the fields that we write and compare.
It is normalised when made (`mapping.py` for Google's JSON, `desired.py` for ours), so that two
snapshots are equal exactly when nobody looking at the calendar could tell them apart.
"""

from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.timespan import Span, Start


class Visibility(StrEnum):
    """Google's `visibility`, as far as we write it; everything else reads as `DEFAULT`."""

    DEFAULT = "default"
    PRIVATE = "private"


class Transparency(StrEnum):
    """Google's `transparency` and RFC 5545's TRANSP: busy or free."""

    OPAQUE = "opaque"
    TRANSPARENT = "transparent"


@dataclass(frozen=True, slots=True)
class Key:
    """Names one of our events outside: an appointment, or one changed occurrence of its series."""

    appointment_id: str
    original_start: Start | None = None

    @property
    def is_occurrence(self) -> bool:
        """Whether this is an exception of a series and not a single event or a master."""
        return self.original_start is not None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One event as another calendar shows it. `recurrence` holds RRULE and EXDATE lines."""

    summary: str
    span: Span
    description: str = ""
    location: str = ""
    visibility: Visibility = Visibility.DEFAULT
    transparency: Transparency = Transparency.OPAQUE
    recurrence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """What we last agreed with Google: its own answer, with the etag it had then."""

    google_id: str
    etag: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Theirs:
    """What Google shows now. `snapshot` is None for a tombstone, and for what is not there."""

    google_id: str
    etag: str
    snapshot: Snapshot | None
