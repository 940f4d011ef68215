"""The form on a booking page: what was typed, and whether a person can have typed it (S44).

A hidden stamp says when the form was given out; it names the form, too, so that sending it twice
asks once (F70). A field that nobody sees catches programs that fill in everything.
"""

import datetime as dt
import hmac
from collections.abc import Iterator
from contextlib import contextmanager

from webapp.db.columns import new_id
from webapp.domain.booking_page import instant_of
from webapp.domain.booking_rules import email_typed, name_typed
from webapp.domain.errors import BookingPaused, MailNotSent, SlotTaken
from webapp.domain.timespan import is_known_zone
from webapp.services.booking_requests import Wish
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.limits import hashed

TRAP = "website"
SHORTEST, LONGEST = dt.timedelta(seconds=2), dt.timedelta(days=1)
TOO_QUICK = "That was very quick. Please look at it once more, and send it again."
TOO_OLD = "This page was open for a long time. Please send it again."
NO_TIME = "Choose a time."


def first_values(at: str, time_zone: str) -> Form:
    """An empty form for the time that was clicked."""
    return Form({"at": at, "zone": time_zone, "form_key": new_stamp()})


def new_stamp() -> str:
    """Names a form that is given out now."""
    said = f"{new_id()}.{int(now().timestamp())}"
    return f"{said}.{hashed(said)}"


def is_by_program(form: Form) -> bool:
    """Whether the field that nobody sees was filled in."""
    return bool(form.value(TRAP))


def wish(form: Form) -> Wish | None:
    """What was asked for, or None and an error. The service checks names and address."""
    starts_at = instant_of(form.value("at"))
    if starts_at is None:
        form.errors["at"] = NO_TIME
    _check_age(form)
    if starts_at is None or form.errors:
        return None
    zone = form.value("zone")
    return Wish(
        starts_at=starts_at,
        time_zone=zone if is_known_zone(zone) else "UTC",
        given_name=name_typed(form.value("given_name")),
        family_name=name_typed(form.value("family_name")),
        email=email_typed(form.value("email")),
        form_key=form.value("form_key"),
    )


@contextmanager
def refusals(form: Form) -> Iterator[None]:
    """What the services refuse stands beside the form, which keeps what was typed (6.6)."""
    try:
        with form.accepting():
            yield
    except (BookingPaused, MailNotSent) as refused:
        form.errors[""] = f"{refused.heading}. {refused.sentence}"
    except SlotTaken as taken:
        form.errors["at"] = taken.heading


def _check_age(form: Form) -> None:
    said, _, signature = form.value("form_key").rpartition(".")
    given_out = said.rpartition(".")[2]
    is_ours = hmac.compare_digest(signature.encode(), hashed(said).encode())
    age = now().timestamp() - int(given_out) if is_ours else LONGEST.total_seconds() + 1
    if age > LONGEST.total_seconds():
        form.errors[""] = TOO_OLD
        form.given["form_key"] = new_stamp()
    elif age < SHORTEST.total_seconds():
        form.errors[""] = TOO_QUICK
