"""People and programs that ask over connections that stay open, in a process of their own.

It needs nothing but the standard library, so that the process is small and starts at once.
"""

import multiprocessing
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

FINE = (200, 204, 302, 303, 304)
AT_ONCE = 0.0
BROKEN = 0
"""The status of an answer that never came."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `fine` are the statuses that are no fault."""

    kind: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    fine: tuple[int, ...] = FINE


@dataclass(frozen=True, slots=True)
class Answered:
    """How one ended. `seconds` are since it was due, so that those that had to queue count."""

    kind: str
    status: int
    seconds: float
    octets: int
    is_fine: bool
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Beat:
    """`per_second` requests (`AT_ONCE`: as fast as they are answered) over `connections`."""

    per_second: float = AT_ONCE
    seconds: float = 60.0
    connections: int = 8
    is_repeated: bool = True
    """Begins anew when all were asked, until the time is over."""


class Asking:
    """Starts crowds. Use `running_askers`."""

    def __init__(self, pool: ProcessPoolExecutor, port: int) -> None:
        self._pool, self._port = pool, port

    def begin(self, asks: Sequence[Ask], beat: Beat, *, port: int = 0) -> Future[list[Answered]]:
        """Asks beside whatever happens meanwhile."""
        return self._pool.submit(ask_all, port or self._port, list(asks), beat)

    def ask(self, asks: Sequence[Ask], beat: Beat, *, port: int = 0) -> list[Answered]:
        """Comes back when the last was answered."""
        return self.begin(asks, beat, port=port).result()


@contextmanager
def running_askers(port: int) -> Iterator[Asking]:
    """Two processes that ask the server on this machine's `port`."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        yield Asking(pool, port)


def ask_all(port: int, asks: Sequence[Ask], beat: Beat) -> list[Answered]:
    """Every answer, in no order."""
    queue = _Queue(asks, beat)
    with ThreadPoolExecutor(beat.connections) as pool:
        crowd = [pool.submit(_one_connection, port, queue) for _ in range(beat.connections)]
        return [answer for one in crowd for answer in one.result()]


class _Queue:
    """Who asks what, and when."""

    def __init__(self, asks: Sequence[Ask], beat: Beat) -> None:
        self._asks, self._beat = asks, beat
        self._lock = threading.Lock()
        self._number = -1
        self._began = time.perf_counter()

    def next(self) -> tuple[Ask, float] | None:
        """The next request and when it is due; None when that would be too late, or was all."""
        with self._lock:
            self._number += 1
            number = self._number
        due = time.perf_counter()
        if self._beat.per_second:
            due = self._began + number / self._beat.per_second
        is_over = due >= self._began + self._beat.seconds
        if is_over or (number >= len(self._asks) and not self._beat.is_repeated):
            return None
        return self._asks[number % len(self._asks)], due


def _one_connection(port: int, queue: _Queue) -> list[Answered]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    answers: list[Answered] = []
    while (wanted := queue.next()) is not None:
        ask, due = wanted
        time.sleep(max(0.0, due - time.perf_counter()))
        answers.append(_answered(connection, ask, due))
    connection.close()
    return answers


def _answered(connection: HTTPConnection, ask: Ask, due: float) -> Answered:
    status, octets, etag = BROKEN, 0, ""
    for _ in range(2):  # The server closes a connection that was quiet for two seconds.
        try:
            status, octets, etag = _sent(connection, ask)
            break
        except (OSError, HTTPException):
            connection.close()
    seconds = time.perf_counter() - due
    return Answered(ask.kind, status, seconds, octets, status in ask.fine, etag)


def _sent(connection: HTTPConnection, ask: Ask) -> tuple[int, int, str]:
    method = "GET" if ask.body is None else "POST"
    connection.request(method, ask.path, body=ask.body, headers=dict(ask.headers))
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, len(body), answer.getheader("ETag") or ""
