"""Which state a calendar's tile shows, from what is known about calendar, run and connection.

One rule per line of `tile_state`, the most important first. The wording of the states is
`templates/synced_calendars/_tile.html`; nothing here knows about time or about rows.
"""

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
    {TileState.FAILED, TileState.RECONNECT_NEEDED, TileState.MISSING, TileState.ASKING}
)
"""The states in which nothing will get better until somebody presses a button."""

OUT_OF_REACH = frozenset({TileState.CANNOT_SYNC, TileState.OF_APP})
"""The states in which there is nothing to press."""


def tile_state(
    *,
    is_on: bool,
    is_owned: bool,
    is_of_app: bool,
    is_missing: bool,
    is_connected: bool,
    is_asking: bool,
    is_failing: bool,
    is_left: bool = False,
    has_synced: bool,
    has_problems: bool,
    run: RunState | None,
) -> TileState:
    """The state of one calendar's tile; `run` is the state of its newest run.

    `is_of_app`: made by this product for somebody else. `is_asking`: more is gone in Google than
    may go here without a person.

    An earlier success outlives a failed run of long ago: `is_failing` says whether the newest
    attempt failed, whoever started it. `is_left`: Google was disconnected and the events kept.
    """
    if is_of_app:
        return TileState.OF_APP
    if not is_owned and not is_on:
        return TileState.CANNOT_SYNC
    if is_left:
        return TileState.DISCONNECTED
    if not is_connected:
        return TileState.RECONNECT_NEEDED
    if run is not None and run in LIVE:
        return TileState(run.value)
    if not is_on:
        return TileState.NOT_SYNCED
    if is_missing:
        return TileState.MISSING
    if is_asking:
        return TileState.ASKING
    if is_failing or (run is RunState.FAILED and not has_synced):
        return TileState.FAILED
    if not has_synced:
        return TileState.NOT_SYNCED
    if not is_owned:
        return TileState.ACCESS_LOWERED
    return TileState.SYNCED_WITH_NOTES if has_problems else TileState.SYNCED
