"""A calendar in blocks is the same text, however it came about, and packs to the same bytes."""

import gzip
import random
import zlib

from hypothesis import given
from hypothesis import strategies as st

from webapp.feeds import blocks
from webapp.feeds.blocks import Blocks, gzip_member
from webapp.feeds.checksums import checked, checksum_of

numbers = st.integers(0, 60)


@given(st.lists(st.tuples(numbers, st.binary(max_size=20))), st.randoms())
def test_any_history_ends_in_the_same_blocks(
    history: list[tuple[int, bytes]], chance: random.Random
) -> None:
    """ICALENDAR.md A8, 2: in any process, gzip included."""
    followed, last = Blocks(), {}
    for number, piece in history:
        if number in last:
            followed.drop(place(number))
        followed.put(place(number), piece)
        last[number] = piece
        if chance.random() < 0.3:
            followed.packs()
    for number in [number for number in last if chance.random() < 0.3]:
        followed.drop(place(number))
        del last[number]
    begun = Blocks()
    for number in chance.sample(sorted(last), len(last)):
        begun.put(place(number), last[number])
    assert followed.texts() == begun.texts()
    assert b"".join(followed.texts()) == b"".join(last[number] for number in sorted(last))
    packed = gzip_member(followed.packs())
    assert packed == gzip_member(begun.packs())
    assert gzip.decompress(packed) == b"".join(begun.texts())


@given(st.lists(st.binary(max_size=300)))
def test_the_checksum_of_parts_is_that_of_the_whole(parts: list[bytes]) -> None:
    """RFC 1952 2.3.1: a reader refuses a body with another one."""
    known = [checked(zlib.crc32(part), len(part)) for part in parts]
    assert checksum_of(known) == zlib.crc32(b"".join(parts))


def test_the_checksum_of_large_parts_is_that_of_the_whole() -> None:
    parts = [bytes([number]) * 10 ** (number % 7) for number in range(20)]
    known = [checked(zlib.crc32(part), len(part)) for part in parts]
    assert checksum_of(known) == zlib.crc32(b"".join(parts))


def test_one_changed_piece_is_one_block_packed_again() -> None:
    large = Blocks()
    for number in range(3000):
        large.put(place(number), b"%d" % number)
    before = large.packs()
    large.drop(place(1500))
    large.put(place(1500), b"changed")
    after = large.packs()
    assert len(before) > 3000 / blocks.PIECES_IN_A_BLOCK / 3
    assert sum(one is not other for one, other in zip(before, after, strict=True)) == 1


def place(number: int) -> blocks.Place:
    """Where the piece stands; few enough keys that some begin a block."""
    return f"{number:06d}", "", str(number * 4001)
