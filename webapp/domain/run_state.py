"""The states of a sync run, as tiles and rows name them. Their table is sync/run_states.py."""

from enum import StrEnum


class RunState(StrEnum):
    """Queued, running and waiting are live; the others are final."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SYNCED = "synced"
    SYNCED_WITH_NOTES = "synced_with_notes"
    FAILED = "failed"
    RECONNECT_NEEDED = "reconnect_needed"
    CANCELLED = "cancelled"


LIVE = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.WAITING})
