"""Sync tokens and page tokens: opaque text around a place in a change log, what it was made for,
and when.

Tokens carry everything they need, so they survive a restart. A damaged or foreign one is 400, a
dead one 410 (GOOGLE.md 5.2 and 5.3).
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

from emulator import errors
from emulator.knobs import Knobs


def encode(kind: str, **members: Any) -> str:
    """A token of this kind (`sync` or `page`)."""
    raw = json.dumps({"k": kind, **members}, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(_seal(raw) + raw).decode()


def decode(kind: str, text: str) -> dict[str, Any] | None:
    """The members of an undamaged token of this kind, or None."""
    try:
        raw = base64.urlsafe_b64decode(text.encode())
        members = json.loads(raw[6:]) if raw[:6] == _seal(raw[6:]) else {}
    except ValueError:
        return None
    return members if isinstance(members, dict) and members.get("k") == kind else None


def sync_token(
    *, resource: str, user: str, position: int, epoch: int, parameters: str, now: datetime
) -> str:
    """The token that continues after `position`; `resource` names the list it belongs to."""
    made = int(now.timestamp())
    return encode(
        "sync", r=_short(resource + user), p=position, e=epoch, h=_short(parameters), t=made
    )


def read_sync_token(
    text: str, *, resource: str, user: str, epoch: int, parameters: str, now: datetime, knobs: Knobs
) -> int:
    """The position it stands for; 400 when damaged, foreign or made with other parameters, 410 when
    dead.
    """
    members = decode("sync", text)
    if members is None or members["r"] != _short(resource + user):
        why = "damaged" if members is None else "of another list or another person"
        raise errors.invalid(
            "Invalid sync token value.", parameter="syncToken", why=f"the sync token is {why}"
        )
    is_old = now.timestamp() - members["t"] > knobs.sync_token_days * 86400
    if members["e"] != epoch or is_old:
        raise errors.full_sync_required()
    if knobs.sync_parameters_are_strict and members["h"] != _short(parameters):
        why = "the sync token was made with other parameters"
        raise errors.invalid("Invalid sync token value.", parameter="syncToken", why=why)
    return int(members["p"])


def page_token(*, resource: str, user: str, parameters: str, **place: Any) -> str:
    return encode("page", r=_short(resource + user), h=_short(parameters), **place)


def read_page_token(text: str, *, resource: str, user: str, parameters: str) -> dict[str, Any]:
    """The place where the page begins; a token from another list or another query is 400."""
    members = decode("page", text)
    wanted = (_short(resource + user), _short(parameters))
    if members is None or (members["r"], members["h"]) != wanted:
        why = "the page token is damaged, of another list, or was made with other parameters"
        raise errors.invalid("Invalid page token value.", parameter="pageToken", why=why)
    return members


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _seal(raw: bytes) -> bytes:
    return hashlib.sha256(b"emulator" + raw).digest()[:6]
