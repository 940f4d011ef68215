"""Notices of edits in Google and copies made there, for /patterns; no database holds them."""

import datetime as dt
from dataclasses import replace

from webapp.services.copies import Copy
from webapp.services.google_edits import Change, Notice

LINK = "https://www.google.com/calendar/event?eid=sample"


def notices(now: dt.datetime) -> list[Notice]:
    """One of each kind, as of `now` (aware UTC)."""
    moved = Notice(
        id="moved",
        change=Change.MOVED,
        title="The session with Cleo Marsh",
        seen="Tue 15:00",
        kept="Tue 14:00",
        version=1,
        can_follow=True,
        is_series=False,
        noticed_at=now,
    )
    return [
        moved,
        replace(moved, id="deleted", change=Change.DELETED, seen="", title="“Supervision”"),
        replace(moved, id="edited", change=Change.EDITED, can_follow=False),
        replace(moved, id="series", is_series=True, can_follow=False),
    ]


def copies() -> list[Copy]:
    """A session, a series, one on its way out, and one in a calendar that is only read."""
    single = Copy("single", "C-1001", "Practice Calendar", LINK, is_series=False)
    return [
        replace(single, can_be_removed=True),
        replace(single, id="series", title="Team meeting", is_series=True, can_be_removed=True),
        replace(single, id="leaving", can_be_removed=True, is_leaving=True),
        replace(single, id="elsewhere", title="", calendar_name="Family"),
    ]
