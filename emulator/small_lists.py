"""Small lists (calendar list, access list, settings): pages, sync tokens, increments.

What is in the list is the caller's business; here are only the tokens around it (GOOGLE.md 2.4,
5.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator import sync_tokens
from emulator.api_call import Answer, ApiCall
from emulator.model import Json


@dataclass(frozen=True)
class SmallList:
    """`resource` names the list in its tokens, `end` is its latest stamp, `parameters` is what page
    tokens are tied to.
    """

    resource: str
    kind: str
    end: int
    epoch: int = 0
    parameters: str = ""


def answer(call: ApiCall, shape: SmallList, items_since: Callable[[int], list[Json]]) -> Answer:
    """One page of what `items_since` gives for the token's place; -1 asks for the whole list."""
    place = _place(call, shape)
    items, begin = items_since(place["since"]), place["offset"]
    end = begin + call.page_size(100, 250)
    body: Json = {"kind": shape.kind, "etag": f'"p{2 * shape.end}"'}
    if end < len(items):
        body["nextPageToken"] = _page_token(call, shape, place | {"offset": end})
    else:
        body["nextSyncToken"] = _sync_token(call, shape, place["end"])
    return Answer(body | {"items": items[begin:end]}, body["etag"])


def _place(call: ApiCall, shape: SmallList) -> dict[str, int]:
    page = call.text("pageToken")
    since = _since(call, shape)
    if page is None:
        return {"since": since, "end": shape.end, "offset": 0}
    return sync_tokens.read_page_token(
        page, resource=shape.resource, user=call.account.email, parameters=_page_key(call, shape)
    )


def _since(call: ApiCall, shape: SmallList) -> int:
    token = call.text("syncToken")
    if token is None:
        return -1
    return sync_tokens.read_sync_token(
        token,
        resource=shape.resource,
        user=call.account.email,
        epoch=shape.epoch,
        parameters="",
        now=call.state.clock.now(),
        knobs=call.state.knobs,
    )


def _page_token(call: ApiCall, shape: SmallList, place: dict[str, int]) -> str:
    kept = {name: place[name] for name in ("since", "end", "offset")}
    return sync_tokens.page_token(
        resource=shape.resource,
        user=call.account.email,
        parameters=_page_key(call, shape),
        **kept,
    )


def _sync_token(call: ApiCall, shape: SmallList, position: int) -> str:
    return sync_tokens.sync_token(
        resource=shape.resource,
        user=call.account.email,
        position=position,
        epoch=shape.epoch,
        parameters="",
        now=call.state.clock.now(),
    )


def _page_key(call: ApiCall, shape: SmallList) -> str:
    return f"{shape.parameters} syncToken={call.text('syncToken')}"
