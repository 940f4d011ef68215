"""Where Google's OAuth endpoints are, read once per process from its published configuration."""

import datetime as dt
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from webapp.config import LOOPBACK, Settings
from webapp.google.errors import UNREADABLE_ANSWER, Unavailable
from webapp.google.session import fetch_date, fetch_json


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses from the OpenID configuration; `issuer` is who signs identity tokens."""

    issuer: str
    authorization: str
    token: str
    revocation: str
    keys: str


_known: dict[str, Endpoints] = {}
_lock = Lock()


def endpoints(settings: Settings) -> Endpoints:
    """The endpoints. Raises `Unavailable` when they cannot be read; the next call asks again."""
    address = settings.google_server_metadata_url
    with _lock:
        found = _known.get(address)
    if found is None:
        found = _read(fetch_json(settings, address))
        with _lock:
            _known[address] = found
    return found


def clock_difference(settings: Settings, *, now: dt.datetime) -> dt.timedelta:
    """How far `now` (aware UTC) is ahead of Google's clock, by the Date of an answer (RFC 9110
    6.6.1), to the second. Raises `Unavailable` when there is none."""
    said = fetch_date(settings, settings.google_server_metadata_url)
    return now - said


def _read(document: dict[str, Any]) -> Endpoints:
    return Endpoints(
        issuer=_text(document, "issuer"),
        authorization=_address(document, "authorization_endpoint"),
        token=_address(document, "token_endpoint"),
        revocation=_address(document, "revocation_endpoint"),
        keys=_address(document, "jwks_uri"),
    )


def _address(document: dict[str, Any], name: str) -> str:
    """An address that a secret may be sent to: TLS, or this machine."""
    address = _text(document, name)
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise Unavailable(UNREADABLE_ANSWER)
    return address


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise Unavailable(UNREADABLE_ANSWER)
    return value
