"""How many passwords are hashed at once, and how many people may wait for that.

Each hash takes 19 MiB and tens of milliseconds of a processor. One at once leaves half of it to the
process's pages. Whoever waits keeps one of gunicorn's eight threads: without a limit, a flood of
sign-ins would keep all of them, and nobody else would see a page (RELIABILITY.md 5, "logins").
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from webapp.domain.errors import TooManyAtOnce

AT_ONCE, MOST = 1, 6


class HashingTurns:
    """`at_once` of them work, and with those that wait there are `most` in this process."""

    def __init__(self, *, at_once: int = AT_ONCE, most: int = MOST) -> None:
        self._here = threading.BoundedSemaphore(most)
        self._working = threading.BoundedSemaphore(at_once)

    @property
    def is_full(self) -> bool:
        """Whether the next one would find nowhere to wait."""
        has_room = self._here.acquire(blocking=False)
        if has_room:
            self._here.release()
        return not has_room

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn. Raises `TooManyAtOnce` when there are as many as may wait."""
        if not self._here.acquire(blocking=False):
            raise TooManyAtOnce
        try:
            with self._working:
                yield
        finally:
            self._here.release()
