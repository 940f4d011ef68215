"""The items of a listing while it is read: packed, and given back in a fixed order.

Ten thousand events as dicts take twenty megabytes; packed they take one, and only some hundreds
at a time are unpacked. Masters come first, then exceptions, then whatever is cancelled, in whatever
order Google sent them (F49, Q6). Of an item that comes twice the later one counts.
"""

import marshal
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

CANCELLED = "cancelled"
LARGEST_PACK = 250

Item = Mapping[str, Any]
"""An event in Google's form: JSON values, and always an "id"."""


class Staged:
    """What one listing has brought so far. Can be gone through again and again."""

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self._packs: tuple[list[tuple[int, bytes]], ...] = ([], [], [])
        self._names: list[bytes] = []
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
        """One more page. Nothing of its items is held on to: a text here and there would keep the
        memory of the whole page."""
        self.__dict__.pop("_page_of", None)
        last = {item["id"]: item for item in items}
        self.has_marks = self.has_marks or any("extendedProperties" in item for item in items)
        for order, packs in enumerate(self._packs):
            some = [item for item in last.values() if _order(item) == order]
            for begin in range(0, len(some), LARGEST_PACK):
                packed = _packed(some[begin : begin + LARGEST_PACK])
                packs.append((len(self._names), packed))
        self._names.append(_packed(list(last)))

    def portions(self) -> Iterator[list[Item]]:
        """The items, at most some hundreds at a time."""
        for packs in self._packs:
            for page, packed in packs:
                items = _unpacked(packed)
                yield [item for item in items if self._page_of[item["id"]] == page]

    @cached_property
    def _page_of(self) -> dict[str, int]:
        """The last page that each item came with."""
        names = enumerate(map(_unpacked, self._names))
        return {name: page for page, some in names for name in some}


def _packed(values: list[Any]) -> bytes:
    return zlib.compress(marshal.dumps(values), level=1)


def _unpacked(packed: bytes) -> list[Any]:
    values: list[Any] = marshal.loads(zlib.decompress(packed))  # noqa: S302 - from `_packed`.
    return values


def _order(item: Item) -> int:
    """0 for masters and single events, 1 for exceptions, 2 for tombstones."""
    if item.get("status") == CANCELLED:
        return 2
    return 1 if "recurringEventId" in item else 0
