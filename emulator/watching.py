"""The API's methods about channels: `watch` on four resources and `channels.stop` (GOOGLE.md 8.1,
8.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from emulator import errors, listing, sharing
from emulator.api_call import Answer, ApiCall
from emulator.channels import Channel
from emulator.model import Json

CHANNEL_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}", re.ASCII)
DEFAULT_SECONDS = 604_800
LONGEST_SECONDS = 10**9
LONGEST_TOKEN = 256
UNWATCHABLE = ("holiday", "birthdays", "import")


def watch_events(call: ApiCall) -> Answer:
    """Takes the parameters of `events.list` and refuses them in the same words (GOOGLE.md 5.2)."""
    calendar, role = call.calendar()
    listing.check_query(call, calendar, role)
    if calendar.kind in UNWATCHABLE:
        raise errors.push_not_supported()
    path = f"calendars/{quote(call.path['calendarId'], safe='')}/events"
    return _opened(call, "events", calendar.id, path)


def watch_acl(call: ApiCall) -> Answer:
    calendar = sharing.owned(call)
    path = f"calendars/{quote(call.path['calendarId'], safe='')}/acl"
    return _opened(call, "acl", calendar.id, path)


def watch_calendar_list(call: ApiCall) -> Answer:
    return _opened(call, "calendarList", "", "users/me/calendarList")


def watch_settings(call: ApiCall) -> Answer:
    """Accepted; nothing here changes a setting, so only the sync message comes."""
    return _opened(call, "settings", "", "users/me/settings")


def stop(call: ApiCall) -> Answer:
    """204; only for the person and client that made it. Messages on their way still arrive."""
    body = call.json()
    if not body.get("id") or not body.get("resourceId"):
        raise errors.required()
    channel = call.state.channels.open_one(
        client=call.client,
        user=call.account.email,
        channel_id=str(body["id"]),
        resource_id=str(body["resourceId"]),
    )
    channel.stopped_at = call.state.clock.now()
    call.state.writes.note("", "")
    return Answer(status=204)


def _opened(call: ApiCall, resource: str, calendar: str, path: str) -> Answer:
    body = call.json()
    channel = Channel(
        id=_id(body),
        user=call.account.email,
        client=call.client,
        resource=resource,
        calendar=calendar,
        uri=f"{call.state.origin}/calendar/v3/{path}?alt=json",
        address=_address(body, may_be_http=call.state.knobs.http_push_is_allowed),
        token=_token(body),
        expires_at=_expiry(call, body),
    )
    call.state.channels.add(channel)
    call.state.writes.note("", "")
    return Answer(_resource(channel), before_reply=_greeting(call, channel))


def _greeting(call: ApiCall, channel: Channel) -> Callable[[], None] | None:
    """Send `sync`; when the dice say so, the answer waits until it has arrived (GOOGLE.md 8.2)."""
    message = call.state.push.greet(channel)
    is_first = call.state.push.random.random() < call.state.knobs.push_sync_first_rate
    return (lambda: call.state.push.wait_for(message)) if is_first else None


def _resource(channel: Channel) -> Json:
    shown: Json = {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.uri,
    }
    shown |= {"token": channel.token} if channel.token else {}
    return shown | {"expiration": str(int(channel.expires_at.timestamp() * 1000))}


def _id(body: Json) -> str:
    value = body.get("id")
    if not value:
        raise errors.required()
    if not isinstance(value, str) or not CHANNEL_ID.fullmatch(value):
        raise errors.invalid(why="a channel id has up to 64 characters of A-Z a-z 0-9 - _ + / =")
    return value


def _address(body: Json, *, may_be_http: bool) -> str:
    if not body.get("type") or not body.get("address"):
        raise errors.required()
    if body["type"] not in ("web_hook", "webhook"):
        raise errors.invalid(why="type must be web_hook")
    parts = urlsplit(str(body["address"]))
    if parts.scheme != "https" and not (may_be_http and parts.scheme == "http"):
        raise errors.push_needs_https(str(body["address"]))
    if not parts.hostname:
        raise errors.invalid(why="the address has no host")
    return str(body["address"])


def _token(body: Json) -> str:
    token = str(body.get("token") or "")
    if len(token) > LONGEST_TOKEN:
        raise errors.invalid(why=f"a token has at most {LONGEST_TOKEN} characters")
    return token


def _expiry(call: ApiCall, body: Json) -> datetime:
    """The earliest of what was asked for (`params.ttl` seconds, `expiration` ms) and the server's
    limit.
    """
    now = call.state.clock.now()
    params = body.get("params")
    ttl = params.get("ttl") if isinstance(params, dict) else None
    wishes = [now + timedelta(days=call.state.knobs.channel_days)]
    if ttl is not None:
        wishes.append(now + timedelta(seconds=min(_whole(ttl), LONGEST_SECONDS)))
    if body.get("expiration") is not None:
        seconds = _whole(body["expiration"]) / 1000 - now.timestamp()
        wishes.append(now + timedelta(seconds=seconds))
    if len(wishes) == 1:
        wishes.append(now + timedelta(seconds=DEFAULT_SECONDS))
    earliest = min(wishes)
    if earliest <= now:
        raise errors.invalid(why="the channel would have expired already")
    return earliest.replace(microsecond=earliest.microsecond // 1000 * 1000)


def _whole(value: object) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise errors.invalid(why="ttl and expiration are whole numbers")
    return min(int(text), 10**13)
