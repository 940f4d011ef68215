"""What to do about one event: two tables, one for our events and one for Google's.

Rule 1: every decision about one event is a row here. Rule 2: exactly one row of a table applies to
any case; tests/core/test_reconcile.py tries them all. Rule 3: the rows read as the documentation
prints them (docs/sync.md is drawn from `OWN` and `MIRROR`).

OWN compares three things: the base (what we last agreed with Google), what is wanted now, and
theirs (what Google shows now). An edit in Google never changes what is wanted, because every event
has one owner; it is put back and told. The etag plays no part: a new etag around equal content is
nothing, and whoever applies that keeps the new etag.

MIRROR compares our copy of an event that was made in Google with what Google shows.
"""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from webapp.domain.timespan import TimedSpan, UnknownTimeZone, zone
from webapp.sync.actions import (
    Adopt,
    Create,
    Delete,
    Drop,
    Forget,
    Import,
    MirrorAction,
    Nothing,
    OwnAction,
    PutBack,
    Recreate,
    Refresh,
    Rewrite,
)
from webapp.sync.types import Base, Snapshot, Theirs


class Side(StrEnum):
    """What one column of a row may say, in the words of the documentation."""

    NONE = "–"
    BASE = "b"
    SOME = "yes"
    AS_BASE = "= b"
    NEW = "new"
    GONE = "gone"
    THERE = "there"
    SAME = "same"
    OTHER = "other"
    AS_NEW = "= new"
    EDITED = "edited"
    MIRRORED = "m"


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One row for our events."""

    base: Side
    wanted: Side
    theirs: Side
    action: type[OwnAction]


@dataclass(frozen=True, slots=True)
class MirrorRow:
    """One row for Google's events."""

    mirror: Side
    theirs: Side
    action: type[MirrorAction]


OWN = (
    OwnRow(Side.NONE, Side.NONE, Side.NONE, Nothing),
    OwnRow(Side.NONE, Side.SOME, Side.NONE, Create),
    OwnRow(Side.NONE, Side.NONE, Side.THERE, Delete),  # carries our mark, nobody wants it
    OwnRow(Side.NONE, Side.SOME, Side.SAME, Adopt),
    OwnRow(Side.NONE, Side.SOME, Side.OTHER, Rewrite),
    OwnRow(Side.BASE, Side.AS_BASE, Side.AS_BASE, Nothing),
    OwnRow(Side.BASE, Side.NEW, Side.AS_BASE, Rewrite),
    OwnRow(Side.BASE, Side.AS_BASE, Side.EDITED, PutBack),
    OwnRow(Side.BASE, Side.NEW, Side.AS_NEW, Adopt),
    OwnRow(Side.BASE, Side.NEW, Side.EDITED, PutBack),
    OwnRow(Side.BASE, Side.SOME, Side.GONE, Recreate),
    OwnRow(Side.BASE, Side.NONE, Side.AS_BASE, Delete),
    OwnRow(Side.BASE, Side.NONE, Side.EDITED, Delete),
    OwnRow(Side.BASE, Side.NONE, Side.GONE, Forget),
)

MIRROR = (
    MirrorRow(Side.NONE, Side.NONE, Nothing),
    MirrorRow(Side.NONE, Side.THERE, Import),
    MirrorRow(Side.MIRRORED, Side.SAME, Nothing),
    MirrorRow(Side.MIRRORED, Side.OTHER, Refresh),
    MirrorRow(Side.MIRRORED, Side.GONE, Drop),
)


def own(base: Base | None, wanted: Snapshot | None, theirs: Theirs | None) -> OwnAction:
    """What to do about one of our events.

    `theirs` None or without a snapshot means that Google answered "not there" or with a tombstone;
    a case where Google has not answered must not come here (an absence is never a deletion).
    """
    shown = theirs.snapshot if theirs is not None else None
    action = own_row(base.snapshot if base is not None else None, wanted, shown).action
    if action is PutBack:
        assert shown is not None, "only what is there can have been edited"
        return PutBack(edited=shown)
    return action()  # type: ignore[call-arg] # only PutBack takes anything.


def own_row(base: Snapshot | None, wanted: Snapshot | None, theirs: Snapshot | None) -> OwnRow:
    """The one row of `OWN` that applies; `sync explain` prints it."""
    case = (_base_side(base), _wanted_sides(base, wanted), _their_sides(base, wanted, theirs))
    return next(
        row
        for row in OWN
        if row.base is case[0] and row.wanted in case[1] and row.theirs in case[2]
    )


def mirror(*, has_row: bool, is_there: bool, is_same: bool) -> MirrorAction:
    """What to do about one event of Google's.

    `is_there`: Google delivered it and it is no tombstone. `is_same`: the row already says what
    Google shows.
    """
    if has_row:
        side = (Side.SAME if is_same else Side.OTHER) if is_there else Side.GONE
    else:
        side = Side.THERE if is_there else Side.NONE
    known = Side.MIRRORED if has_row else Side.NONE
    return next(row for row in MIRROR if row.mirror is known and row.theirs is side).action()


def same(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Whether nobody looking at the calendar could tell the two apart.

    The zone of a single timed event does not show; of a series it shows in the clock it keeps, and
    two names of one zone keep the same (Europe/Kiev and Europe/Kyiv; GOOGLE.md 3.5).
    """
    if one is None or other is None:
        return one is other
    return one == other or _comparable(one) == _comparable(other)


def _base_side(base: Snapshot | None) -> Side:
    return Side.NONE if base is None else Side.BASE


def _wanted_sides(base: Snapshot | None, wanted: Snapshot | None) -> set[Side]:
    if wanted is None:
        return {Side.NONE}
    if base is None:
        return {Side.SOME}
    return {Side.SOME, Side.AS_BASE if same(base, wanted) else Side.NEW}


def _their_sides(
    base: Snapshot | None, wanted: Snapshot | None, theirs: Snapshot | None
) -> set[Side]:
    if theirs is None:
        return {Side.NONE if base is None else Side.GONE}
    if base is None:
        return {Side.THERE, Side.SAME if same(theirs, wanted) else Side.OTHER}
    if same(theirs, base):
        return {Side.AS_BASE}
    return {Side.AS_NEW if same(theirs, wanted) else Side.EDITED}


def _comparable(snapshot: Snapshot) -> tuple[Snapshot, tuple[dt.timedelta | None, ...]]:
    """The snapshot without the name of its zone, and how that zone's clock goes if it is felt."""
    span = snapshot.span
    if not isinstance(span, TimedSpan):
        return snapshot, ()
    lines = tuple(line.replace(f";TZID={span.time_zone}:", ":") for line in snapshot.recurrence)
    nameless = replace(snapshot, span=replace(span, time_zone=""), recurrence=lines)
    return nameless, _clock(span) if lines else ()


def _clock(span: TimedSpan) -> tuple[dt.timedelta | None, ...]:
    """The zone's offsets over the two years from the start, which tell zones apart."""
    try:
        own_zone = zone(span.time_zone)
    except UnknownTimeZone:
        return ()
    days = (span.starts_at + dt.timedelta(days=day) for day in range(0, 730, 5))
    return tuple(day.astimezone(own_zone).utcoffset() for day in days)
