"""Google's event JSON to our values and back. Pure: no clock, no network, no rows.

Reading is tolerant (GOOGLE.md 9, Q5 and Q30: nearly every field may be missing) and says with
`Unreadable` what it cannot make sense of; writing sends whole bodies, because Google's PUT clears
what is left out (GOOGLE.md 3.4). What each field means to the product is decided elsewhere.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.domain.recurrence import UnreadableRule, canonical_lines, last_end, widest
from webapp.domain.timespan import AllDaySpan, Span, Start, TimedSpan, is_known_zone, zone
from webapp.google.fields import inner, line, link, text
from webapp.sync.types import Snapshot, Transparency, Visibility

PROPERTY_MARK = "practiceAppointment"
"""The private extended property that says which of our events this is. People's copies carry it
too (GOOGLE.md 4.6), so it proves nothing without the event id that we recorded."""

PRIVATE_VISIBILITIES = frozenset({"private", "confidential"})
CANCELLED = "cancelled"
READABLE_YEARS = range(1900, 2200)


@dataclass(slots=True)
class ForeignEvent:
    """An event made in Google, with the columns of `GoogleEvent` that the item decides.

    Not frozen, because a first pull makes ten thousand, and freezing each takes as long again.

    `first_starts_at` and `last_ends_at` (aware UTC) bound all that it generates, whole days in
    whichever zone they are looked at. `last_ends_at` is None when it repeats for ever. Both are
    None for a cancelled occurrence.
    """

    google_id: str
    etag: str
    recurring_google_id: str = ""
    original_start: str = ""
    is_cancelled: bool = False
    summary: str = ""
    location: str = ""
    html_link: str = ""
    is_private: bool = False
    is_free: bool = False
    event_type: str = "default"
    status: str = "confirmed"
    response: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    time_zone: str = ""
    recurrence: list[str] = field(default_factory=list)
    first_starts_at: dt.datetime | None = None
    last_ends_at: dt.datetime | None = None
    problem: str = ""


class Unreadable(ValueError):
    """An item from Google that cannot be shown. `reason` is a sentence without its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def event_body(
    snapshot: Snapshot,
    *,
    google_id: str | None = None,
    properties: Mapping[str, str],
    sequence: int | None = None,
    status: str = "confirmed",
) -> dict[str, Any]:
    """The whole body of an insert (with `google_id`) or an update of one of our events.

    Never guests, conferences or attachments. Private events get no reminder, so that no phone
    announces a client; others keep the calendar's own. An update echoes the `sequence` it read
    (GOOGLE.md 3.4), and `status` brings a cancelled event back (3.8).
    """
    is_private = snapshot.visibility is Visibility.PRIVATE
    body: dict[str, Any] = {
        "status": status,
        "summary": snapshot.summary,
        "description": snapshot.description,
        "location": snapshot.location,
        "visibility": snapshot.visibility.value,
        "transparency": snapshot.transparency.value,
        "recurrence": list(snapshot.recurrence),
        "reminders": {"useDefault": not is_private},
        "extendedProperties": {"private": dict(properties)},
        **_body_times(snapshot.span),
    }
    if google_id is not None:
        body["id"] = google_id
    if sequence is not None:
        body["sequence"] = sequence
    return body


def snapshot_of(item: Mapping[str, Any], *, calendar_time_zone: str) -> Snapshot:
    """How Google shows one of our events, in the form in which ours are compared with it.

    Raises `Unreadable` for an item without readable times.
    """
    span = _span(item, calendar_time_zone)
    return Snapshot(
        summary=text(item, "summary"),
        span=span,
        description=text(item, "description"),
        location=text(item, "location"),
        visibility=Visibility.PRIVATE if _is_private(item) else Visibility.DEFAULT,
        transparency=Transparency.TRANSPARENT if _is_free(item) else Transparency.OPAQUE,
        recurrence=canonical_lines(_recurrence(item), span),
    )


def foreign_event(
    item: Mapping[str, Any], *, calendar_time_zone: str, shows_details: bool
) -> ForeignEvent:
    """An event of somebody's Google calendar, reduced to what the app may keep of it.

    Title and place are dropped when the practitioner does not want details, and always for
    private events and those whose details Google hides (GOOGLE.md 5.6). A rule that cannot be
    read leaves the first occurrence and a `problem`. Raises `Unreadable` for a live event without
    readable times.
    """
    if item.get("status") == CANCELLED:
        identity = _identity(item, calendar_time_zone)
        return ForeignEvent(**identity, is_cancelled=True, status=CANCELLED)
    span, is_private = _span(item, calendar_time_zone), _is_private(item)
    has_details = shows_details and not is_private
    return ForeignEvent(
        **_identity(item, calendar_time_zone),
        summary=line(item, "summary") if has_details else "",
        location=line(item, "location") if has_details else "",
        html_link=link(item),
        is_private=is_private,
        is_free=_is_free(item),
        event_type=text(item, "eventType") or "default",
        status=text(item, "status") or "confirmed",
        response=_own_response(item),
        **_span_columns(span),
        **_repetition(item, span, calendar_time_zone),
    )


def mark_of(item: Mapping[str, Any]) -> str | None:
    """The value of our mark on an event, or None."""
    properties = inner(inner(item.get("extendedProperties")).get("private"))
    mark = properties.get(PROPERTY_MARK)
    return mark if isinstance(mark, str) and mark else None


def original_start_of(item: Mapping[str, Any], *, calendar_time_zone: str) -> Start | None:
    """Which occurrence of its series an item is: aware UTC, a date, or None for no occurrence."""
    original = inner(item.get("originalStartTime"))
    return _moment(original, calendar_time_zone)[0] if original else None


def title_of(item: Mapping[str, Any], *, shows_details: bool) -> str:
    """What may be said of an item that cannot be shown otherwise; "" for a private one."""
    return line(item, "summary") if shows_details and not _is_private(item) else ""


def is_tombstone(item: Mapping[str, Any]) -> bool:
    """Whether nothing is left of the event; a cancelled occurrence leaves a gap in its series."""
    return item.get("status") == CANCELLED and "recurringEventId" not in item


def uid_of(item: Mapping[str, Any]) -> str:
    """The iCalUID, which an event keeps when it is imported from a feed."""
    return text(item, "iCalUID")


def _body_times(span: Span) -> dict[str, Any]:
    if isinstance(span, AllDaySpan):
        return {
            "start": {"date": span.starts_on.isoformat()},
            "end": {"date": span.ends_on.isoformat()},
        }
    return {
        "start": {"dateTime": span.starts_local.isoformat(), "timeZone": span.time_zone},
        "end": {"dateTime": span.ends_local.isoformat(), "timeZone": span.time_zone},
    }


def _span(item: Mapping[str, Any], calendar_time_zone: str) -> Span:
    """The span as Google has it; zero length is allowed there (GOOGLE.md 3.5)."""
    start, time_zone = _moment(inner(item.get("start")), calendar_time_zone)
    end, _ = _moment(inner(item.get("end")), calendar_time_zone)
    if start is None:
        raise Unreadable("It has no start.")
    if isinstance(start, dt.datetime):
        ends_at = end if isinstance(end, dt.datetime) else start
        return TimedSpan(start, max(start, ends_at), time_zone)
    is_whole = end is not None and not isinstance(end, dt.datetime) and end > start
    return AllDaySpan(start, end if is_whole and end else start + dt.timedelta(days=1))


def _moment(time: Mapping[str, Any], calendar_time_zone: str) -> tuple[Start | None, str]:
    """One of Google's start or end objects: the moment, and the zone that it is in."""
    named = text(time, "timeZone")
    time_zone = named if named and is_known_zone(named) else calendar_time_zone
    moment: Start | None = None
    try:
        if timed := text(time, "dateTime"):
            moment = _instant(timed, time_zone)
        elif whole := text(time, "date"):
            moment = dt.date.fromisoformat(whole)
    except (ValueError, OverflowError) as unreadable:
        raise Unreadable("Its time cannot be read.") from unreadable
    if moment is not None and moment.year not in READABLE_YEARS:
        raise Unreadable("Its date is too far away.")
    return moment, time_zone


def _instant(text: str, time_zone: str) -> dt.datetime:
    """Aware UTC in whole seconds, as Google drops fractions itself (GOOGLE.md 3.5)."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(time_zone))
    moment = moment.astimezone(dt.UTC)
    return moment.replace(microsecond=0) if moment.microsecond else moment


def _identity(item: Mapping[str, Any], calendar_time_zone: str) -> dict[str, Any]:
    """What even a tombstone may carry; only the id is certain (GOOGLE.md 5.4)."""
    google_id = text(item, "id")
    if not google_id:
        raise Unreadable("It has no id.")
    original = original_start_of(item, calendar_time_zone=calendar_time_zone)
    return {
        "google_id": google_id,
        "etag": text(item, "etag"),
        "recurring_google_id": text(item, "recurringEventId"),
        "original_start": _start_text(original),
    }


def _start_text(start: Start | None) -> str:
    """As rows name an occurrence: an ISO instant in UTC, an ISO date, or ""."""
    return start.isoformat() if start is not None else ""


def _span_columns(span: Span) -> dict[str, Any]:
    if isinstance(span, AllDaySpan):
        return {"starts_on": span.starts_on, "ends_on": span.ends_on}
    return {"starts_at": span.starts_at, "ends_at": span.ends_at, "time_zone": span.time_zone}


def _repetition(item: Mapping[str, Any], span: Span, calendar_time_zone: str) -> dict[str, Any]:
    """The rule of a master, the bounds of whatever it generates, and what is wrong with it."""
    lines = canonical_lines(_recurrence(item), span)
    begins, ends = widest(span)
    bounds: dict[str, Any] = {"first_starts_at": begins, "last_ends_at": ends}
    if not lines:
        return bounds
    try:
        bounds["last_ends_at"] = last_end(span, lines)
    except UnreadableRule:
        return bounds | {"problem": "Its repetition cannot be read; only the first date is shown."}
    problem = _zone_problem(item, calendar_time_zone)
    return bounds | {"recurrence": list(lines), "problem": problem}


def _zone_problem(item: Mapping[str, Any], calendar_time_zone: str) -> str:
    """A series keeps the wall clock of its zone, so a zone that nobody knows here is told."""
    named = text(inner(item.get("start")), "timeZone")
    if not named or is_known_zone(named):
        return ""
    return f"Its time zone is unknown here; it is shown in {calendar_time_zone} time."


def _own_response(item: Mapping[str, Any]) -> str:
    """The account's own answer to an invitation: accepted, declined, tentative, needsAction."""
    attendees = item.get("attendees")
    for attendee in attendees if isinstance(attendees, list) else []:
        if isinstance(attendee, Mapping) and attendee.get("self"):
            return text(attendee, "responseStatus")
    return ""


def _recurrence(item: Mapping[str, Any]) -> list[str]:
    lines = item.get("recurrence")
    return [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []


def _is_private(item: Mapping[str, Any]) -> bool:
    return text(item, "visibility") in PRIVATE_VISIBILITIES


def _is_free(item: Mapping[str, Any]) -> bool:
    return text(item, "transparency") == Transparency.TRANSPARENT
