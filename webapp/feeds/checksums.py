"""The checksum of a long text from those of its parts, without looking at the text again.

CRC-32 (RFC 1952 8) is what is left of a polynomial over two divided by another one. To append
`length` octets multiplies what was there by x to the 8 times `length`; the rest is their own
checksum. A number's highest bit stands for x to the 0.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

DIVISOR = 0xEDB88320
ONE = 1 << 31
X = 1 << 30


class Checked(NamedTuple):
    """A part's CRC-32, how many octets it has, and what appending it multiplies by."""

    checksum: int
    octets: int
    factor: int


def checked(checksum: int, octets: int) -> Checked:
    """A part of which `zlib.crc32` is known."""
    return Checked(checksum, octets, _power(8 * octets))


def checksum_of(parts: Iterable[Checked]) -> int:
    """What `zlib.crc32` would say of all parts, one after the other."""
    found = 0
    for part in parts:
        found = _product(part.factor, found) ^ part.checksum
    return found


def _power(exponent: int) -> int:
    """x to the `exponent`, reduced."""
    found = ONE
    for bit in range(exponent.bit_length()):
        if exponent >> bit & 1:
            found = _product(_squared(bit), found)
    return found


@lru_cache(maxsize=64)
def _squared(times: int) -> int:
    """x, squared so many times."""
    return X if times == 0 else _product(_squared(times - 1), _squared(times - 1))


def _product(one: int, other: int) -> int:
    """Two polynomials multiplied, reduced by the divisor."""
    found, bit = 0, ONE
    while one:
        if one & bit:
            found ^= other
            one ^= bit
        bit >>= 1
        other = other >> 1 ^ DIVISOR if other & 1 else other >> 1
    return found
