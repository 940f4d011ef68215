"""A calendar kept in parts, so that one changed event costs one rendering and one short joining.

Stable order: events by start and UID, a series before its moved occurrences, as one reader drops
those that come first. Not for several threads at once: its keeper locks it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webapp.feeds.blocks import Blocks, Place, gzip_member, pack
from webapp.feeds.event import FeedItem
from webapp.feeds.render import TAIL, FeedHead, Written, head_bytes, order, written
from webapp.feeds.zones import timezone_bytes

PACKED_TAIL = pack(TAIL)


@dataclass(frozen=True, slots=True)
class _Fragment:
    place: Place
    parts: tuple[Written, ...]


class Assembly:
    """The fragments of one calendar, by the key of the event each stands for."""

    def __init__(self, head: FeedHead) -> None:
        self._head = head_bytes(head)
        self._fragments: dict[str, _Fragment] = {}
        self._blocks = Blocks()
        self._zones: Counter[tuple[str, int]] = Counter()

    def put(self, key: str, items: Sequence[FeedItem]) -> None:
        """The event `key` is now these items, the series first; none takes it out."""
        self._drop(key)
        if not items:
            return
        parts = tuple(written(item) for item in items)
        fragment = _Fragment((*order(items[0]), key), parts)
        self._fragments[key] = fragment
        self._blocks.put(fragment.place, b"".join([part.octets for part in parts]))
        self._zones.update((part.place, part.first_year) for part in parts if part.place)

    def texts(self) -> list[bytes]:
        """The complete iCalendar object (RFC 5545 3.4) in a row of parts.

        Raises `UnknownTimeZone`.
        """
        return [self._beginning(), *self._blocks.texts(), TAIL]

    def packed(self) -> bytes:
        """The same as one gzip member; only blocks that changed are packed again."""
        return gzip_member([pack(self._beginning()), *self._blocks.packs(), PACKED_TAIL])

    def body(self) -> bytes:
        """The complete iCalendar object in one piece. Raises `UnknownTimeZone`."""
        return b"".join(self.texts())

    def _drop(self, key: str) -> None:
        fragment = self._fragments.pop(key, None)
        if fragment is None:
            return
        self._blocks.drop(fragment.place)
        self._zones.subtract((part.place, part.first_year) for part in fragment.parts if part.place)
        self._zones = +self._zones

    def _beginning(self) -> bytes:
        return b"".join([self._head, *self._zone_bytes()])

    def _zone_bytes(self) -> list[bytes]:
        """The VTIMEZONE of every zone in use, each from the year of its first event on."""
        first_years: dict[str, int] = {}
        for name, year in self._zones:
            first_years[name] = min(year, first_years.get(name, year))
        return [timezone_bytes(name, since_year=year) for name, year in sorted(first_years.items())]


def render(items: Iterable[FeedItem], *, head: FeedHead) -> bytes:
    """A calendar made at once. Raises `UnknownTimeZone`."""
    by_uid: dict[str, list[FeedItem]] = {}
    for item in items:
        by_uid.setdefault(item.uid, []).append(item)
    assembly = Assembly(head)
    for uid, group in by_uid.items():
        assembly.put(uid, sorted(group, key=lambda item: str(item.original_start or "")))
    return assembly.body()
