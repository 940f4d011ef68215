"""An answer's JSON: read whole, whatever its size, and without a search for circles in it."""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from webapp.google.answers import Answer
from webapp.google.errors import Unavailable

PAGE = {"items": [{"id": f"{n}", "start": {}, "end": {}} for n in range(2500)]}


def test_a_page_of_events_is_read_without_a_collection() -> None:
    """At most the one that was due comes when it is there; else there would be eleven."""
    answer = Answer(200, {}, json.dumps(PAGE).encode())
    with collections() as begun:
        value = answer.value()
    assert value == PAGE
    assert begun in ([], ["0"])


@pytest.mark.parametrize("body", [b"{}", b"no JSON at all"])
def test_afterwards_collections_go_on_as_before(body: bytes) -> None:
    for way in (gc.enable, gc.disable):
        way()
        was_enabled = gc.isenabled()
        try:
            Answer(200, {}, body).value()
        except Unavailable:
            pass
        finally:
            still_enabled = gc.isenabled()
            gc.enable()
        assert still_enabled is was_enabled


@contextmanager
def collections() -> Iterator[list[str]]:
    """Which collections begin meanwhile, of whichever generation."""
    begun: list[str] = []

    def note(phase: str, about: dict[str, Any]) -> None:
        if phase == "start":
            begun.append(str(about["generation"]))

    gc.collect()
    gc.callbacks.append(note)
    yield begun
    gc.callbacks.remove(note)
