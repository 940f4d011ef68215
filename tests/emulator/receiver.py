"""A web server of an app that receives push messages and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """`messages` holds the headers of every POST; `statuses` are used up before `status`."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.status = 204
        self.statuses: list[int] = []
        self.robots = ""
        self.url = ""

    def states(self) -> list[str]:
        return [message["X-Goog-Resource-State"] for message in self.messages]

    def numbers(self) -> list[int]:
        return [int(message["X-Goog-Message-Number"]) for message in self.messages]

    def take(self, headers: dict[str, str]) -> int:
        self.messages.append(headers)
        return self.statuses.pop(0) if self.statuses else self.status


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free loopback port while the block runs."""
    receiver = Receiver()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(receiver.take(dict(self.headers)))
            self.send_header("Location", receiver.url + "/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200 if receiver.robots else 404)
            self.end_headers()
            self.wfile.write(receiver.robots.encode())

        def log_message(self, format: str, *args: object) -> None:
            """The test looks at the messages themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
