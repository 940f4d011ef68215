"""The numbers of online booking, and what is wrong with what somebody typed on the page.

A time that was asked for is held while the mail is on its way, so that whoever clicks at once finds
it free. Held times stop others, so they are few and short: a stranger needs nothing but an address
to ask (docs/decisions/0019-a-booking-is-confirmed-by-mail.md).
"""

import datetime as dt
import re
from collections.abc import Iterable

from webapp.domain.plain_text import outside_line

HELD_FOR = dt.timedelta(minutes=30)
HELD_AT_MOST = 8
"""Of one practitioner at a time; more can be asked for, and are not held."""

CONFIRM_WITHIN = dt.timedelta(hours=24)
MOST_AHEAD = 6
"""Coming appointments that one address may have booked online."""

LONGEST_NAME, LONGEST_EMAIL = 60, 254
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]{2,}")
_ADDRESS_IN_NAME = re.compile(r"//|www\.|@", re.IGNORECASE)
NEAREST = 4


def name_typed(text: str) -> str:
    """A name as it is kept: one line, without marks that reorder what stands around it."""
    return outside_line(text, longest=LONGEST_NAME + 1)


def email_typed(text: str) -> str:
    """A mail address as it is kept and compared."""
    return outside_line(text, longest=LONGEST_EMAIL + 1).casefold()


def faults(*, given_name: str, family_name: str, email: str) -> dict[str, str]:
    """`{field: sentence}` for what cannot be right; the values are as kept."""
    found = {}
    for field, name in (("given_name", given_name), ("family_name", family_name)):
        if len(name) > LONGEST_NAME or _ADDRESS_IN_NAME.search(name):
            found[field] = f"Enter a name, not longer than {LONGEST_NAME} characters."
    if not given_name:
        found["given_name"] = "Enter your first name."
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        found["email"] = "Enter an e-mail address, such as name@example.com."
    return found


def nearest(starts: Iterable[dt.datetime], wished: dt.datetime) -> list[dt.datetime]:
    """The few free times that are closest to what was wished, in order."""
    closest = sorted(starts, key=lambda at: (abs(at - wished), at))[:NEAREST]
    return sorted(closest)
