"""One field of what Google sends, whatever stands in it.

Every field may be missing or of another kind (GOOGLE.md 9, Q5 and Q30), and whoever can invite
somebody can write anything into its text: it is data, cut to size and put on one line.
"""

from collections.abc import Mapping
from typing import Any

from webapp.domain.plain_text import outside_line


def text(item: Mapping[str, Any], name: str) -> str:
    """A text without what no database stores: NUL and halves of surrogate pairs."""
    value = item.get(name)
    if not isinstance(value, str):
        return ""
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def line(item: Mapping[str, Any], name: str) -> str:
    """A text to be shown: one line, without control characters, of a bearable length."""
    return outside_line(text(item, name))


def link(item: Mapping[str, Any]) -> str:
    """The way to the event in Google; "" for an address that is not of the web."""
    address = text(item, "htmlLink")
    return address if address.startswith(("https://", "http://")) else ""


def inner(value: Any) -> Mapping[str, Any]:
    """An object within an item, empty where there is none."""
    return value if isinstance(value, dict) else {}
