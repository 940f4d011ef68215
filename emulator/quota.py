"""Quota units in sliding minutes, per user and per project, and write bursts per calendar
(GOOGLE.md 7).

`charge` raises Google's refusal when a limit is passed. Limits are switches: set one to None to
lift it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from emulator import errors

PATCH_UNITS = 3
MINUTE, SECOND = 60.0, 1.0


@dataclass
class Quota:
    """Limits and what was spent. The per-calendar burst is off until a test or a profile sets it:
    no number is published (GOOGLE.md 7.2).
    """

    per_user: int | None = 600
    per_project: int | None = 10_000
    calendar_writes_per_second: int | None = None
    refusal_status: int = 403
    _spent: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)

    def charge(self, *, user: str, project: str, units: int, now: float) -> None:
        """Take units from the user's and the project's minute; a refused call costs nothing."""
        mine, all_of_us = f"user {user} {project}", f"project {project}"
        if not self._has_room(mine, units, now, self.per_user, MINUTE):
            raise errors.rate_limited(self.refusal_status, reason="userRateLimitExceeded")
        if not self._has_room(all_of_us, units, now, self.per_project, MINUTE):
            raise errors.rate_limited(self.refusal_status)
        self._spend(mine, units, now)
        self._spend(all_of_us, units, now)

    def charge_write(self, *, calendar: str, now: float) -> None:
        """Count a write to one calendar against its burst limit."""
        key = f"calendar {calendar}"
        if not self._has_room(key, 1, now, self.calendar_writes_per_second, SECOND):
            raise errors.rate_limited(self.refusal_status)
        self._spend(key, 1, now)

    def lift(self) -> None:
        """No limits at all."""
        self.per_user = self.per_project = self.calendar_writes_per_second = None

    def _has_room(self, key: str, units: int, now: float, limit: int | None, window: float) -> bool:
        spent = self._spent.setdefault(key, deque())
        while spent and (spent[0][0] <= now - window or spent[0][0] > now):
            self._totals[key] -= spent.popleft()[1]
        return limit is None or self._totals.get(key, 0) + units <= limit

    def _spend(self, key: str, units: int, now: float) -> None:
        self._spent[key].append((now, units))
        self._totals[key] = self._totals.get(key, 0) + units
