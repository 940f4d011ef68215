"""Names as they stand in an address that people read and type."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 48
_OTHERS = re.compile(r"[^a-z0-9]+")


def slug(name: str, *, instead: str, taken: Collection[str] = ()) -> str:
    """ "Harbour Practice" is "harbour-practice"; `instead` for a name without a Latin letter.

    One that is in `taken` gets the next number.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = _OTHERS.sub("-", plain)[:LONGEST].strip("-") or instead
    numbered, number = found, 1
    while numbered in taken:
        number += 1
        numbered = f"{found}-{number}"
    return numbered
