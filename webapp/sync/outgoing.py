"""Which writes make Google show what is wanted: our side of the own-events table.

Rows, for a single event or the master of a series:

    wanted | sent | base | write
    -------|------|------|------------------------------------------------
    yes    | any  | none | insert (the id is ours, so a repeat meets a 409)
    yes    | same | b    | nothing
    yes    | other| b    | update, If-Match the base's etag
    yes    | other rule or start | b, exceptions | delete, then insert under the next id
    no     | any  | b    | delete
    no     | yes  | none | delete (it may be there: the answer was lost)
    no     | none | none | nothing

What becomes of exceptions when the rule or the start of their series changes is nowhere said
(GOOGLE.md 4.8): Google may leave tombstones behind that keep an occurrence away when the series
comes back to its place. So a series with exceptions is not reshaped, it begins a new life.

Occurrences follow when their master is settled, because the parts of a batch may run in any order
(GOOGLE.md 7.4). One that is no longer changed is put back to the place that its series gives it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from webapp.domain.series import read_series
from webapp.domain.timespan import moved, start_of
from webapp.sync.types import Key, Snapshot


class Verb(StrEnum):
    """What to do in Google."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is known of one of our events in Google: what we sent, and Google's answer to it.

    `has_exceptions`: it is a series and Google may hold changed occurrences of it.
    """

    sent: Snapshot | None = None
    base: Snapshot | None = None
    has_exceptions: bool = False

    @property
    def may_be_there(self) -> bool:
        """Whether Google may hold the event."""
        return self.sent is not None or self.base is not None


@dataclass(frozen=True, slots=True)
class Write:
    """One call. `snapshot` is None for a deletion; `is_last` ends what we know of the event."""

    key: Key
    verb: Verb
    snapshot: Snapshot | None
    is_last: bool = False


def writes(
    appointment_id: str,
    wanted: Mapping[Key, Snapshot],
    agreed: Mapping[Key, Agreed],
) -> list[Write]:
    """The next writes for one appointment; none when Google shows what is wanted."""
    master = Key(appointment_id)
    first = _master_write(master, wanted.get(master), agreed.get(master, Agreed()))
    if first is not None:
        return [first]
    if master not in wanted:
        return []
    return list(_occurrence_writes(wanted[master], wanted, agreed))


def _master_write(key: Key, wanted: Snapshot | None, agreed: Agreed) -> Write | None:
    if wanted is None:
        return Write(key, Verb.DELETE, None, is_last=True) if agreed.may_be_there else None
    if agreed.base is None:
        return Write(key, Verb.INSERT, wanted)
    if agreed.sent == wanted:
        return None
    if agreed.has_exceptions and is_reshaped(agreed.sent or agreed.base, wanted):
        return Write(key, Verb.DELETE, None)
    return Write(key, Verb.UPDATE, wanted)


def is_reshaped(one: Snapshot, other: Snapshot) -> bool:
    """Whether the two repeat otherwise or begin at another time; left out sessions aside."""
    return start_of(one.span) != start_of(other.span) or _rules(one) != _rules(other)


def _rules(snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(line for line in snapshot.recurrence if not line.startswith("EXDATE"))


def _occurrence_writes(
    master: Snapshot, wanted: Mapping[Key, Snapshot], agreed: Mapping[Key, Agreed]
) -> Iterator[Write]:
    keys = sorted(
        (key for key in {*wanted, *agreed} if key.is_occurrence),
        key=lambda key: str(key.original_start),
    )
    for key in keys:
        snapshot = wanted.get(key)
        known = agreed.get(key, Agreed())
        if snapshot is None:
            yield _as_the_series_has_it(key, master)
        elif known.base is None or known.sent != snapshot:
            yield Write(key, Verb.UPDATE, snapshot)


def _as_the_series_has_it(key: Key, master: Snapshot) -> Write:
    """An occurrence that is cancelled, or that the series has no more, goes; one that is no longer
    moved returns to its place."""
    if not has_occurrence(master, key):
        return Write(key, Verb.DELETE, None, is_last=True)
    return Write(key, Verb.UPDATE, place_of(master, key), is_last=True)


def place_of(master: Snapshot, key: Key) -> Snapshot:
    """What the series shows at `key` when nothing was changed there."""
    if key.original_start is None:
        raise ValueError("a master is not an occurrence")
    return replace(master, span=moved(master.span, key.original_start), recurrence=())


def has_occurrence(master: Snapshot, key: Key) -> bool:
    """Whether the series has this occurrence and does not leave it out (EXDATE)."""
    if key.original_start is None:
        raise ValueError("a master is not an occurrence")
    return read_series(master.span, master.recurrence).has_start(key.original_start)
