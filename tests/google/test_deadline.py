"""Servers that behave badly on the wire: slow, endless, swollen, pointing elsewhere (F33, F34)."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests
from requests.exceptions import RequestException

from webapp.google.deadline import AnswerTooLarge, DeadlineAdapter, RedirectRefused

Speak = Callable[[socket.socket], None]


def test_an_ordinary_answer_arrives_whole() -> None:
    with speaking(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as address:
        assert session().get(address).content == b"{}"


def test_a_body_that_drips_ends_with_the_call() -> None:
    """F33: every single read is fast enough for a read timeout."""
    with speaking(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")) as address:
        assert seconds_until_failure(address) < 2


def test_headers_that_drip_end_with_the_call() -> None:
    with speaking(drips(b"HTTP/1.1 200 OK\r\nX-Slow: ")) as address:
        assert seconds_until_failure(address) < 2


def test_silence_ends_with_the_call() -> None:
    with speaking(lambda _: time.sleep(1.5)) as address:
        assert seconds_until_failure(address) < 2


def test_one_slow_call_takes_no_time_from_the_next() -> None:
    patient = session(call_seconds=1.0)
    with speaking(drips(b"HTTP/1.1 200 OK\r\nX-Slow: ")) as slow, pytest.raises(RequestException):
        patient.get(slow)
    with speaking(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as address:
        assert patient.get(address).content == b"{}"


def test_a_body_without_an_end_is_cut_off() -> None:
    with speaking(floods()) as address, pytest.raises(AnswerTooLarge):
        session(largest_answer=1_000_000).get(address)


def test_a_body_that_swells_when_unpacked_is_cut_off() -> None:
    """F34: 20 megabytes in 20 kilobytes."""
    bomb = gzip.compress(b"0" * 20_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    with speaking(says(head.encode() + bomb)) as address, pytest.raises(AnswerTooLarge):
        session(largest_answer=1_000_000).get(address)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"",
        b"nonsense\r\n\r\n",
    ],
)
def test_half_an_answer_is_no_answer(answer: bytes) -> None:
    """F34"""
    with speaking(says(answer)) as address, pytest.raises(RequestException):
        session().get(address)


def test_nobody_follows_a_redirect() -> None:
    """A bearer token must not travel to wherever an answer points."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with speaking(says(moved)) as address, pytest.raises(RedirectRefused):
        session().get(address)


def test_nobody_home_is_told_at_once() -> None:
    """F32"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(RequestException):
        session().get(f"http://127.0.0.1:{port}/")


def session(*, call_seconds: float = 1.0, largest_answer: int = 25_000_000) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    adapter = DeadlineAdapter(call_seconds=call_seconds, largest_answer=largest_answer)
    made.mount("http://", adapter)
    return made


def seconds_until_failure(address: str) -> float:
    began = time.monotonic()
    with pytest.raises(RequestException):
        session().get(address)
    return time.monotonic() - began


def says(answer: bytes) -> Speak:
    return lambda connection: connection.sendall(answer)


def drips(head: bytes) -> Speak:
    def speak(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(30):
            time.sleep(0.1)
            connection.sendall(b"x")

    return speak


def floods() -> Speak:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"0" * 100_000)

    return speak


@contextmanager
def speaking(speak: Speak) -> Iterator[str]:
    """The address of a server that hears one request and then speaks."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                speak(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(timeout=5)
