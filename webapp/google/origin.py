"""Where an event comes from: whether we made it, and when Google first had it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from webapp.google.mapping import CANCELLED, mark_of


def is_ours(item: Mapping[str, Any]) -> bool:
    """Whether a live event stands under its own mark: a copy has another id (F56)."""
    return item.get("status") != CANCELLED and mark_of(item) == item["id"]


def created_at(item: Mapping[str, Any]) -> dt.datetime | None:
    """When Google says that the event was made, aware UTC; None when it cannot be read."""
    try:
        return dt.datetime.fromisoformat(str(item.get("created", ""))).astimezone(dt.UTC)
    except ValueError:
        return None
