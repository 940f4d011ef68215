"""Whether the app shows exactly what Google shows: event by event, occurrence by occurrence (I1).

What Google shows comes from the stand-in's own expansion and the fields of its events, by rules
that are written out here once more. No code of the product takes part in that.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from emulator.person import PersonCalendar
from tests.story.office import ZONE, Office
from tests.story.one_process import BEGINNING
from webapp.db.models import CalendarRole, EventLink, GoogleEvent, Member, SyncedCalendar
from webapp.db.queries.google_events import google_entries
from webapp.domain.calendar_pages import Window
from webapp.domain.timespan import Span, TimedSpan
from webapp.google.mapping import PROPERTY_MARK

WINDOW = Window(
    BEGINNING - dt.timedelta(days=90), BEGINNING + dt.timedelta(days=300), day_zone=ZONE
)
ALWAYS_BUSY = ("outOfOffice", "focusTime")
NEVER_LISTED = ("workingLocation", "birthday")


@dataclass(frozen=True, order=True)
class Seen:
    """One occurrence as a person sees it. Times are ISO texts in UTC, days are dates."""

    calendar: str
    title: str
    start: str
    end: str
    is_busy: bool


def check(office: Office) -> None:
    """Raises AssertionError when the app shows something else than Google.

    What is kept of a calendar that is gone is not compared (F45).
    """
    with office.writing() as (session, ada):
        ours = _ours(session)
        synced = session.exec(
            select(SyncedCalendar).where(
                col(SyncedCalendar.is_on).is_(True), col(SyncedCalendar.is_missing).is_(False)
            )
        ).all()
        _check_counts(session, synced)
        names = {row.name for row in synced}
        every = mirrored(session, ada)
        details = {row.google_id: row.shows_details for row in synced}
    shown = Counter({seen: count for seen, count in every.items() if seen.calendar in names})
    there = {calendar.id: calendar for calendar in office.hand.calendars()}
    expected: Counter[Seen] = Counter()
    for calendar_id in details.keys() & there.keys():
        own = ours.get(calendar_id, frozenset())
        expected.update(_shown(there[calendar_id], own, has_details=details[calendar_id]))
    lost, invented = expected - shown, shown - expected
    assert (lost, invented) == (Counter(), Counter()), "the app lacks, and shows too many"


def _check_counts(session: Session, synced: Sequence[SyncedCalendar]) -> None:
    """Each tile of another calendar says how many events it has here."""
    live = col(GoogleEvent.is_cancelled).is_(False)
    rows = Counter(session.exec(select(GoogleEvent.calendar_id).where(live)))
    others = [row for row in synced if row.role is CalendarRole.OTHER]
    assert {row.name: row.event_count for row in others} == {
        row.name: rows[row.id] for row in others
    }


def _ours(session: Session) -> dict[str | None, set[str]]:
    """The ids of our events by calendar: an id is one event in one calendar alone. What somebody
    dragged to another one keeps its id there, and is not ours any more (R98, F56)."""
    found: dict[str | None, set[str]] = {}
    links = select(SyncedCalendar.google_id, EventLink.google_id).join(
        EventLink, col(EventLink.calendar_id) == col(SyncedCalendar.id)
    )
    for calendar_id, event_id in session.exec(links):
        found.setdefault(calendar_id, set()).add(event_id)
    return found


def mirrored(session: Session, member: Member, window: Window = WINDOW) -> Counter[Seen]:
    """What the app shows of Google's events."""
    return Counter(
        Seen(entry.calendar_name, entry.title, *_ends(entry.span), entry.is_busy)
        for entry in google_entries(session, member, window)
    )


def in_google(
    calendar: PersonCalendar, is_ours: Callable[[str], bool] = lambda _: False
) -> Iterator[dict[str, Any]]:
    """Every occurrence of what was not made by the app, also those whose series is elsewhere."""
    events = calendar.events()
    masters = {event["id"] for event in events if "recurrence" in event}
    for event in events:
        if is_ours(event["id"]) or event.get("recurringEventId") in masters:
            continue
        if "recurrence" in event:
            yield from calendar.instances(event["id"], days=_days_from(event))
        elif not is_ours(event.get("recurringEventId", "")):
            yield event


def _shown(calendar: PersonCalendar, ours: Container[str], *, has_details: bool) -> Iterator[Seen]:
    for event in in_google(calendar, lambda event_id: event_id in ours):
        seen = _seen(calendar.summary, event, has_details=has_details)
        if _is_listed(event) and _is_in_window(seen):
            yield seen


def _days_from(master: dict[str, Any]) -> int:
    """From the first occurrence to beyond the window."""
    first = dt.date.fromisoformat(_moment(master["start"])[:10])
    return max((WINDOW.before.date() - first).days, 0) + 2


def _is_listed(event: dict[str, Any]) -> bool:
    answers = [one.get("responseStatus") for one in event.get("attendees", []) if one.get("self")]
    return "declined" not in answers and event.get("eventType") not in NEVER_LISTED


def _seen(calendar: str, event: dict[str, Any], *, has_details: bool) -> Seen:
    is_copy = PROPERTY_MARK in event.get("extendedProperties", {}).get("private", {})
    is_free = is_copy or event.get("transparency") == "transparent"
    is_busy = event.get("eventType") in ALWAYS_BUSY or not is_free
    is_hidden = not has_details or event.get("visibility") in ("private", "confidential")
    title = "" if is_hidden else event.get("summary", "")
    title = title or ("Busy" if is_busy else "Free")
    return Seen(calendar, title, _moment(event["start"]), _moment(event["end"]), is_busy)


def _ends(span: Span) -> tuple[str, str]:
    if isinstance(span, TimedSpan):
        return span.starts_at.isoformat(), span.ends_at.isoformat()
    return span.starts_on.isoformat(), span.ends_on.isoformat()


def _moment(time: dict[str, str]) -> str:
    if "date" in time:
        return time["date"]
    return dt.datetime.fromisoformat(time["dateTime"]).astimezone(dt.UTC).isoformat()


def _is_in_window(seen: Seen) -> bool:
    """Whole days count from midnight in the office's zone, which is before the dates in UTC."""
    after, before = WINDOW.after.isoformat(), WINDOW.before.isoformat()
    if "T" not in seen.start:
        return after[:10] < seen.end and seen.start <= before[:10]
    return seen.start < before and (after < seen.end or after <= seen.start)
