"""Requests and answers as bytes, without a web framework: the batch needs them as much as the
server does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

JSON_TYPE = "application/json; charset=UTF-8"
NO_CACHE = "no-cache, no-store, max-age=0, must-revalidate"
HTML_PAGE = (
    b"<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title><p>That's an error."
)


@dataclass
class Request:
    """`path` is percent-encoded and has no query; header names are lower case."""

    http: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_batched: bool = False


@dataclass
class Response:
    """What goes back over the wire."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pause_seconds: float = 0.0
    """Between single bytes of the body, when a fault lets it drip."""


class ConnectionLost(Exception):
    """A fault wants this connection closed without an answer."""
