"""Whether online booking goes on while Google cannot be read (R139, U8).

What was read last is used for a while: Google is away for seconds far more often than for a day.
Then the practitioner's choice counts: pause, so that nobody books what may be taken, or keep going.
"""

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

LONGEST_UNREAD = dt.timedelta(hours=6)


class WhenUnread(StrEnum):
    """What a practitioner wants when Google has not been read for `LONGEST_UNREAD`."""

    PAUSE = "pause"
    KEEP_GOING = "keep_going"


def is_paused(
    looks: Collection[dt.datetime | None], *, when_unread: WhenUnread, now: dt.datetime
) -> bool:
    """`looks` has the last good look (aware UTC) at each Google calendar that blocks booking; None
    for one that was never read, of which nothing is known yet (R140)."""
    if when_unread is WhenUnread.KEEP_GOING:
        return False
    return any(at is None or now - at > LONGEST_UNREAD for at in looks)
