"""What a calendar address may show: never more than its practitioner's own setting allows (R36)."""

import datetime as dt

from webapp.domain.naming import Display

UNREAD_ENDS_AFTER = dt.timedelta(days=90)
WARNED_BEFORE = dt.timedelta(days=14)
READER_STOPPED_AFTER = dt.timedelta(days=3)
"""Google, the slowest, reads at least once in two days (ICALENDAR.md A5)."""

SHOWN_FOR = dt.timedelta(minutes=5)
"""How long an address stands on the page after it was made, reset or asked for."""

MOST_LINKS = 20

TOO_LARGE = 1_000_000
"""Octets. Of larger feeds Google loses events without a word (ICALENDAR.md A5)."""

NEARLY_TOO_LARGE = 900_000


def allowed_displays(own: Display) -> list[Display]:
    """The ways to name clients that show no more than `own`, most private first.

    Initials and first name are neither more nor less than the other.
    """
    if own is Display.FULL_NAME:
        return list(Display)
    return list(dict.fromkeys([Display.INTERNAL_ID, own]))


def shown_display(own: Display, wanted: Display | None) -> Display:
    """How a link names clients: as it was set to while that is allowed, else as `own` says."""
    return wanted if wanted in allowed_displays(own) else own


def has_stopped(last_read_at: dt.datetime, *, now: dt.datetime) -> bool:
    """Whether a program that used to read an address seems to have given up."""
    return now - last_read_at > READER_STOPPED_AFTER
