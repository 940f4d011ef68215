"""Log lines: what may be in them, and what cannot get there (S39)."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from webapp.ops.logging import JsonLines, begin_request, begin_run, shortened

CANARY = "PHI-CANARY-7f3a"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own and what it wrote."""
    stream = io.StringIO()
    lines = logging.StreamHandler(stream)
    lines.setFormatter(JsonLines())
    logger = logging.getLogger("test.ops")
    logger.addHandler(lines)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(lines)
    begin_run("")


def test_a_line_is_one_json_object_with_the_ids_of_its_request_and_run(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = log
    begin_request("a-request-of-ours")
    begin_run("run-7")
    logger.warning("sync.pull.finished", extra={"count": 3})
    line = json.loads(stream.getvalue())
    assert line["event"] == "sync.pull.finished"
    assert (line["request_id"], line["run_id"], line["count"]) == ("a-request-of-ours", "run-7", 3)


def test_a_field_that_is_not_listed_is_dropped(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.warning("client.saved", extra={"client_name": CANARY, "title": CANARY})
    assert CANARY not in stream.getvalue()


def test_arguments_of_a_message_are_not_written(log: tuple[logging.Logger, io.StringIO]) -> None:
    """Other people's loggers put what they like into them."""
    logger, stream = log
    logger.warning("cannot read %s", CANARY)
    assert CANARY not in stream.getvalue()


def test_a_traceback_keeps_places_and_loses_its_message(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = log
    try:
        raise ValueError(f"no such client: {CANARY}")
    except ValueError:
        logger.exception("web.request.failed")
    line = json.loads(stream.getvalue())
    assert line["trace"][0] == "ValueError"
    assert "test_logging.py" in line["trace"][-1]
    assert CANARY not in stream.getvalue()


def test_line_breaks_cannot_forge_a_second_line(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.warning("web.request.finished", extra={"path": '/x\n{"event":"forged"}'})
    assert stream.getvalue().count("\n") == 1


def test_the_secret_of_a_feed_address_is_shortened() -> None:
    """R45."""
    path = "/feeds/AbCdEfGhIjKlMnOpQrStUv-_0123.ics"
    assert shortened(path) == "/feeds/AbCdEf….ics"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "spaces in it", "a\nb-and-more"])
def test_only_a_wellformed_request_id_is_taken_over(given: str) -> None:
    assert begin_request(given) != given
