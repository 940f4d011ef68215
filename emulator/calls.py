"""The log of calls: who asked what, what it cost and how it ended. Bodies only when asked for.

Made for API budgets in tests (`google.calls.count("calendar.events.insert")`) and for a person who
wonders.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any


def is_named(method_id: str, pattern: str) -> bool:
    """Whether a pattern means this method: `token` means `token.refresh` too, `calendar.*` all
    calls.
    """
    return fnmatchcase(method_id, pattern) or method_id.startswith(pattern + ".")


@dataclass
class Call:
    """One request (or one part of a batch) as it was answered."""

    number: int
    at: str
    method: str
    path: str
    method_id: str
    user: str = ""
    client: str = ""
    calendar: str = ""
    units: int = 0
    status: int = 0
    reason: str = ""
    fault: str = ""
    note: str = ""
    is_batched: bool = False
    query: str = ""
    request_body: str | None = None
    response_body: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


class CallLog:
    """Calls in order, newest last; the oldest are forgotten beyond `keep`."""

    def __init__(self, keep: int = 200_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self._lock = threading.Lock()
        self._number = 0
        self.keep_bodies = False

    def open(self, *, at: str, method: str, path: str, method_id: str = "") -> Call:
        """Start an entry; the caller fills in the outcome."""
        with self._lock:
            self._number += 1
            call = Call(self._number, at, method, path, method_id)
            self._calls.append(call)
            return call

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def select(
        self, method_id: str = "*", *, user: str | None = None, since: int = 0
    ) -> list[Call]:
        """Calls whose method id matches the pattern, later than call number `since`."""
        return [
            call
            for call in self
            if call.number > since
            and is_named(call.method_id, method_id)
            and user in (None, call.user)
        ]

    def count(self, method_id: str = "*", *, user: str | None = None, since: int = 0) -> int:
        return len(self.select(method_id, user=user, since=since))

    def units(self, method_id: str = "*", *, user: str | None = None, since: int = 0) -> int:
        """Quota units spent (PATCH costs three; GOOGLE.md 7.1)."""
        return sum(call.units for call in self.select(method_id, user=user, since=since))

    def mark(self) -> int:
        """The number of the newest call, to pass as `since`."""
        return self._number

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
