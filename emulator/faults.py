"""Faults on demand: per method, per call index, by probability, before or after the commit.

A fault is a wish; the front door and the token endpoint ask here at every call and obey. Every
fault counts how often it fired, so that a test can prove it was reached (RELIABILITY.md 2).

kinds: error (status, reason, message) · oauth_error (the same in the token endpoint's form) · drop
(connection closed without an answer) · delay (seconds) · html · empty · truncated (half of the true
answer) · unauthorized (401 authError) · invalid_grant (token endpoint) · and those of `spoiling`,
which need the true answer. when: before (nothing has happened) · after (the work is done, only the
answer is spoilt).
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from emulator import spoiling
from emulator.calls import is_named

PLAIN_KINDS = ("error", "drop", "delay", "html", "empty", "truncated", "unauthorized")
OAUTH_KINDS = ("invalid_grant", "oauth_error")
KINDS = PLAIN_KINDS + OAUTH_KINDS + spoiling.KINDS


@dataclass
class Fault:
    """One wish. `at` lists 1-based indexes among the matching calls since it was set; `times`
    limits firings.
    """

    method: str
    kind: str = "error"
    when: str = "before"
    status: int = 503
    reason: str = "backendError"
    message: str = ""
    seconds: float = 0.0
    at: list[int] = field(default_factory=list)
    times: int | None = None
    probability: float | None = None
    user: str | None = None
    calendar: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.when not in ("before", "after"):
            raise ValueError(f"when must be before or after, not {self.when!r}")
        if self.kind in spoiling.KINDS:
            self.when = "after"
        if self.times is None and not self.at and self.probability is None:
            self.times = 1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """The wishes in force."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._lock = threading.Lock()
        self._number = 0
        self.wishes: list[Fault] = []

    def add(self, method: str, kind: str = "error", **wish: Any) -> Fault:
        """Set a fault for a method id or pattern (`calendar.events.insert`, `calendar.*`, `token`);
        returns it.

        Without `at`, `times` or `probability` it fires once, at the next matching call. `times=0`
        means no limit.
        """
        fault = Fault(method, kind, **wish)
        with self._lock:
            self._number += 1
            fault.number = self._number
            self.wishes.append(fault)
        return fault

    def due(self, method: str, *, user: str = "", calendar: str = "") -> list[Fault]:
        """The faults that strike this call; their counters have moved."""
        with self._lock:
            return [fault for fault in self.wishes if self._strikes(fault, method, user, calendar)]

    def remove(self, fault: Fault) -> None:
        with self._lock:
            self.wishes = [wish for wish in self.wishes if wish is not fault]

    def clear(self) -> None:
        with self._lock:
            self.wishes = []

    def _strikes(self, fault: Fault, method: str, user: str, calendar: str) -> bool:
        if not is_named(method, fault.method) or fault.user not in (None, user):
            return False
        if fault.calendar not in (None, calendar) or (fault.times and fault.fired >= fault.times):
            return False
        fault.seen += 1
        if fault.at and fault.seen not in fault.at:
            return False
        if fault.probability is not None and self._random.random() >= fault.probability:
            return False
        fault.fired += 1
        return True
