"""What `make load` says is what was measured: its judge fails whatever must not be."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.load.asking import BROKEN, Answered, Ask, Beat, ask_all
from benchmarks.load.rates import faults_of, percentile
from benchmarks.load.targets import LoadReport, Row


class Door(BaseHTTPRequestHandler):
    """Answers with the status that stands in the path; closes the door on 0."""

    def do_GET(self) -> None:
        """One answer."""
        status = int(self.path.strip("/"))
        if status == BROKEN:
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Where the door is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_each_is_asked_once_and_every_fault_is_told(port: int) -> None:
    asks = [Ask("page", f"/{status}") for status in (200, 503, 204, 0)]
    asks.append(Ask("page", "/409", fine=(409,)))
    answers = ask_all(port, asks, Beat(connections=2, is_repeated=False))
    assert sorted(answer.status for answer in answers) == [0, 200, 204, 409, 503]
    assert faults_of(answers) == ["1 answers were broken off", "1 answers were 503"]


def test_a_beat_sends_as_many_as_it_says_however_late(port: int) -> None:
    answers = ask_all(port, [Ask("page", "/200")], Beat(per_second=400, seconds=0.1))
    assert len(answers) == 40


def test_a_percentile_is_one_of_the_answers() -> None:
    answers = [Answered("page", 200, second, 0, is_fine=True) for second in range(1, 101)]
    assert [percentile(answers, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]


def test_enough_of_it_is_not_met_when_something_happened_that_must_not() -> None:
    rows = [
        Row("polls", "150/s", "170/s", share=1.1),
        Row("weeks", "30/s", "29/s", share=0.97),
        Row("race", "exactly 50", "50", share=1.0, faults=["1 answers were 500"]),
    ]
    report = LoadReport(rows, {"processors": 2})
    told = json.loads(report.line())
    assert [row["is_met"] for row in told["rows"]] == [True, False, False]
    assert "FAULT: 1 answers were 500" in report.table()
    assert "1 of 3 targets met" in report.table()
