"""What a listing holds on to while it is read, and in which order it gives it back."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

from webapp.sync.staging import LARGEST_PACK, Staged

PAGE = 2500
BYTES_OF_AN_ITEM = 200
"""At most, staged: as a dict it has ten times as many."""


def test_items_come_masters_first_then_exceptions_then_what_is_cancelled() -> None:
    """F49, Q6: in whatever order Google sent them, and on whichever page."""
    gone: dict[str, Any] = {"id": "gone", "status": "cancelled"}
    moved = {"id": "m_1", "recurringEventId": "m"}
    staged = Staged([gone, moved])
    staged.add([{"id": "m"}, {"id": "single"}])
    assert [item["id"] for item in staged] == ["m", "single", "m_1", "gone"]


def test_of_an_item_that_comes_again_the_later_one_counts() -> None:
    """On another page (F40), also as another kind, and within a page; each is counted once."""
    staged = Staged([{"id": "a", "summary": "Old"}, {"id": "b"}])
    assert len(staged) == 2
    staged.add([{"id": "a"}, {"id": "a", "summary": "New"}, {"id": "b", "status": "cancelled"}])
    assert list(staged) == [{"id": "a", "summary": "New"}, {"id": "b", "status": "cancelled"}]
    assert (len(staged), set(staged.ids)) == (2, {"a", "b"})


def test_portions_are_small_however_large_the_pages_are() -> None:
    staged = Staged([{"id": f"{n}"} for n in range(LARGEST_PACK + 1)])
    assert [len(portion) for portion in staged.portions()] == [LARGEST_PACK, 1]


def test_a_page_that_was_read_leaves_little_behind() -> None:
    """A calendar of ten thousand events must not take the worker's memory (F95)."""
    tracemalloc.start()
    try:
        staged = Staged()
        for page in pages(4):
            staged.add(page)
        del page
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(staged) == 4 * PAGE
    assert held < 4 * PAGE * BYTES_OF_AN_ITEM


def pages(count: int) -> Iterator[list[dict[str, Any]]]:
    """Pages as Google sends them, each made when it is asked for."""
    for page in range(count):
        yield [event(f"{page}x{number}") for number in range(PAGE)]


def event(name: str) -> dict[str, Any]:
    """What a listing of times and titles has of an event."""
    return {
        "id": f"0v09mpnhq1gg5oaq5{name}",
        "etag": f'"{hash(name)}"',
        "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid=MHYwOW1wbmhxMWdnNW9hcTVj{name}",
        "iCalUID": f"0v09mpnhq1gg5oaq5{name}@google.com",
        "summary": f"Event {name}",
        "location": "Room 2",
        "start": {"dateTime": "2026-01-05T08:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-01-05T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    }
