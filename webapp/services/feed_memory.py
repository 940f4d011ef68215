"""The calendars of the feeds that this process answered last. Never the truth: revisions decide."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

MOST_FEEDS = 128
MOST_OCTETS = 96_000_000

Kept = TypeVar("Kept")


@dataclass(slots=True)
class _Shelf(Generic[Kept]):
    """One feed's place: whoever works on it holds its lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: Kept | None = None
    octets: int = 0


class FeedMemory(Generic[Kept]):
    """Calendars by link. The least read ones go when there are too many, or they are too large."""

    def __init__(self, most: int = MOST_FEEDS, octets: int = MOST_OCTETS) -> None:
        self._most, self._most_octets = most, octets
        self._shelves: OrderedDict[str, _Shelf[Kept]] = OrderedDict()
        self._lock = threading.Lock()

    def renew(
        self, link_id: str, renewed: Callable[[Kept | None], Kept], size: Callable[[Kept], int]
    ) -> Kept:
        """What `renewed` makes of what was kept; one thread at a time for each link."""
        with self._lock:
            shelf = self._shelves.setdefault(link_id, _Shelf())
            self._shelves.move_to_end(link_id)
        with shelf.lock:
            shelf.kept = kept = renewed(shelf.kept)
            shelf.octets = size(kept)
        self._tidy()
        return kept

    def peek(self, link_id: str) -> Kept | None:
        """What is kept now, as it is."""
        with self._lock:
            shelf = self._shelves.get(link_id)
        return shelf.kept if shelf is not None else None

    def clear(self) -> None:
        """Forgets everything, as a new process does."""
        with self._lock:
            self._shelves.clear()

    def _tidy(self) -> None:
        with self._lock:
            octets = sum(shelf.octets for shelf in self._shelves.values())
            while len(self._shelves) > 1 and (
                len(self._shelves) > self._most or octets > self._most_octets
            ):
                _, shelf = self._shelves.popitem(last=False)
                octets -= shelf.octets
