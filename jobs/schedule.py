"""What runs when: `python -m jobs.schedule`, one process for the installation.

It sweeps in its own process instead of queueing the sweep, so that it heals a queue that is gone.
"""

import logging
import signal
import threading

from sqlalchemy.exc import SQLAlchemyError

from jobs import daily, scope, self_check, sweep
from webapp.config import SettingRefused
from webapp.ops import events
from webapp.ops import logging as ops_logging

TICK_SECONDS = 1
"""Who was told to wait until a time goes on at that time, not at the next sweep."""

DAY_SECONDS = 86_400
"""Also at each start, so that a process which is restarted every night misses no day."""

log = logging.getLogger(__name__)


def main() -> None:
    """Sweeps until it is told to stop. A sweep that fails is logged, and the next one follows."""
    ops_logging.set_up()
    try:
        seconds = scope.settings().sweep_seconds
    except SettingRefused as refused:
        raise SystemExit(str(refused)) from None
    self_check.run()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    ticks = 0
    while not stopping.is_set():
        try:
            sweep.run() if ticks % seconds == 0 else sweep.ring_due()
            if ticks % DAY_SECONDS == 0:
                daily.run()
        except SQLAlchemyError as failed:  # A database that restarts must not end this.
            log.error(events.SWEEP_FAILED, extra={"error": type(failed).__name__})
        ticks += 1
        stopping.wait(TICK_SECONDS)


if __name__ == "__main__":
    main()
