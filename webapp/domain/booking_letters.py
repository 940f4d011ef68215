"""The mails of online booking. Nothing that a visitor typed is in them, and no client's name."""

import datetime as dt

from webapp.domain.booking_page import time_words
from webapp.domain.booking_rules import CONFIRM_WITHIN

HOUR = dt.timedelta(hours=1)

TO_CONFIRM = "Please confirm your appointment"
CONFIRMED = "Your appointment is confirmed"
TO_PRACTITIONER = "A new online booking"


def to_confirm(
    *, practice: str, at: dt.datetime, time_zone: str, address: str, held_minutes: int
) -> str:
    """Asks the visitor to use the link `address`; `at` is told in their zone."""
    held = f"We keep this time free for you for {held_minutes} minutes.\n" if held_minutes else ""
    return (
        f"You asked for an appointment at {practice}:\n\n"
        f"{time_words(at, time_zone)} ({time_zone})\n\n"
        "Nothing is booked yet. Open this page and press Confirm:\n"
        f"{address}\n\n"
        f"{held}"
        f"The link works for {CONFIRM_WITHIN // HOUR} hours, as long as the time is free.\n\n"
        "You did not ask for this? Then do nothing: without your confirmation nothing is booked.\n"
    )


def confirmed(*, practice: str, at: dt.datetime, time_zone: str, address: str, phone: str) -> str:
    """Says that it is booked, and where to see it again."""
    call = f", or call {phone}" if phone else ""
    return (
        f"Your appointment at {practice} is booked:\n\n"
        f"{time_words(at, time_zone)} ({time_zone})\n\n"
        f"See it again, or add it to your calendar:\n{address}\n\n"
        f"To change or cancel it, please contact the practice{call}.\n"
    )


def to_practitioner(*, at: dt.datetime, time_zone: str, address: str) -> str:
    """Tells the practitioner the time, and nothing of the client (R145)."""
    return (
        f"Somebody has booked online:\n\n{time_words(at, time_zone)} ({time_zone})\n\n"
        f"Your calendar:\n{address}\n"
    )
