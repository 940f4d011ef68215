"""Watch channels as Google's API has them: the calls, the answer, and the headers of a message."""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from webapp.google.batch import Call
from webapp.google.errors import UNREADABLE_ANSWER, Unavailable

DAYS = 7
"""Google's own default; it may grant less (GOOGLE.md 8.1)."""

GREETING = "sync"
LIST_PATH = ("users", "me", "calendarList")


class Headers(Protocol):
    """A request's headers, whatever the case of their names."""

    def get(self, key: str, default: str, /) -> str:
        """The header, or `default`."""


@dataclass(frozen=True, slots=True)
class ChannelWish:
    """A channel to open. `calendar_id` is Google's, None for the account's calendar list."""

    channel_id: str
    calendar_id: str | None
    address: str
    token: str


@dataclass(frozen=True, slots=True)
class OpenedChannel:
    """Google's answer. `expires_at` is aware UTC."""

    resource_id: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PushMessage:
    """One message, all of it in headers (GOOGLE.md 8.2). `expires_at` is None when unreadable."""

    channel_id: str
    resource_id: str
    token: str
    is_greeting: bool
    expires_at: dt.datetime | None


def watch_call(wish: ChannelWish) -> Call:
    """Opens the channel."""
    path = LIST_PATH
    if wish.calendar_id is not None:
        path = ("calendars", wish.calendar_id, "events")
    body = {
        "id": wish.channel_id,
        "type": "web_hook",
        "address": wish.address,
        "token": wish.token,
        "params": {"ttl": str(int(dt.timedelta(days=DAYS).total_seconds()))},
    }
    return Call("POST", (*path, "watch"), body=body)


def stop_call(channel_id: str, resource_id: str) -> Call:
    """Ends the channel."""
    return Call("POST", ("channels", "stop"), body={"id": channel_id, "resourceId": resource_id})


def opened_channel(answer: Mapping[str, Any]) -> OpenedChannel:
    """Reads the answer; `expiration` is in milliseconds, as text or number. Raises `Unavailable`
    when that cannot be: then the channel may exist or not."""
    try:
        milliseconds = int(answer["expiration"])
        return OpenedChannel(
            resource_id=str(answer["resourceId"]),
            expires_at=dt.datetime.fromtimestamp(milliseconds / 1000, tz=dt.UTC),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as unreadable:
        raise Unavailable(UNREADABLE_ANSWER) from unreadable


def push_message(headers: Headers) -> PushMessage:
    """Reads a message's headers; what is missing is ""."""
    return PushMessage(
        channel_id=headers.get("X-Goog-Channel-ID", ""),
        resource_id=headers.get("X-Goog-Resource-ID", ""),
        token=headers.get("X-Goog-Channel-Token", ""),
        is_greeting=headers.get("X-Goog-Resource-State", "") == GREETING,
        expires_at=_instant(headers.get("X-Goog-Channel-Expiration", "")),
    )


def token_for(key: bytes, channel_id: str) -> str:
    """The secret of one channel, 256 bits: not stored, and not to be had without `key`."""
    proof = hmac.new(key, channel_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(proof).decode().rstrip("=")


def is_genuine(key: bytes, message: PushMessage) -> bool:
    """Whether the message carries its channel's secret. Takes as long whatever is wrong (S36)."""
    expected = token_for(key, message.channel_id)
    return hmac.compare_digest(expected.encode(), message.token.encode())


def _instant(text: str) -> dt.datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return read.astimezone(dt.UTC) if read.tzinfo else None
