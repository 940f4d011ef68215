"""How old what is shown of Google is, and from when on it has to be called old (PRODUCT.md R6)."""

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

STALE_AFTER = dt.timedelta(minutes=30)
"""So long without a good look means that something is wrong (RELIABILITY.md 1.3)."""


class Age(StrEnum):
    """What the line on the calendar says."""

    NOTHING = "nothing"
    """No calendar comes from Google."""
    FIRST = "first"
    """The first look is under way."""
    FRESH = "fresh"
    STALE = "stale"


def age(
    looked_at: Collection[dt.datetime | None],
    *,
    is_cut_off: bool,
    stale_after: dt.timedelta,
    now: dt.datetime,
) -> tuple[Age, dt.datetime | None]:
    """The age of a calendar page, and when the calendar that was looked at longest ago was.

    `looked_at` has the last good look (aware UTC) at each calendar, None before the first.
    `is_cut_off`: Google does not let us in, so however young it is, it grows old.
    """
    if not looked_at:
        return Age.NOTHING, None
    looks = [at for at in looked_at if at is not None]
    if not looks:
        return Age.FIRST, None
    oldest = min(looks)
    is_stale = is_cut_off or now - oldest > stale_after
    return (Age.STALE if is_stale else Age.FRESH), oldest
