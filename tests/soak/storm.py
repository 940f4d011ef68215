"""What goes wrong, when: faults in a seeded order, each with its end, several at a time.

Every kind is struck once before any is struck again, so that a run of two minutes has had them all.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from emulator.faults import Fault
from tests.soak.site import Site

GOOGLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a batch whose answer is lost": ("batch", "drop", {"when": "after", "times": 3}),
    "a batch that never arrives": ("batch", "drop", {"times": 3}),
    "an insert whose answer is lost": ("calendar.events.insert", "drop", {"when": "after"}),
    "503 for writes": ("batch", "error", {"status": 503, "times": 4}),
    "403 rateLimitExceeded in a batch": (
        "calendar.events.*",
        "error",
        {"status": 403, "reason": "rateLimitExceeded", "times": 6},
    ),
    "429 for reads": (
        "calendar.events.list",
        "error",
        {"status": 429, "reason": "rateLimitExceeded", "times": 3},
    ),
    "half a listing": ("calendar.events.list", "truncated", {"times": 3}),
    "a page of HTML": ("calendar.events.list", "html", {"times": 3}),
    "an empty answer": ("calendar.events.list", "empty", {"times": 2}),
    "401 in between": ("calendar.*", "unauthorized", {}),
    "no token for a moment": ("token", "drop", {"times": 2}),
    "slow answers": ("calendar.*", "delay", {"seconds": 2.0, "times": 6}),
    "no answer to anything": ("*", "drop", {"times": 0}),
}
FORGETS = "Google forgets its sync tokens"
OUTAGE_SECONDS = (3.0, 8.0)
STOPPED_SECONDS = (2.0, 14.0)
"""From less than a lease to longer than one."""


class Storm:
    """Strikes when asked. `struck` counts by name; Google's faults count their own firings."""

    def __init__(self, site: Site, *, seed: int) -> None:
        self._site, self._random = site, random.Random(seed)
        self._endings: list[tuple[float, Callable[[], object]]] = []
        self._faults: list[tuple[str, Fault]] = []
        self._bag: list[str] = []
        self.struck: Counter[str] = Counter()

    def strike(self) -> str:
        """Something breaks now; its name."""
        if not self._bag:
            self._bag = [*ACTS, *GOOGLE]
            self._random.shuffle(self._bag)
        name = self._bag.pop()
        self.struck[name] += 1
        ACTS[name](self) if name in ACTS else self._spoil(name)
        return name

    def tend(self) -> None:
        """Ends what is due to end."""
        due = [ending for at, ending in self._endings if at <= time.monotonic()]
        self._endings = [one for one in self._endings if one[0] > time.monotonic()]
        for ending in due:
            ending()

    def calm(self) -> None:
        """Everything that is broken is whole again."""
        for _, ending in self._endings:
            ending()
        self._endings = []
        self._site.emulator.google.faults.clear()

    def fired(self) -> Counter[str]:
        """How often each of Google's faults reached somebody."""
        firings: Counter[str] = Counter()
        for name, fault in self._faults:
            firings[name] += fault.fired
        return firings

    def _spoil(self, name: str) -> None:
        method, kind, wish = GOOGLE[name]
        google = self._site.emulator.google
        faults = google.faults
        fault = faults.add(method, kind, **wish)
        if method == "token":  # Else nobody would ask for one.
            for email in list(google.accounts):
                google.account(email).expire_access_tokens()
        self._faults.append((name, fault))
        self._later(OUTAGE_SECONDS, lambda: faults.remove(fault))

    def _kill_a_worker(self) -> None:
        self._signal(signal.SIGKILL)

    def _stop_a_worker(self) -> None:
        pid = self._signal(signal.SIGSTOP)
        if pid is not None:
            self._later(STOPPED_SECONDS, lambda: _send(pid, signal.SIGCONT))

    def _kill_the_pool(self) -> None:
        self._site.kill("workers")

    def _kill_the_clock(self) -> None:
        self._site.kill("scheduler")

    def _kill_the_web(self) -> None:
        self._site.kill("web")

    def _flush_the_queue(self) -> None:
        self._site.flush_valkey()

    def _restart_the_queue(self) -> None:
        self._site.restart_valkey()

    def _forget_sync_tokens(self) -> None:
        """Once: what is forgotten again within the hour is waited for, for as long (F39)."""
        if self.struck[FORGETS] == 1:
            self._site.emulator.google.expire_all_sync_tokens()

    def _signal(self, number: signal.Signals) -> int | None:
        workers = self._site.workers()
        if not workers:
            return None
        pid = self._random.choice(workers)
        _send(pid, number)
        return pid

    def _later(self, seconds: tuple[float, float], ending: Callable[[], object]) -> None:
        self._endings.append((time.monotonic() + self._random.uniform(*seconds), ending))


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


ACTS: dict[str, Callable[[Storm], None]] = {
    "a worker is killed": Storm._kill_a_worker,
    "a worker is stopped": Storm._stop_a_worker,
    "all workers are killed": Storm._kill_the_pool,
    "the clock process is killed": Storm._kill_the_clock,
    "the web is killed": Storm._kill_the_web,
    "the queue is flushed": Storm._flush_the_queue,
    "the queue is restarted": Storm._restart_the_queue,
    FORGETS: Storm._forget_sync_tokens,
}
