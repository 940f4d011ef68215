"""The appointment form: from values to fields and from fields to values. No rule of booking here.

Times are typed as the wall clock of the practitioner whose calendar it is; the form names the
zone. What cannot be read lands in `form.errors`, and the answer is None.
"""

import datetime as dt
from enum import StrEnum

from webapp.domain import recurrence
from webapp.domain.appointment_details import LONGEST_NOTES, Details
from webapp.domain.calendar_entries import DAY
from webapp.domain.timespan import AllDaySpan, Span
from webapp.domain.wall_clock import SkippedTime, instant, timed_span, wall
from webapp.services.appointment_card import AppointmentCard
from webapp.web.forms import Form

SESSION_LENGTH = dt.timedelta(minutes=50)
MOST_SESSIONS = 520
SHOWN_FIELDS = (
    "title",
    "starts_on",
    "starts_at",
    "ends_at",
    "ends_on",
    "location",
    "service",
    "notes",
)


class Kind(StrEnum):
    """What is put on the calendar."""

    CLIENT = "client"
    OWN = "own"


class Repeats(StrEnum):
    """How often, in weeks."""

    NEVER = "0"
    WEEKLY = "1"
    FORTNIGHTLY = "2"


class Ends(StrEnum):
    """What ends a series."""

    NEVER = "never"
    ON_DAY = "on_day"
    AFTER = "after"


def first_values(starts_at: dt.datetime, *, member_id: str, form_key: str, zone: str) -> Form:
    """An empty form for a session that begins at an instant."""
    span = timed_span_of(starts_at, zone)
    return Form(
        {
            "kind": Kind.CLIENT,
            "member_id": member_id,
            "form_key": form_key,
            "repeats": Repeats.NEVER,
            "ends": Ends.NEVER,
            "is_busy": "on",
            **_times(span, zone),
        }
    )


def replacing(span: Span, *, seen: str, form_key: str, zone: str) -> Form:
    """The form for a client appointment in the place of an event of Google's."""
    return Form(
        {
            "form_key": form_key,
            "seen": seen,
            "repeats": Repeats.NEVER,
            "ends": Ends.NEVER,
            "removes": "on",
            **_times(span, zone),
        }
    )


def show_times(form: Form, span: Span, zone: str) -> None:
    """Puts other times into a form that was filled in."""
    form.given |= _times(span, zone)


def timed_span_of(starts_at: dt.datetime, zone: str) -> Span:
    """A session of the usual length."""
    ends_at = starts_at + SESSION_LENGTH
    return timed_span(wall(starts_at, zone), wall(ends_at, zone), zone)


def values_of(card: AppointmentCard) -> dict[str, str]:
    """The fields of an existing session."""
    row = card.row
    return {
        "kind": Kind.CLIENT if card.client else Kind.OWN,
        "version": str(row.version),
        "original_start": card.original_start,
        "title": row.title,
        "service": row.service,
        "notes": row.notes if card.can_see_notes else "",
        "location": row.location,
        "is_busy": "on" if row.is_busy else "",
        "part": "this",
        **_times(card.span, card.member.time_zone),
    }


def read_span(form: Form, zone: str) -> Span | None:
    """When, from day and times; whole days when that box is ticked."""
    first = form.day("starts_on")
    if form.flag("is_all_day"):
        last = form.day("ends_on") if form.value("ends_on") else first
        return AllDaySpan(first, last + DAY) if first and last else None
    starts, ends = form.time("starts_at"), form.time("ends_at")
    if first is None or starts is None or ends is None:
        return None
    try:
        return _timed(form, first, starts, ends, zone)
    except OverflowError:
        form.errors["starts_on"] = "Choose a day in this century or the next."
        return None


def read_rule(form: Form, span: Span) -> str | None:
    """The RRULE value that repetition and end ask for, "" for a single event."""
    repeats, ends = form.choice("repeats", Repeats), form.choice("ends", Ends)
    if repeats is Repeats.NEVER:
        form.errors.pop("ends", None)
        return ""
    if repeats is None or ends is None:
        return None
    until = form.day("until") if ends is Ends.ON_DAY else None
    count = (
        form.whole_number("count", lowest=2, highest=MOST_SESSIONS) if ends is Ends.AFTER else None
    )
    if form.errors:
        return None
    try:
        return recurrence.weekly(span, every_weeks=int(repeats), until=until, count=count)
    except ValueError:
        form.errors["until"] = "The last day must not come before the first session."
        return None


def read_details(form: Form, *, can_see_notes: bool) -> Details:
    """Everything but who and when. Notes that the person may not see stay as they are."""
    notes = form.text("notes", is_required=False, longest=LONGEST_NOTES)
    return Details(
        title=form.text("title", is_required=False),
        service=form.text("service", is_required=False),
        notes=notes if can_see_notes else None,
        location=form.text("location", is_required=False),
        is_busy=form.flag("is_busy"),
    )


def show_newer(form: Form, card: AppointmentCard, sentence: str) -> None:
    """The newer values take the place of what was typed; beside them stands what was typed."""
    newer = values_of(card)
    typed = {name: form.value(name).strip() for name in SHOWN_FIELDS if name in form.given}
    form.errors = {
        name: f"You had entered “{text}”."
        for name, text in typed.items()
        if text and text != newer.get(name, "")
    }
    form.errors[""] = sentence
    form.given = {**newer, "part": form.value("part")}


def _timed(form: Form, day: dt.date, starts: dt.time, ends: dt.time, zone: str) -> Span | None:
    local_start, local_end = dt.datetime.combine(day, starts), dt.datetime.combine(day, ends)
    for name, local in (("starts_at", local_start), ("ends_at", local_end)):
        try:
            instant(local, zone)
        except SkippedTime:
            form.errors[name] = f"The clocks change on this day: {local:%H:%M} does not exist."
    return None if form.errors else timed_span(local_start, local_end, zone)


def _times(span: Span, zone: str) -> dict[str, str]:
    if isinstance(span, AllDaySpan):
        last = span.ends_on - DAY
        return {
            "is_all_day": "on",
            "starts_on": span.starts_on.isoformat(),
            "ends_on": last.isoformat(),
            "starts_at": "09:00",
            "ends_at": "09:50",
        }
    starts, ends = wall(span.starts_at, zone), wall(span.ends_at, zone)
    return {
        "is_all_day": "",
        "starts_on": starts.date().isoformat(),
        "ends_on": ends.date().isoformat(),
        "starts_at": f"{starts:%H:%M}",
        "ends_at": f"{ends:%H:%M}",
    }
