"""One push message over the wire: headers, robots.txt, certificates, no redirects (GOOGLE.md 8.2).

Only the exchange; who gets what and when is decided in `push`.
"""

from __future__ import annotations

import ssl
from contextlib import closing
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit
from urllib.robotparser import RobotFileParser

from emulator.channels import Channel
from emulator.knobs import Knobs

AGENT = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"
FORBIDDEN_BY_ROBOTS = 403
LARGEST_ROBOTS = 500 * 1024


class Courier:
    """Delivers, and remembers each host's robots.txt as long as the program runs."""

    def __init__(self) -> None:
        self._rules: dict[str, RobotFileParser] = {}

    def deliver(self, channel: Channel, *, number: int, state: str, knobs: Knobs) -> int:
        """The receiver's status; 0 without an answer, 403 when its robots.txt forbids the address.

        A redirect is an answer like any other: it is not followed.
        """
        parts = urlsplit(channel.address)
        if knobs.push_obeys_robots and not self._may_call(parts, knobs):
            return FORBIDDEN_BY_ROBOTS
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        status, _ = _exchange(parts, "POST", path, _headers(channel, number, state), knobs)
        return status

    def _may_call(self, parts: SplitResult, knobs: Knobs) -> bool:
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            status, body = _exchange(parts, "GET", "/robots.txt", {"User-Agent": AGENT}, knobs)
            if status == 0:
                return True  # Nobody there: the message itself will find out.
            rules = RobotFileParser()
            rules.parse(body.decode(errors="replace").splitlines() if status == 200 else [])
            self._rules[origin] = rules
        return self._rules[origin].can_fetch("APIs-Google", parts.geturl())


def _headers(channel: Channel, number: int, state: str) -> dict[str, str]:
    headers = {
        "User-Agent": AGENT,
        "Accept": "*/*",
        "Content-Length": "0",
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Expiration": format_datetime(channel.expires_at, usegmt=True),
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(number),
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-URI": channel.uri,
    }
    return headers | ({"X-Goog-Channel-Token": channel.token} if channel.token else {})


def _exchange(
    parts: SplitResult, http: str, path: str, headers: dict[str, str], knobs: Knobs
) -> tuple[int, bytes]:
    """Status and the head of the body; (0, b"") when there was no answer, also to an address or a
    token that cannot be sent.
    """
    try:
        with closing(_connection(parts, knobs)) as connection:
            connection.request(http, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(LARGEST_ROBOTS) if http == "GET" else b""
    except (OSError, HTTPException, ValueError):
        return 0, b""


def _connection(parts: SplitResult, knobs: Knobs) -> HTTPConnection:
    host, wait = parts.hostname or "", knobs.push_timeout_seconds
    if parts.scheme == "http":
        return HTTPConnection(host, parts.port, timeout=wait)
    context = ssl.create_default_context()
    if not knobs.push_checks_certificates:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, parts.port, timeout=wait, context=context)
