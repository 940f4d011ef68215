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
    reserved_id_days: float | None = None
    """How long a deleted event's id and iCalUID stay taken; nothing means for ever (3.3)."""
    zone_aliases_become_canonical: bool = False
    """`US/Pacific` comes back as `America/Los_Angeles` instead of as it was written (3.5)."""
    calendars_before_stop: int | None = 60
    """So many calendars made within a day by apps stop a person's writes for hours (2.2, 7.3)."""
    sync_token_days: float = 30.0
    """Age after which a sync token answers 410 (5.2; unpublished)."""
    updated_min_days: float = 30.0
    """How far back `updatedMin` may lie (5.1)."""
    batch_limit: int = 1000
    """Parts of one batch; 50 is what older texts say (7.4)."""
    expansion_days: int = 730
    """How far instances of endless series reach in lists without `timeMax` (4.2, 5.5)."""
    lists_run_backwards: bool = False
    """Exceptions come before their masters, on earlier pages too; order is no contract (4.6)."""
    list_lag_seconds: float = 0.0
    """Increments tell of a change only so long after it: reading one's own writes is no promise
    (5.2).
    """
    empty_page_rate: float = 0.0
    """Share of event pages that are empty although more follow (5.1)."""
    page_limit: int | None = None
    """A smaller ceiling for items of a page, to see paging with few events."""
    http_push_is_allowed: bool = False
    """Channels may name a plain http address, as receivers in tests and on one machine have (8.1).
    """
    push_checks_certificates: bool = True
    """Receivers need a certificate that this machine trusts (8.1)."""
    push_obeys_robots: bool = True
    """A receiver's robots.txt may forbid its own messages (8.2)."""
    push_timeout_seconds: float = 5.0
    push_drop_rate: float = 0.0
    """Share of messages that never arrive; the profile `google` loses 1 % (8.2)."""
    push_duplicate_rate: float = 0.0
    """Share of messages that arrive twice (8.2)."""
    push_delay_seconds_from: float = 0.0
    push_delay_seconds_to: float = 0.0
    """How long after the change a message leaves, by the stand-in's clock; `google`: 1 to 5 s (10).
    """
    push_sync_first_rate: float = 0.5
    """How often the sync message arrives before the answer to watch (8.2)."""
    push_retries: int = 5
    """Further attempts after a 5xx or no answer, 1, 2, 4 … s apart; the schedule is unknown (8.2).
    """
    push_stop_seconds: float = 0.0
    """How long a stopped channel still speaks of new changes (8.3)."""
    channel_days: float = 7.0
    """Longest life of a channel; 30 was seen in 2020 (8.1)."""
    testing_mode: bool = False
    """Publishing status Testing: refresh tokens die seven days after consent (1.7)."""
    time_limited_days: float | None = None
    """Every new consent is for this many days only, as a person may choose (1.3, 1.7)."""
    refresh_token_limit: int = 100
    """Live refresh tokens per account and client; the oldest falls out without a word (1.7)."""
    access_token_seconds: int = 3599
    boxes_start_ticked: bool = True
    """Consent boxes; recent Google screens show them unticked (1.9)."""
