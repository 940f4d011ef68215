"""Many calls in one request: Google's multipart format, both ways (GOOGLE.md 7.4). Pure.

Parts are matched by Content-ID, never by order. A part that is missing or cannot be read has an
unknown outcome, like a call whose answer was lost.
"""

import email
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode

from requests.structures import CaseInsensitiveDict

from webapp.google.answers import Answer
from webapp.google.errors import NO_ANSWER, UNREADABLE_ANSWER, Unavailable

LARGEST_BATCH = 50
JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One request below the API's root. `etag` makes it conditional (If-Match)."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    etag: str = ""

    @property
    def address(self) -> str:
        """Path and query, every part of the path quoted: ids hold "@" and "#"."""
        path = "/".join(quote(part, safe="") for part in self.path)
        return f"{path}?{urlencode(self.query, doseq=True)}" if self.query else path

    @property
    def headers(self) -> dict[str, str]:
        """What the call needs besides authorization."""
        condition = {"If-Match": self.etag} if self.etag else {}
        return condition | ({"Content-Type": JSON_TYPE} if self.body is not None else {})

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        return None if self.body is None else json.dumps(self.body).encode()


def request_body(calls: Sequence[Call], *, root: str, boundary: str) -> bytes:
    """The multipart body; `root` is the path of the API's root, such as "/calendar/v3/"."""
    parts = [_part(call, f"item-{index}", root) for index, call in enumerate(calls)]
    opened = [f"--{boundary}\r\n".encode() + part for part in parts]
    return b"".join([*opened, f"--{boundary}--\r\n".encode()])


def answers(answer: Answer, *, count: int) -> list[Answer | Unavailable]:
    """The answers to `count` calls, in their order. Raises `Unavailable` without a multipart."""
    content_type = answer.headers.get("Content-Type", "")
    if not content_type.lower().startswith("multipart/"):
        raise Unavailable(UNREADABLE_ANSWER)
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    found = {_name(part): part for part in _parts(email.message_from_bytes(head + answer.body))}
    dates = {"Date": answer.headers.get("Date", "")}
    return [_answer(found.get(f"item-{index}"), dates) for index in range(count)]


def _part(call: Call, name: str, root: str) -> bytes:
    content = call.content or b""
    lines = [
        "Content-Type: application/http",
        f"Content-ID: <{name}>",
        "",
        f"{call.method} {root}{call.address} HTTP/1.1",
        *(f"{header}: {value}" for header, value in call.headers.items()),
        f"Content-Length: {len(content)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + content + b"\r\n"


def _parts(whole: Message) -> list[Message]:
    payload = whole.get_payload()
    parts = payload if isinstance(payload, list) else []
    return [part for part in parts if isinstance(part, Message)]


def _name(part: Message) -> str:
    return str(part.get("Content-ID", "")).strip("<> ").removeprefix("response-")


def _answer(part: Message | None, dates: Mapping[str, str]) -> Answer | Unavailable:
    if part is None:
        return Unavailable(NO_ANSWER)
    content = part.get_payload(decode=True)
    try:
        return _http_answer(content if isinstance(content, bytes) else b"", dates)
    except (ValueError, HTTPException):
        return Unavailable(UNREADABLE_ANSWER)


def _http_answer(content: bytes, dates: Mapping[str, str]) -> Answer:
    """An answer written out as HTTP/1.1. Raises ValueError."""
    line, _, rest = content.lstrip().partition(b"\n")
    _, status, *_ = line.split(maxsplit=2)
    message = email.message_from_bytes(rest)
    body = message.get_payload(decode=True)
    headers = CaseInsensitiveDict({**dates, **dict(message.items())})
    return Answer(int(status), headers, body if isinstance(body, bytes) else b"")
