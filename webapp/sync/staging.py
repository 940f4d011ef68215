"""The items of a listing while it is read: packed page by page, and given back in a fixed order.

Thousands of events as dicts take forty megabytes; packed they take four, and only one page at a
time is unpacked. Masters come first, then exceptions, then whatever is cancelled, in whatever order
Google sent them (F49, Q6). Of an item that comes twice the later one counts.
"""

import marshal
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

CANCELLED = "cancelled"

Item = Mapping[str, Any]
"""An event in Google's form: JSON values, and always an "id"."""


class Staged:
    """What one listing has brought so far. Can be gone through again and again."""

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self._packs: tuple[list[tuple[int, bytes]], ...] = ([], [], [])
        self._page_of: dict[str, int] = {}
        self._pages = 0
        self.has_marks = False
        """Whether any item carries private properties of some app, and so may be ours or a copy."""
        if items:
            self.add(items)

    @property
    def ids(self) -> Collection[str]:
        """Of every item, each once."""
        return self._page_of.keys()

    def __len__(self) -> int:
        return len(self._page_of)

    def __iter__(self) -> Iterator[Item]:
        for portion in self.portions():
            yield from portion

    def add(self, items: Sequence[Item]) -> None:
        """One more page. Its items are not held on to."""
        self._pages += 1
        last = {item["id"]: item for item in items}
        self.has_marks = self.has_marks or any("extendedProperties" in item for item in items)
        self._page_of.update(dict.fromkeys(last, self._pages))
        for order, packs in enumerate(self._packs):
            some = [dict(item) for item in last.values() if _order(item) == order]
            if some:
                packs.append((self._pages, marshal.dumps(some)))

    def portions(self) -> Iterator[list[Item]]:
        """The items, at most a page of them at a time."""
        for packs in self._packs:
            for page, packed in packs:
                items: list[Item] = marshal.loads(packed)  # noqa: S302 - packed by `add`.
                yield [item for item in items if self._page_of[item["id"]] == page]


def _order(item: Item) -> int:
    """0 for masters and single events, 1 for exceptions, 2 for tombstones."""
    if item.get("status") == CANCELLED:
        return 2
    return 1 if "recurringEventId" in item else 0
