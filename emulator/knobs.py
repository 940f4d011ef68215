"""Switches for what nobody outside Google knows (GOOGLE.md 13) and for speed. The README lists them
all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Knobs:
    """Each default is the recommendation of the fact sheet, and the stricter one where it gives
    none.
    """

    all_day_empty_range_is_allowed: bool = False
    """All-day `end == start` becomes one day instead of 400 timeRangeEmpty (3.5)."""
    put_always_changes_etag: bool = False
    """A PUT without a change still makes a new etag (3.4)."""
    put_without_sequence_is_zero: bool = True
    """A missing `sequence` in PUT counts as 0 and is refused once the stored one is higher (3.4).
    """
    cancelled_put_without_status: str = "forbidden"
    """forbidden, restore or deleted: PUT/PATCH of a cancelled event without a status (3.8)."""
    instance_of_deleted_master: int = 410
    """410 or 404 for an instance whose master is deleted (4.8)."""
    property_filters_match_any: bool = False
    """Repeats of one extended-property filter mean OR instead of AND (3.10)."""
    sync_parameters_are_strict: bool = True
    """Other list parameters with a sync token than before: 400 instead of strange results (5.2)."""
    sync_token_days: float = 30.0
    """Age after which a sync token answers 410 (5.2; unpublished)."""
    updated_min_days: float = 30.0
    """How far back `updatedMin` may lie (5.1)."""
    batch_limit: int = 1000
    """Parts of one batch; 50 is what older texts say (7.4)."""
    expansion_days: int = 730
    """How far instances of endless series reach in lists without `timeMax` (4.2, 5.5)."""
    page_limit: int | None = None
    """A smaller ceiling for items of a page, to see paging with few events."""
    latency_seconds: float = 0.0
    """Added to every call."""
    testing_mode: bool = False
    """Publishing status Testing: refresh tokens die seven days after consent (1.7)."""
    refresh_token_limit: int = 100
    """Live refresh tokens per account and client; the oldest falls out without a word (1.7)."""
    access_token_seconds: int = 3599
    boxes_start_ticked: bool = True
    """Consent boxes; recent Google screens show them unticked (1.9)."""
