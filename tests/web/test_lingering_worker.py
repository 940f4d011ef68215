"""A thread that stays with its connection for a moment, and lets nobody wait for it."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from demo.ports import any_free_port, is_free
from tests.jobs.conftest import eventually

ROOT = Path(__file__).parents[2]
QUESTIONS = 30


def answer_with_the_thread(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The WSGI application that is served here."""
    name = threading.current_thread().name.encode()
    start_response("200 OK", [("Content-Length", str(len(name)))])
    return [name]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where gunicorn serves with one process and two threads."""
    found = any_free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "--threads", "2", "-b"]
    command += [f"127.0.0.1:{found}", "tests.web.test_lingering_worker:answer_with_the_thread"]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: not is_free(found), what="gunicorn answers")
        yield found
    finally:
        server.terminate()
        server.wait()


def test_who_asks_again_at_once_meets_the_same_thread(port: int) -> None:
    """Most of the time: a slow machine may take longer than the moment."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        threads = [asked(connection) for _ in range(QUESTIONS)]
    assert sum(one == other for one, other in itertools.pairwise(threads)) > QUESTIONS / 2


def test_more_connections_than_threads_are_all_answered(port: int) -> None:
    with ExitStack() as stack:
        opened = [HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(8)]
        connections = [stack.enter_context(closing(one)) for one in opened]
        for connection in connections * 3:
            assert asked(connection)


def test_a_connection_that_ends_does_the_worker_no_harm(port: int) -> None:
    for _ in range(6):
        with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            assert asked(connection)


def asked(connection: HTTPConnection) -> bytes:
    """The thread that answered."""
    connection.request("GET", "/")
    return connection.getresponse().read()
