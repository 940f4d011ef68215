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


@dataclass
class Quota:
    """Limits and what was spent. The per-calendar burst is off until a test sets it: no number is
    published.
    """

    per_user: int | None = 600
    per_project: int | None = 10_000
    calendar_writes_per_second: int | None = None
    refusal_status: int = 403
    _spent: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)

    def charge(self, *, user: str, project: str, units: int, now: float) -> None:
        """Take units from the user's and the project's minute; a refused call costs nothing
        more.
        """
        self._spend(
            f"user {user} {project}", units, now, self.per_user, 60.0, "userRateLimitExceeded"
        )
        self._spend(f"project {project}", units, now, self.per_project, 60.0, "rateLimitExceeded")

    def charge_write(self, *, calendar: str, now: float) -> None:
        """Count a write to one calendar against its burst limit."""
        limit = self.calendar_writes_per_second
        self._spend(f"calendar {calendar}", 1, now, limit, 1.0, "rateLimitExceeded")

    def lift(self) -> None:
        """No limits at all."""
        self.per_user = self.per_project = self.calendar_writes_per_second = None

    def _spend(
        self, key: str, units: int, now: float, limit: int | None, window: float, reason: str
    ) -> None:
        if limit is None:
            return
        spent = self._spent.setdefault(key, deque())
        while spent and (spent[0][0] <= now - window or spent[0][0] > now):
            self._totals[key] -= spent.popleft()[1]
        if self._totals.get(key, 0) + units > limit:
            raise errors.rate_limited(self.refusal_status, reason=reason)
        spent.append((now, units))
        self._totals[key] = self._totals.get(key, 0) + units
