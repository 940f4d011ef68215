"""The stand-in's clock: real time plus an offset that tests can move, or frozen, and a strictly
rising stamp.

Every etag and every place in a change log is a stamp (microseconds since 1970), so two changes
never share one unless one operation made both (GOOGLE.md 3.1, 11.5).
"""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

BASE32HEX = "0123456789abcdefghijklmnopqrstuv"


class Clock:
    """Tells the time as Google sees it."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self.frozen_at: datetime | None = None
        self._last_stamp = 0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present moment, aware UTC."""
        return self.frozen_at if self.frozen_at is not None else datetime.now(UTC) + self.offset

    def stamp(self) -> int:
        """A new stamp, larger than every earlier one even when the clock was set back."""
        with self._lock:
            self._last_stamp = max(int(self.now().timestamp() * 1_000_000), self._last_stamp + 1)
            return self._last_stamp

    def remember(self, stamp: int) -> None:
        """Never fall behind a stamp that was read from a saved state."""
        with self._lock:
            self._last_stamp = max(self._last_stamp, stamp)

    def move(self, by: timedelta) -> None:
        """Jump by this much (negative goes back)."""
        if self.frozen_at is not None:
            self.frozen_at += by
        self.offset += by

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still at this moment (aware) or at the present one."""
        self.frozen_at = (at or self.now()).astimezone(UTC)

    def run(self) -> None:
        """Tick again from where the clock stands."""
        if self.frozen_at is not None:
            self.offset = self.frozen_at - datetime.now(UTC)
            self.frozen_at = None


class Dice:
    """Every random choice of the stand-in, repeatable from one seed."""

    def __init__(self, seed: int | None = None) -> None:
        self._seed = seed
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing

    def apart(self, purpose: str) -> random.Random:
        """Dice of its own for one purpose, so that its throws do not disturb the others."""
        seed = None if self._seed is None else f"{self._seed} {purpose}"
        return random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing

    def event_id(self) -> str:
        """26 characters of base32hex, as Google's own ids."""
        return "".join(self.random.choices(BASE32HEX, k=26))

    def hex(self, length: int) -> str:
        return "".join(self.random.choices("0123456789abcdef", k=length))

    def secret(self, length: int) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return "".join(self.random.choices(alphabet, k=length))
