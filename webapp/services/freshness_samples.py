"""The line about a page's age and the way to news, in each state: for /patterns and tests."""

import datetime as dt

from webapp.domain.freshness import Age
from webapp.services.freshness import Freshness
from webapp.services.news import News


def ages(now: dt.datetime) -> dict[str, Freshness]:
    """By the name of the state, as of `now` (aware UTC)."""
    minutes = {Age.NOTHING: None, Age.FIRST: None, Age.FRESH: 2, Age.STALE: 95}
    return {
        age.value: Freshness(
            member_id="sample",
            age=age,
            looked_at=None if ago is None else now - dt.timedelta(minutes=ago),
            content="",
            seen="",
        )
        for age, ago in minutes.items()
    }


def ways() -> dict[str, News]:
    """Both ways to hear of a change."""
    return {
        "told by Google": News(is_told=True, every_seconds=900),
        "asking Google": News(is_told=False, every_seconds=60),
    }
