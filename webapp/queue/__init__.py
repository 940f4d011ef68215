"""The doorbell: tells a worker that the database holds a wish. Losing a ring loses nothing.

The database is the queue of record (jobs/sweep.py rings again for whatever waits), so `ring` never
raises into a request and never blocks it for long. What hangs here is `doorbell.py`, which knows
RQ; who only wishes, or has no doorbell, does without.
"""

import threading
from enum import StrEnum
from typing import Protocol


class Bell(StrEnum):
    """Every function that a worker may run, by its dotted name; house tests resolve each."""

    SYNC = "jobs.sync.run"
    LONG_SYNC = "jobs.long_sync.run"
    CALENDARS = "jobs.calendars.run"
    CHANNELS = "jobs.channels.run"
    DEPARTURES = "jobs.departures.run"
    SWEEP = "jobs.sweep.run"


class RingsBells(Protocol):
    """What `doorbell.py` hangs here."""

    def ring(self, bell: Bell, *ids: str) -> bool:
        """Wakes a worker. False when that could not be said."""

    def has_waiting(self) -> bool:
        """Whether a job waits for a worker."""

    def close(self) -> None:
        """Closes the connection."""


_doorbell: RingsBells | None = None
_lock = threading.Lock()


def hang(doorbell: RingsBells) -> None:
    """From now on the process rings this one."""
    global _doorbell
    with _lock:
        _doorbell = doorbell


def disconnect() -> None:
    """Leaves the process without a doorbell."""
    global _doorbell
    with _lock:
        if _doorbell is not None:
            _doorbell.close()
        _doorbell = None


def ring(bell: Bell, *ids: str) -> bool:
    """Rings the process's doorbell; False when there is none or it does not answer."""
    return _doorbell.ring(bell, *ids) if _doorbell else False


def has_waiting() -> bool:
    """Whether a job waits for a worker; False when there is no doorbell or it does not answer."""
    return _doorbell.has_waiting() if _doorbell else False
