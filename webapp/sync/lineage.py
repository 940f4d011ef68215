"""Whose event an item of Google's is: ours, a copy of ours, split off ours, or a stranger.

People copy events, and "this and following" makes Google split a series; both carry our mark
along (GOOGLE.md 4.6). So the mark proves nothing: ours is what has an id that we recorded.
A split series takes over even ids of our own occurrences (GOOGLE.md 4.5), so its name comes first.
"""

import re
from collections.abc import Container
from enum import StrEnum

from webapp.domain.product import UID_DOMAIN

_SPLIT = re.compile(r"(?P<master>[0-9a-v]+)_R\d{8}(T\d{6})?", re.ASCII)
_OCCURRENCE = re.compile(r"(?P<master>[0-9a-v]+)_\d{8}(T\d{6}Z)?", re.ASCII)


class Lineage(StrEnum):
    """Ours is put right, strangers are mirrored, copies and splits are shown and never block."""

    OURS = "ours"
    COPY = "copy"
    SPLIT = "split"
    STRANGER = "stranger"


def lineage(
    item_google_id: str,
    item_mark: str | None,
    recurring_google_id: str | None,
    *,
    ours: Container[str],
) -> Lineage:
    """Where an item comes from. `ours` holds the ids that we recorded for this calendar.

    `item_mark` is the value of our private extended property, None where there is none;
    `recurring_google_id` is the item's `recurringEventId`. Bare tombstones have neither.
    """
    if _splits_ours(recurring_google_id or item_google_id, ours):
        return Lineage.SPLIT
    if item_google_id in ours or (recurring_google_id or "") in ours:
        return Lineage.OURS
    if not recurring_google_id and _master(_OCCURRENCE, item_google_id) in ours:
        return Lineage.OURS
    return Lineage.STRANGER if item_mark is None else Lineage.COPY


def is_from_our_feed(uid: str) -> bool:
    """Whether an iCalUID is of one of our feeds, which somebody subscribed to or imported (F61).

    Only events of the default calendar itself go through us, and Google names those anew.
    """
    return uid.endswith(f"@{UID_DOMAIN}")


def split_master(google_id: str) -> str:
    """The id of the series from which one with this id was split, "" for any other id."""
    return _master(_SPLIT, google_id)


def _splits_ours(google_id: str, ours: Container[str]) -> bool:
    return split_master(google_id) in ours


def _master(pattern: re.Pattern[str], google_id: str) -> str:
    match = pattern.fullmatch(google_id) if "_" in google_id else None
    return match["master"] if match else ""
