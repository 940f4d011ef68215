"""Serving over real sockets: HTTP/1.1 with kept-alive connections, one thread per connection, in
this process.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler, select_address_family

from emulator.app import create_app
from emulator.google import Google

WAITING = 128
"""Connections that may wait to be taken."""


@dataclass(frozen=True)
class RunningEmulator:
    """A stand-in that answers now: `url` is its root, `google` its memory and controls."""

    url: str
    google: Google
    app: Flask


class QuietConnection(WSGIRequestHandler):
    """One client's connection; no line per request, no waiting of small packets for each other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def version_string(self) -> str:
        """The `Server` header of Google's front end (GOOGLE.md 6.1)."""
        return "ESF"

    def log(self, type: str, message: str, *args: object) -> None:
        """Calls have their own log."""

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """A fault or the client ended it."""


def make(app: Flask, *, host: str, port: int) -> ThreadedWSGIServer:
    """A bound server (port 0 takes a free one); `serve_forever` starts it. Raises OSError for a
    port that is taken.
    """
    # Bound here, because werkzeug would end the program in words of its own.
    with socket.create_server(
        (host, port), family=select_address_family(host, port), backlog=WAITING
    ) as listening:
        return ThreadedWSGIServer(host, port, app, handler=QuietConnection, fd=listening.fileno())


@contextmanager
def running_emulator(*, google: Google | None = None, port: int = 0) -> Iterator[RunningEmulator]:
    """Serve on 127.0.0.1 while the block runs."""
    google = google or Google()
    app = create_app(google)
    server = make(app, host="127.0.0.1", port=port)
    google.origin = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(
        target=server.serve_forever, args=(0.01,), daemon=True, name="emulator"
    )
    thread.start()
    try:
        yield RunningEmulator(google.origin, google, app)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        google.push.stop()
