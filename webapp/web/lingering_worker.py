"""Gunicorn's threaded worker, whose threads stay with a connection for a moment after an answer.

The usual one hands a connection back and forth between two threads for every request, which takes
longer than saying that nothing is new. Who asks twice over one connection, as browsers do and some
calendar programs, asks again at once: then the same thread answers. It never waits while somebody
else is waiting for a thread.
"""

import select
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker


class LingeringWorker(ThreadWorker):  # type: ignore[misc] # gunicorn ships no types.
    """As gthread, apart from the moment."""

    lingers_for_milliseconds = 2

    def handle(self, conn: TConn) -> Any:
        """Answers the requests of `conn` until none comes at once; then as gthread's."""
        kept = super().handle(conn)
        while kept is True and self._asks_again(conn):
            kept = super().handle(conn)
        return kept

    def _asks_again(self, conn: TConn) -> bool:
        if not self.alive or not self.tpool._work_queue.empty():
            return False
        waiting = select.poll()
        waiting.register(conn.sock, select.POLLIN)
        return bool(waiting.poll(self.lingers_for_milliseconds))
