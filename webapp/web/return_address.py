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
    if not address.startswith("/") or address[1:2] in ("/", "\\"):
        return HOME
    if not address.isprintable() or "\\" in address or not _is_a_page(address):
        return HOME
    return address


def _is_a_page(address: str) -> bool:
    path = address.partition("#")[0].partition("?")[0]
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
