"""The last rendering of each feed, in this process. Never the truth: its key decides (F107)."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_FEEDS = 128

Rendering = tuple[bytes, str]


class FeedMemory:
    """Renderings by link. One whose key no longer fits is made again; the least read ones go."""

    def __init__(self, most: int = MOST_FEEDS) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[Hashable, Rendering]] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, link_id: str, key: Hashable, make: Callable[[], Rendering]) -> Rendering:
        """The rendering for `key`, made outside the lock when it is not the one that is kept."""
        with self._lock:
            kept = self._kept.get(link_id)
            if kept is not None and kept[0] == key:
                self._kept.move_to_end(link_id)
                return kept[1]
        made = make()
        with self._lock:
            self._kept[link_id] = (key, made)
            self._kept.move_to_end(link_id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
