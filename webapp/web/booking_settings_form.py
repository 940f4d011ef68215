"""The form of online booking: from settings to fields and from fields to a choice."""

import datetime as dt

from webapp.db.models import BookingSettings
from webapp.domain.bookable_hours import WEEKDAYS, Stretch
from webapp.domain.booking_pause import WhenUnread
from webapp.services import booking_settings
from webapp.services.booking_settings import LONGEST_PHONE, LONGEST_WORDS, BookingChoice
from webapp.web.forms import Form

STRETCHES = (1, 2)
"""How many a day may have."""

STEPS, PAUSES = (15, 30, 60), (0, 5, 10, 15, 30)
LEADS, AHEAD = (1, 4, 12, 24, 48, 72), (2, 4, 8, 12, 26)
SHORTEST_SESSION, LONGEST_SESSION = 10, 480
BOTH_ENDS = "Enter both times of a stretch, or neither."


def values_of(settings: BookingSettings) -> Form:
    """The settings as fields."""
    given = {
        name: str(getattr(settings, name))
        for name in (
            *("session_minutes", "step_minutes", "pause_minutes", "lead_hours", "ahead_weeks"),
            *("phone", "calendar_words"),
        )
    }
    given["when_unread"] = settings.when_unread.value
    given["is_open"] = "on" if settings.is_open else ""
    for weekday in range(7):
        own = [each for each in booking_settings.hours_of(settings) if each.weekday == weekday]
        for number, each in zip(STRETCHES, own, strict=False):
            given[field("begins", weekday, number)] = f"{each.begins:%H:%M}"
            given[field("ends", weekday, number)] = f"{each.ends:%H:%M}"
    return Form(given)


def field(name: str, weekday: int, number: int) -> str:
    """The name of one time."""
    return f"{name}_{weekday}_{number}"


def choice(form: Form) -> BookingChoice | None:
    """What was chosen, or None and errors."""
    minutes = form.whole_number("session_minutes", lowest=SHORTEST_SESSION, highest=LONGEST_SESSION)
    when_unread = form.choice("when_unread", WhenUnread)
    hours = _hours(form)
    numbers = {
        name: _one_of(form, name, allowed)
        for name, allowed in (
            *(("step_minutes", STEPS), ("pause_minutes", PAUSES)),
            *(("lead_hours", LEADS), ("ahead_weeks", AHEAD)),
        )
    }
    phone = form.text("phone", is_required=False, longest=LONGEST_PHONE)
    words = form.text("calendar_words", longest=LONGEST_WORDS)
    if form.errors or minutes is None or when_unread is None:
        return None
    return BookingChoice(
        is_open=form.flag("is_open"),
        hours=hours,
        session_minutes=minutes,
        when_unread=when_unread,
        phone=booking_settings.typed(phone, longest=LONGEST_PHONE),
        calendar_words=booking_settings.typed(words, longest=LONGEST_WORDS),
        **numbers,
    )


def _one_of(form: Form, name: str, allowed: tuple[int, ...]) -> int:
    typed = form.value(name)
    if typed not in map(str, allowed):
        form.errors[name] = "Choose one of these."
        return allowed[0]
    return int(typed)


def _hours(form: Form) -> tuple[Stretch, ...]:
    found = []
    for weekday in range(len(WEEKDAYS)):
        for number in STRETCHES:
            begins = _time(form, field("begins", weekday, number))
            ends = _time(form, field("ends", weekday, number))
            if begins is not None and ends is not None:
                found.append(Stretch(weekday, begins, ends))
            elif begins is not ends:
                form.errors[f"hours_{weekday}"] = BOTH_ENDS
    return tuple(found)


def _time(form: Form, name: str) -> dt.time | None:
    """None for an empty field, and for what is no time."""
    try:
        return dt.time.fromisoformat(form.value(name)).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        return None
