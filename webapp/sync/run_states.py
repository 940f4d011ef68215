"""The life of a sync run as a table: state, event, next state. Which states a tile polls in.

A run that is final stays what it is; pressing the button again makes another run. The states are
named in domain/run_state.py, their wording is the tile's.
"""

from enum import StrEnum

from webapp.domain.run_state import LIVE, RunState


class RunEvent(StrEnum):
    """What can happen to a run."""

    STARTED = "started"
    HELD_UP = "held up"
    FINISHED = "finished"
    FINISHED_WITH_NOTES = "finished with notes"
    FAILED = "failed"
    ACCESS_LOST = "access lost"
    CANCELLED = "cancelled"


class ImpossibleTransition(ValueError):
    """This cannot happen to a run in this state."""


ENDINGS = {
    RunEvent.FINISHED: RunState.SYNCED,
    RunEvent.FINISHED_WITH_NOTES: RunState.SYNCED_WITH_NOTES,
    RunEvent.FAILED: RunState.FAILED,
    RunEvent.ACCESS_LOST: RunState.RECONNECT_NEEDED,
    RunEvent.CANCELLED: RunState.CANCELLED,
}

UNFINISHED = {
    RunEvent.HELD_UP: RunState.WAITING,
    RunEvent.FAILED: RunState.FAILED,
    RunEvent.ACCESS_LOST: RunState.RECONNECT_NEEDED,
    RunEvent.CANCELLED: RunState.CANCELLED,
}

TABLE: dict[RunState, dict[RunEvent, RunState]] = {
    RunState.QUEUED: {RunEvent.STARTED: RunState.RUNNING, **UNFINISHED},
    RunState.RUNNING: {
        RunEvent.STARTED: RunState.RUNNING,  # a worker takes over from one that died
        RunEvent.HELD_UP: RunState.WAITING,
        **ENDINGS,
    },
    RunState.WAITING: {RunEvent.STARTED: RunState.RUNNING, **UNFINISHED},
    RunState.SYNCED: {},
    RunState.SYNCED_WITH_NOTES: {},
    RunState.FAILED: {},
    RunState.RECONNECT_NEEDED: {},
    RunState.CANCELLED: {},
}

POLLING = LIVE
"""A tile asks again in these states and in no other (HOUSE.md 8)."""


def next_state(state: RunState, event: RunEvent) -> RunState:
    """The state after `event`. Raises `ImpossibleTransition`."""
    try:
        return TABLE[state][event]
    except KeyError:
        raise ImpossibleTransition(f"a {state} run cannot be {event}") from None
