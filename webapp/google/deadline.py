"""A `requests` adapter that ends every call by the clock on the wall and by size.

The timeout of `requests` is per read of the socket: a server that sends a byte now and then holds
a worker for ever (F33). Here every read of the answer, its headers included, gets what is left of
the whole call's time; the body is read at once, decompressed, up to a limit (F34). Redirects are
not followed: Google's API has none, and a token must not travel elsewhere.
"""

import http.client
import io
import socket
import time
from contextvars import ContextVar
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import RequestException
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 5.0
CALL_SECONDS = 30.0
LARGEST_ANSWER = 25 * 1024 * 1024
PIECE = 64 * 1024

_ends_at: ContextVar[float] = ContextVar("ends_at")


class AnswerTooLarge(RequestException):
    """The decompressed body is larger than any answer of Google's that we ask for."""


class RedirectRefused(RequestException):
    """The server pointed somewhere else."""


class DeadlineAdapter(HTTPAdapter):
    """Every call through it ends within `call_seconds`, however the other side behaves."""

    def __init__(
        self, *, call_seconds: float = CALL_SECONDS, largest_answer: int = LARGEST_ANSWER
    ) -> None:
        super().__init__()
        self._call_seconds = call_seconds
        self._largest_answer = largest_answer
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def send(self, request: PreparedRequest, *_: Any, **options: Any) -> Response:
        """Sends and reads the whole answer. Raises `RequestException` for every failure."""
        options.update(stream=True, timeout=(CONNECT_SECONDS, self._call_seconds), proxies={})
        before = _ends_at.set(time.monotonic() + self._call_seconds)
        try:
            response = super().send(request, **options)
            response._content = self._body(response)
        finally:
            _ends_at.reset(before)
        if response.is_redirect:
            raise RedirectRefused(response=response)
        return response

    def _body(self, response: Response) -> bytes:
        body = bytearray()
        try:
            for piece in response.iter_content(PIECE):
                body += piece
                if len(body) > self._largest_answer:
                    raise AnswerTooLarge()
        except RequestException:
            response.close()
            raise
        except (HTTPError, OSError) as lost:
            response.close()
            raise NoConnection() from lost
        return bytes(body)


class _ClockedReads(io.RawIOBase):
    """The reading end of a connection, which has no more time than the call has."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._reads = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _ends_at.get() - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call has no time left")
        self._connection.settimeout(left)
        return self._reads.readinto(buffer)

    def close(self) -> None:
        self._reads.close()
        super().close()


class _Clocked:
    """A connection, as far as an answer needs one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_ClockedReads(self._connection))


class _ClockedResponse(http.client.HTTPResponse):
    """Reads status, headers and body by the clock."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(_Clocked(sock), *args, **options)  # type: ignore[arg-type]


class _Connection(HTTPConnection):
    response_class = _ClockedResponse


class _TlsConnection(HTTPSConnection):
    response_class = _ClockedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
