"""Many pieces of text in a stable order, joined and packed in blocks.

One changed piece costs joining and packing one block of a few hundred events, not a whole calendar.
Where blocks begin depends on the pieces alone, so the same pieces are packed to the same bytes in
every process. Not for several threads at once: its keeper locks it.
"""

import zlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import NamedTuple

from webapp.feeds.checksums import Checked, checked, checksum_of

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


class Pack(NamedTuple):
    """A text deflated by itself, and what is to be known of the text."""

    deflated: bytes
    text: Checked


class Blocks:
    """Pieces in the order of their places.

    `texts` and `packs` are kept until one of their pieces changes.
    """

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._pieces: list[bytes] = []
        self._starts: list[Place] = [BEGINNING]
        self._texts: dict[Place, bytes] = {}
        self._packs: dict[Place, Pack] = {}

    def put(self, place: Place, piece: bytes) -> None:
        """Adds a piece at a place that is free."""
        at = bisect_left(self._places, place)
        self._places.insert(at, place)
        self._pieces.insert(at, piece)
        self._forget(place)
        if _begins_a_block(place):
            insort(self._starts, place)

    def drop(self, place: Place) -> None:
        """Takes a piece out."""
        at = bisect_left(self._places, place)
        del self._places[at], self._pieces[at]
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

    def packs(self) -> list[Pack]:
        """The same, each block deflated by itself, so that they can be put in a row."""
        for start, text in zip(self._starts, self.texts(), strict=True):
            if start not in self._packs:
                self._packs[start] = pack(text)
        return [self._packs[start] for start in self._starts]

    def _joined(self, number: int) -> bytes:
        first = bisect_left(self._places, self._starts[number])
        is_last = number + 1 == len(self._starts)
        end = None if is_last else bisect_left(self._places, self._starts[number + 1])
        return b"".join(self._pieces[first:end])

    def _forget(self, place: Place) -> None:
        """What was joined and packed of the block that `place` lies in."""
        start = self._starts[bisect_right(self._starts, place) - 1]
        self._texts.pop(start, None)
        self._packs.pop(start, None)


def pack(text: bytes) -> Pack:
    """`text` as a row of whole deflate blocks, without an end (RFC 1951)."""
    packing = zlib.compressobj(FASTEST, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = packing.compress(text) + packing.flush(zlib.Z_FULL_FLUSH)
    return Pack(deflated, checked(zlib.crc32(text), len(text)))


def gzip_member(packs: Sequence[Pack]) -> bytes:
    """The texts in `packs` as RFC 1952 has them, without looking at them again.

    In one piece: it is a tenth as long, and each piece is a call of its own to send.
    """
    checksum = checksum_of(one.text for one in packs)
    octets = sum(one.text.octets for one in packs) % 2**32
    tail = checksum.to_bytes(4, "little") + octets.to_bytes(4, "little")
    return b"".join([GZIP_HEAD, *(one.deflated for one in packs), DEFLATE_END, tail])


def _begins_a_block(place: Place) -> bool:
    return zlib.crc32(place[2].encode()) % PIECES_IN_A_BLOCK == 0
