"""Where somebody may be sent back to: an address of this app, and nothing else (S21)."""

from flask import current_app
from werkzeug.exceptions import HTTPException

HOME = "/"


def safe_address(wanted: str | None) -> str:
    """`wanted` when it is a path of a page of ours, else the start page.

    Browsers read "//" and "/\\" as another host and drop control characters, so one slash has to
    be followed by something harmless, and the path has to be one that our own router knows.
    """
    address = wanted or HOME
    path = address.partition("#")[0].partition("?")[0]
    is_plain = path.startswith("/") and not any(odd in path for odd in ("//", "\\", "/."))
    return address if is_plain and address.isprintable() and _is_a_page(path) else HOME


def _is_a_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
