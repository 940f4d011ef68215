"""Text that people typed, made safe for other calendars: one form, no control characters (F96).

Both sides of a comparison go through here, so that what Google tidied never looks like an edit.
"""

import re
import unicodedata

LONGEST_LINE = 1024
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029 ]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_REORDERING = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b\ufeff]")


def one_line(text: str, *, longest: int = LONGEST_LINE) -> str:
    """`text` in NFC on one line, without control characters or blanks at its ends, cut to size."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text[:longest].strip()
    line = _CONTROLS.sub("", _BREAKS.sub(" ", _composed(text)))
    return line[:longest].strip()


def outside_line(text: str, *, longest: int = LONGEST_LINE) -> str:
    """Text that anybody may have written, as `one_line`, and without the marks that make the words
    around it read in another order."""
    return one_line(text if text.isascii() else _REORDERING.sub("", text), longest=longest)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text))
