"""True answers made wrong: what a strict reader must survive (RELIABILITY.md F33 to F36, F41, F42,
F44).

Each kind takes the answer of work that was done and returns a spoilt one. Answers that are no
JSON object (refusals, 204) stay as they are, unless the kind concerns bytes only.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

from emulator.model import Json
from emulator.wire import JSON_TYPE, Response

BOMB_BYTES = 64 * 1024 * 1024
BOMB = b'{"items": []' + b" " * 1024 * 1024


def spoil(
    kind: str, response: Response, *, query: str, seconds: float, items: list[Json]
) -> Response:
    """`query` is that of the call (for its page token), `seconds` what a dripped byte takes,
    `items` what `other_items` says instead.
    """
    if kind in BYTES:
        return BYTES[kind](response)
    if kind == "drip":
        return replace(response, pause_seconds=seconds or 0.5)
    try:
        body = json.loads(response.body)
    except ValueError:
        return response
    if response.status != 200 or not isinstance(body, dict):
        return response
    asked = parse_qs(query).get("pageToken", [""])[-1]
    spoilt = body | {"items": items} if kind == "other_items" else MEMBERS[kind](body, asked)
    text = json.dumps(spoilt, ensure_ascii=False)
    return replace(response, body=text.encode("utf-8", "backslashreplace"))


def _wrong_type(response: Response) -> Response:
    return replace(response, body=b'["unexpected"]')


def _not_utf8(response: Response) -> Response:
    return replace(response, body=b'{"summary": "\xff\xfe\xc3"}')


def _gzip_bomb(response: Response) -> Response:
    """64 MB of blanks in 64 kB."""
    packed = gzip.compress(BOMB + b" " * (BOMB_BYTES - len(BOMB)) + b"}")
    headers = {"Content-Type": JSON_TYPE, "Content-Encoding": "gzip"}
    return Response(200, response.headers | headers, packed)


def _unknown_kinds(body: Json, asked: str) -> Json:
    """Statuses and event types that do not exist yet, and no titles."""
    return _each(body, lambda item: _without(item, "summary") | {"eventType": "hologram"})


def _no_times(body: Json, asked: str) -> Json:
    return _each(body, lambda item: _without(item, "start", "end"))


def _no_etags(body: Json, asked: str) -> Json:
    return _each(body, lambda item: _without(item, "etag"))


def _other_etags(body: Json, asked: str) -> Json:
    """New etags although nothing changed."""
    return _each(body, lambda item: item | {"etag": f'"{str(item.get("etag", ""))[1:-1]}1"'})


def _same_page(body: Json, asked: str) -> Json:
    """The page token of this very page again, for ever."""
    token = asked or body.get("nextPageToken")
    return _without(body, "nextSyncToken") | ({"nextPageToken": token} if token else {})


def _doubled_items(body: Json, asked: str) -> Json:
    items = body.get("items", [])
    return body | {"items": items + items}


def _empty_list(body: Json, asked: str) -> Json:
    return body | {"items": []}


def _thin_list(body: Json, asked: str) -> Json:
    """A tenth of the items, as if the rest had never been."""
    return body | {"items": body.get("items", [])[::10]}


def _no_sync_token(body: Json, asked: str) -> Json:
    return _without(body, "nextSyncToken")


def _each(body: Json, change: Callable[[Json], Json]) -> Json:
    if isinstance(body.get("items"), list):
        return body | {"items": [change(item) for item in body["items"]]}
    return change(body)


def _without(body: Json, *names: str) -> Json:
    return {name: value for name, value in body.items() if name not in names}


BYTES: dict[str, Callable[[Response], Response]] = {
    "wrong_type": _wrong_type,
    "not_utf8": _not_utf8,
    "gzip_bomb": _gzip_bomb,
}
MEMBERS: dict[str, Callable[[Json, str], Json]] = {
    "unknown_kinds": _unknown_kinds,
    "no_times": _no_times,
    "no_etags": _no_etags,
    "other_etags": _other_etags,
    "same_page": _same_page,
    "doubled_items": _doubled_items,
    "empty_list": _empty_list,
    "thin_list": _thin_list,
    "no_sync_token": _no_sync_token,
}
KINDS = ("drip", "other_items", *BYTES, *MEMBERS)
