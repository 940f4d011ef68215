"""Many pieces of text in a stable order, joined and packed in blocks.

One changed piece costs joining and packing one block of a few hundred events, not a whole calendar.
Where blocks begin depends on the pieces alone, so the same pieces are packed to the same bytes in
every process. Not for several threads at once: its keeper locks it.
"""

import zlib
from bisect import bisect_left, bisect_right, insort

Place = tuple[str, str, str]
"""Where a piece stands: start, UID, key."""

BEGINNING: Place = ("", "", "")
PIECES_IN_A_BLOCK = 256
"""On average: a piece begins a block when the checksum of its key says so."""

FASTEST = 1
"""Of the levels of deflate: calendars shrink to a tenth with any of them."""

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""RFC 1952 2.3: deflate, no name, no time, fastest, unknown system."""

DEFLATE_END = b"\x03\x00"
"""RFC 1951 3.2.3: an empty last block."""


class Blocks:
    """Pieces by place. `texts` and `packs` are kept until one of their pieces changes."""

    def __init__(self) -> None:
        self._pieces: dict[Place, bytes] = {}
        self._order: list[Place] = []
        self._starts: list[Place] = [BEGINNING]
        self._texts: dict[Place, bytes] = {}
        self._packs: dict[Place, bytes] = {}

    def put(self, place: Place, piece: bytes) -> None:
        """Adds a piece at a place that is free."""
        self._pieces[place] = piece
        insort(self._order, place)
        self._forget(place)
        if _begins_a_block(place):
            insort(self._starts, place)

    def drop(self, place: Place) -> None:
        """Takes a piece out."""
        del self._pieces[place]
        del self._order[bisect_left(self._order, place)]
        self._forget(place)
        if _begins_a_block(place):
            self._starts.remove(place)
            self._forget(place)

    def texts(self) -> list[bytes]:
        """The pieces in order, a block at a time."""
        for number, start in enumerate(self._starts):
            if start not in self._texts:
                self._texts[start] = self._joined(number)
        return [self._texts[start] for start in self._starts]

    def packs(self) -> list[bytes]:
        """The same, each block deflated by itself, so that they can be put in a row."""
        for start, text in zip(self._starts, self.texts(), strict=True):
            if start not in self._packs:
                self._packs[start] = deflated(text)
        return [self._packs[start] for start in self._starts]

    def _joined(self, number: int) -> bytes:
        first = bisect_left(self._order, self._starts[number])
        is_last = number + 1 == len(self._starts)
        end = None if is_last else bisect_left(self._order, self._starts[number + 1])
        return b"".join([self._pieces[place] for place in self._order[first:end]])

    def _forget(self, place: Place) -> None:
        """What was joined and packed of the block that `place` lies in."""
        start = self._starts[bisect_right(self._starts, place) - 1]
        self._texts.pop(start, None)
        self._packs.pop(start, None)


def deflated(text: bytes) -> bytes:
    """`text` as a row of whole deflate blocks, without an end (RFC 1951)."""
    packing = zlib.compressobj(FASTEST, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush(zlib.Z_FULL_FLUSH)


def gzip_parts(texts: list[bytes], packs: list[bytes]) -> list[bytes]:
    """One gzip member (RFC 1952) of `texts`, each of which `packs` holds deflated."""
    checksum = octets = 0
    for text in texts:
        checksum = zlib.crc32(text, checksum)
        octets += len(text)
    tail = checksum.to_bytes(4, "little") + (octets % 2**32).to_bytes(4, "little")
    return [GZIP_HEAD, *packs, DEFLATE_END, tail]


def _begins_a_block(place: Place) -> bool:
    return zlib.crc32(place[2].encode()) % PIECES_IN_A_BLOCK == 0
