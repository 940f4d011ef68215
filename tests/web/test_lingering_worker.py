"""A thread that stays with its connection for a moment, and lets nobody wait for it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from demo.ports import any_free_port, is_free
from tests.jobs.conftest import eventually

ROOT = Path(__file__).parents[2]
QUESTIONS = 30


@contextmanager
def gunicorn(*options: str) -> Iterator[int]:
    """The port where gunicorn serves with one process and two threads."""
    found = any_free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "--threads", "2", *options]
    command += ["-b", f"127.0.0.1:{found}", "tests.web.lingering:answer_with_the_thread"]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: not is_free(found), what="gunicorn answers")
        yield found
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """As it is set up for everybody."""
    with gunicorn() as found:
        yield found


def test_who_asks_again_at_once_meets_the_same_thread() -> None:
    with (
        gunicorn("-k", "tests.web.lingering.PatientWorker") as port,
        closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
    ):
        assert len({asked(connection) for _ in range(QUESTIONS)}) == 1


def test_what_was_loaded_before_the_workers_is_never_collected(port: int) -> None:
    """It would be looked at in the middle of somebody's request, and shared no more."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        assert int(asked(connection, "/frozen")) > 1_000


def test_more_connections_than_threads_are_all_answered(port: int) -> None:
    with ExitStack() as stack:
        opened = [HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(8)]
        connections = [stack.enter_context(closing(one)) for one in opened]
        for connection in connections * 3:
            assert asked(connection)


def test_a_connection_that_ends_does_the_worker_no_harm(port: int) -> None:
    for _ in range(6):
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            assert asked(connection)


def asked(connection: HTTPConnection, path: str = "/") -> bytes:
    """The thread that answered, or what else the path is about."""
    connection.request("GET", path)
    return connection.getresponse().read()
