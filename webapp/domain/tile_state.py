"""Which state a calendar's tile shows, from what is known about calendar, run and connection.

The rules are a table, the most important first; docs/sync.md is drawn from it. The wording of the
states is `templates/synced_calendars/_tile.html`; nothing here knows about time or about rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.run_state import LIVE, RunState


class TileState(StrEnum):
    """What one tile says (PRODUCT.md 6.2)."""

    NOT_SYNCED = "not_synced"
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SYNCED = "synced"
    SYNCED_WITH_NOTES = "synced_with_notes"
    FAILED = "failed"
    STUCK = "stuck"
    PAUSED = "paused"
    RECONNECT_NEEDED = "reconnect_needed"
    DISCONNECTED = "disconnected"
    MISSING = "missing"
    ASKING = "asking"
    ACCESS_LOWERED = "access_lowered"
    CANNOT_SYNC = "cannot_sync"
    OF_APP = "of_app"


POLLING = frozenset({TileState.QUEUED, TileState.RUNNING, TileState.WAITING})
"""The states that ask again; every other one is at rest."""

NEEDS_ATTENTION = frozenset(
    {
        TileState.FAILED,
        TileState.STUCK,
        TileState.RECONNECT_NEEDED,
        TileState.MISSING,
        TileState.ASKING,
    }
)
"""The states in which nothing will get better until somebody presses a button."""

OUT_OF_REACH = frozenset({TileState.CANNOT_SYNC, TileState.OF_APP})
"""The states in which there is nothing to press."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFacts:
    """What is known of one calendar; `run` is the state of its newest run.

    `is_of_app`: made by this product for somebody else. `is_left`: Google was disconnected and the
    events kept. `is_asking`: more is gone in Google than may go here without a person.
    `is_failing`: the newest attempt failed and will not mend by itself, whoever started it; an
    earlier success outlives a failed run of long ago.
    """

    is_on: bool
    is_owned: bool
    is_of_app: bool
    is_missing: bool
    is_connected: bool
    is_asking: bool
    is_failing: bool
    is_left: bool = False
    is_paused: bool = False
    has_synced: bool
    has_problems: bool
    run: RunState | None


@dataclass(frozen=True, slots=True)
class TileRule:
    """One row: `when` says in words what `holds` asks."""

    when: str
    holds: Callable[[TileFacts], bool]
    state: TileState


def _has_run(state: RunState) -> Callable[[TileFacts], bool]:
    return lambda it: it.run is state


RULES: tuple[TileRule, ...] = (
    TileRule("made by this app for somebody else", lambda it: it.is_of_app, TileState.OF_APP),
    TileRule(
        "off, and somebody else’s",
        lambda it: not it.is_owned and not it.is_on,
        TileState.CANNOT_SYNC,
    ),
    TileRule("Google was disconnected", lambda it: it.is_left, TileState.DISCONNECTED),
    TileRule("the access is lost", lambda it: not it.is_connected, TileState.RECONNECT_NEEDED),
    *(
        TileRule(f"a run is {run}", _has_run(run), TileState(run.value))
        for run in RunState
        if run in LIVE
    ),
    TileRule("off", lambda it: not it.is_on, TileState.NOT_SYNCED),
    TileRule("gone from Google", lambda it: it.is_missing, TileState.MISSING),
    TileRule("much is gone, nobody has answered", lambda it: it.is_asking, TileState.ASKING),
    TileRule("paused by its practitioner", lambda it: it.is_paused, TileState.PAUSED),
    TileRule(
        "failing for good, and synced before",
        lambda it: it.is_failing and it.has_synced,
        TileState.STUCK,
    ),
    TileRule(
        "failing for good, or its first run failed",
        lambda it: it.is_failing or (it.run is RunState.FAILED and not it.has_synced),
        TileState.FAILED,
    ),
    TileRule("never synced", lambda it: not it.has_synced, TileState.NOT_SYNCED),
    TileRule("no longer one’s own", lambda it: not it.is_owned, TileState.ACCESS_LOWERED),
    TileRule("some events left out", lambda it: it.has_problems, TileState.SYNCED_WITH_NOTES),
    TileRule("otherwise", lambda it: True, TileState.SYNCED),
)
"""The first one that holds decides."""


def tile_state(facts: TileFacts) -> TileState:
    """The state of one calendar's tile."""
    return next(rule.state for rule in RULES if rule.holds(facts))
