"""The mails about a trouble: when they are due, and their text. No client data (PRODUCT.md 6.3)."""

import datetime as dt
from zoneinfo import ZoneInfo

from webapp.domain.troubles import Words

DAYS = (0, 3, 7, 14)
"""At once, and then again until it is mended; never more than four."""

SUBJECT = "Action needed: calendar sync stopped"


def next_at(since: dt.datetime, *, now: dt.datetime) -> dt.datetime | None:
    """When the next mail is due after one that goes out at `now`; None after the last."""
    ahead = (since + dt.timedelta(days=days) for days in DAYS)
    return next((at for at in ahead if at > now), None)


def text(words: Words, *, since: dt.datetime, time_zone: str, address: str) -> str:
    """The three parts; `since` is told in `time_zone`, `address` is the sync page's."""
    local = since.astimezone(ZoneInfo(time_zone))
    return (
        f"{words.heading}, since {local:%d %B %Y, %H:%M} ({time_zone}).\n\n"
        f"What happened\n{words.happened}\n\n"
        f"What it means for you and your clients\n{words.means}\n\n"
        f"What to do\n{words.button}, on this page:\n{address}\n\n"
        "We write now, and again after 3, 7 and 14 days, until it is mended.\n"
    )
