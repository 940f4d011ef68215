"""Who may write to a SQLite file next: first come, first served, in all processes.

SQLite lets one writer in at a time. Whoever finds the door closed asks again after a while, up to a
tenth of a second later, and gets in when that happens to be a good moment: with twenty people at
once somebody always waits longer than a person would (F79). So writers queue up before they ask.
In a process they stand in a line. Between processes there are two locks on files beside the
database: only who holds `next` may wait for `turn`, so that a process with a long line of its own
does not go ahead of another that is waiting.

This is courtesy, not safety: what keeps writers apart is SQLite's own lock (db/engine.py).
"""

import fcntl
import os
import threading
import time
import weakref
from collections import deque
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import TimeoutError as NoConnection

PATIENCE_SECONDS = 5.0
LOOKS_AGAIN_SECONDS = 0.001
IS_NEXT, HAS_TURN = "-next", "-turn"
_IN_TURN = "writes"


class WaitedTooLong(NoConnection):
    """Others have been writing for longer than a person waits. Nothing was changed."""


class WritersQueue:
    """The queue in front of one database file; without a path, of this process alone."""

    def __init__(self, path: str | None, *, patience: float = PATIENCE_SECONDS) -> None:
        """`patience` is in seconds."""
        self._patience = patience
        self._line = _Line()
        self._doors = _Doors(path) if path and path != ":memory:" else None
        _queues.add(self)

    @property
    def waiting(self) -> int:
        """How many threads of this process stand in line, whoever has the turn left out."""
        return self._line.waiting

    def enter(self) -> None:
        """Comes back when it is the caller's turn. Raises `WaitedTooLong`."""
        deadline = time.monotonic() + self._patience
        self._line.enter(deadline)
        with ExitStack() as refused:
            refused.callback(self._line.leave)
            if self._doors is not None:
                self._doors.enter(deadline)
            refused.pop_all()

    def leave(self) -> None:
        """The next one's turn."""
        if self._doors is not None:
            self._doors.leave()
        self._line.leave()

    def begin_anew(self) -> None:
        """In a child process: its parent's threads are not here, and its locks not the child's.

        A lock on a file is held until everybody who has inherited it lets go, so a child that lives
        on would keep the turn of a parent that was killed in it.
        """
        self._line = _Line()
        if self._doors is not None:
            self._doors.close()


_queues: "weakref.WeakSet[WritersQueue]" = weakref.WeakSet()


def _begin_anew_in_child() -> None:
    for queue in _queues:
        queue.begin_anew()


os.register_at_fork(after_in_child=_begin_anew_in_child)


def queue_up(engine: Engine) -> None:
    """From now on every writing transaction of `engine` waits for its turn before it begins, and
    keeps it until its connection goes back to the pool."""
    queue = WritersQueue(engine.url.database)

    def begin(connection: Connection) -> None:
        lent = connection.connection.record_info
        if is_read_only(connection) or lent is None or _IN_TURN in lent:
            return
        queue.enter()
        lent[_IN_TURN] = True

    def come_back(_connection: Any, record: Any) -> None:
        if record.record_info.pop(_IN_TURN, False):
            queue.leave()

    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", come_back)


def is_read_only(connection: Connection) -> bool:
    """Whether nothing will be written over it, so that it need not queue."""
    return bool(connection.get_execution_options().get("is_read_only", False))


class _Line:
    """Threads in the order in which they came."""

    def __init__(self) -> None:
        self._change = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def enter(self, deadline: float) -> None:
        with self._change:
            if not self._is_taken:
                self._is_taken = True
                return
            place = threading.Lock()
            place.acquire()
            self._waiting.append(place)
        if not place.acquire(timeout=max(0.0, deadline - time.monotonic())):
            self._give_up(place)

    def leave(self) -> None:
        with self._change:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False

    def _give_up(self, place: threading.Lock) -> None:
        with self._change:
            if place not in self._waiting:
                return  # Called at the very last moment.
            self._waiting.remove(place)
        raise WaitedTooLong


class _Doors:
    """One process among several; in each, one thread at a time."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._next = self._turn = -1
        self._closing = ExitStack()
        weakref.finalize(self, self._closing.close)

    def enter(self, deadline: float) -> None:
        self._open()
        _lock(self._next, deadline)
        try:
            _lock(self._turn, deadline)
        finally:
            fcntl.flock(self._next, fcntl.LOCK_UN)

    def leave(self) -> None:
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Lets go of the files, which are opened again for the next one who enters."""
        self._closing.close()
        self._next = self._turn = -1

    def _open(self) -> None:
        if self._turn == -1:
            self._next, self._turn = (self._file(suffix) for suffix in (IS_NEXT, HAS_TURN))

    def _file(self, suffix: str) -> int:
        opened = os.open(self._path + suffix, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._closing.callback(os.close, opened)
        return opened


def _lock(file: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise WaitedTooLong from None
            time.sleep(LOOKS_AGAIN_SECONDS)
        else:
            return
