"""What the card of a hand-made event offers, for /patterns and tests: no rows behind it."""

import datetime as dt

from webapp.domain.timespan import TimedSpan
from webapp.services.replacements import SERIES, Offer

STARTS = dt.datetime(2026, 6, 12, 8, tzinfo=dt.UTC)
SPAN = TimedSpan(STARTS, STARTS + dt.timedelta(hours=1), "Europe/Berlin")


def offers() -> list[Offer]:
    """One that can become an appointment, and one that says why it cannot."""
    return [
        Offer("sample", "First talk", SPAN, seen="", obstacle=""),
        Offer("sample-series", "Every Friday", SPAN, seen="", obstacle=SERIES),
    ]
