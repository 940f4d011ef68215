"""How long answers take: nothing, a fixed time, or the distributions of GOOGLE.md 10.

Those are assumptions, not measurements; no throughput of Google follows from them. The time is
slept, or passes on the stand-in's clock when `moves_clock` is set, so that tests need not wait.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from emulator.calls import is_named
from emulator.clock import Clock

TAIL_RATE = 0.01
TAIL_SECONDS = (2.0, 5.0)
SMALL_PAGE, LARGE_PAGE = 250, 2500
PART_SECONDS = (0.06, 0.12)
"""One write within a batch: fifty take three to six seconds."""


@dataclass(frozen=True)
class Span:
    """Mean and spread in seconds; `large` is the mean of a full page of 2,500 items."""

    method: str
    mean: float
    spread: float = 0.0
    large: float = 0.0


GOOGLE = [
    Span("calendar.*.list", 0.12, 0.06, large=0.9),
    Span("calendar.events.instances", 0.12, 0.06, large=0.9),
    Span("calendar.calendars.insert", 0.6, 0.2),
    Span("calendar.*.watch", 0.3, 0.1),
    Span("calendar.*.delete", 0.18, 0.08),
    Span("calendar.*.insert", 0.25, 0.12),
    Span("calendar.*.import", 0.25, 0.12),
    Span("calendar.*.update", 0.25, 0.12),
    Span("calendar.*.patch", 0.25, 0.12),
    Span("calendar.*.move", 0.25, 0.12),
    Span("calendar.*.quickAdd", 0.25, 0.12),
    Span("token", 0.15, 0.05),
    Span("revoke", 0.15, 0.05),
    Span("*", 0.08, 0.03),
]


class Latency:
    """`use("google")`, `use("off")` or `use(0.2)` seconds for every call."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock, self._random = clock, random
        self.profile: str | float = "off"
        self.moves_clock = False

    def use(self, profile: str | float, *, moves_clock: bool | None = None) -> None:
        """`google`, `off`, or a fixed number of seconds (a number in text will do)."""
        if isinstance(profile, str) and profile not in ("google", "off"):
            profile = float(profile)
        if isinstance(profile, float | int) and not 0 <= profile <= 600:
            raise ValueError("a fixed latency lies between 0 and 600 seconds")
        self.profile = profile
        self.moves_clock = self.moves_clock if moves_clock is None else moves_clock

    def pass_time(self, method_id: str, *, items: int = 0, parts: int = 0) -> float:
        """Let a call's time go by; `items` of its page, `parts` of a batch. Returns the seconds."""
        seconds = self.draw(method_id, items=items, parts=parts)
        if seconds and self.moves_clock:
            self._clock.move(timedelta(seconds=seconds))
        elif seconds:
            time.sleep(seconds)
        return seconds

    def draw(self, method_id: str, *, items: int = 0, parts: int = 0) -> float:
        """The seconds of one call; with the profile `google` one in a hundred takes 2 to 5."""
        if isinstance(self.profile, float | int):
            return float(self.profile)
        if self.profile == "off":
            return 0.0
        if self._random.random() < TAIL_RATE:
            return self._random.uniform(*TAIL_SECONDS)
        if parts:
            return sum(self._random.uniform(*PART_SECONDS) for _ in range(parts))
        span = next(span for span in GOOGLE if is_named(method_id, span.method))
        mean = span.mean + _share_of_page(items) * max(0.0, span.large - span.mean)
        return mean + self._random.uniform(-span.spread, span.spread)


def _share_of_page(items: int) -> float:
    return min(1.0, max(0, items - SMALL_PAGE) / (LARGE_PAGE - SMALL_PAGE))
