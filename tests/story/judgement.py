"""What must be true of the app and of Google once everything has come to rest (I1 to I4).

What Google should show is worked out here from the rows alone: titles from a table, times from the
rules. What it does show comes from the stand-in's own expansion, which shares no code with ours.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, select, text

from emulator.person import PersonCalendar
from tests.story import mirror_judgement
from tests.story.office import ZONE, Office
from tests.story.one_process import BEGINNING
from webapp.db.models import (
    Appointment,
    EventLink,
    Member,
    Outbox,
    SyncedCalendar,
    SyncProblem,
    SyncRun,
    SyncSettings,
)
from webapp.db.snapshots import appointment_values
from webapp.domain.calendar_pages import Window
from webapp.domain.naming import Display
from webapp.domain.product import NAME
from webapp.domain.recurrence import occurrences
from webapp.domain.run_state import LIVE
from webapp.domain.timespan import Span, TimedSpan

Shown = tuple[str, str, str]
"""A title, a start and an end; times as ISO text in UTC, days as dates."""

WINDOW = Window(
    BEGINNING - dt.timedelta(days=90), BEGINNING + dt.timedelta(days=300), day_zone=ZONE
)
TITLES = {
    Display.INTERNAL_ID: {"C-1001": "C-1001", "C-1002": "C-1002"},
    Display.FIRST_NAME: {"C-1001": "Cleo", "C-1002": "Iris & Jan"},
    Display.INITIALS: {"C-1001": "CM", "C-1002": "IM & JH"},
    Display.FULL_NAME: {"C-1001": "Cleo Marsh", "C-1002": "Iris Moor & Jan Holt"},
}
OCCURRENCE = re.compile(r".+_\d{8}(T\d{6}Z)?")


def own_rows(office: Office) -> list[tuple[Any, ...]]:
    """Every appointment and every changed occurrence, as the database holds them."""
    with office.database.reading() as session:
        connection = session.connection()
        return [
            tuple(row)
            for table in ("appointment", "appointment_exception")
            for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))
        ]


def check(office: Office, *, by_hand: set[str], written: list[tuple[Any, ...]]) -> None:
    """Raises AssertionError with the first thing that is not as it must be."""
    assert own_rows(office) == written, "an appointment was changed by something from Google (R106)"
    with office.writing() as (session, ada):
        _check_rest(session)
        ids = set(session.exec(select(EventLink.google_id)))
        wanted = _wanted(session, ada)
    ours = office.ours
    assert [one.summary for one in office.hand.calendars()].count(NAME) == 1, "one calendar (R62)"
    shown = Counter(_instances(ours, lambda event_id: event_id in ids))
    assert shown == wanted, f"Google lacks {wanted - shown}, and has too many {shown - wanted}"
    strangers = {e["id"] for e in ours.events() if _series_id(e) not in ids}
    unknown = {one for one in strangers if _root(one) not in {_root(hand) for hand in by_hand}}
    assert not unknown, f"nobody made {unknown} by hand: they are duplicates (I3)"
    mirror_judgement.check(office)


def is_occurrence_id(google_id: str) -> bool:
    """Whether the id names an occurrence of a series."""
    return OCCURRENCE.fullmatch(google_id) is not None


def _check_rest(session: Session) -> None:
    """I6, I10: nothing waits, nothing failed, every run has ended."""
    waiting = session.exec(
        select(Outbox).where(col(Outbox.requested) > col(Outbox.completed))
    ).all()
    assert not waiting, "wishes are left"
    assert not session.exec(select(SyncRun).where(col(SyncRun.state).in_(tuple(LIVE)))).all()
    calendars = session.exec(select(SyncedCalendar)).all()
    failures = [row.failure for row in calendars if row.failure and not row.is_missing]
    assert not failures, f"a calendar failed for good: {failures}"
    reasons = [row.reason for row in session.exec(select(SyncProblem))]
    assert not reasons, f"events were given up: {reasons}"


def _wanted(session: Session, ada: Member) -> Counter[Shown]:
    display = session.exec(
        select(SyncSettings.display).where(SyncSettings.member_id == ada.id)
    ).one()
    rows = session.exec(select(Appointment).where(col(Appointment.cancelled_at).is_(None))).all()
    found: Counter[Shown] = Counter()
    for values in appointment_values(session, rows):
        client = values.client
        title = TITLES[display][client.internal_id] if client is not None else values.title
        for one in occurrences(
            values.span,
            values.rule,
            values.changes,
            after=WINDOW.after,
            before=WINDOW.before,
            day_zone=ZONE,
        ):
            found[_shown(title, one.span)] += 1
    return found


def _shown(title: str, span: Span) -> Shown:
    if isinstance(span, TimedSpan):
        return title, span.starts_at.isoformat(), span.ends_at.isoformat()
    return title, span.starts_on.isoformat(), span.ends_on.isoformat()


def _instances(calendar: PersonCalendar, is_meant: Any) -> Iterable[Shown]:
    """Everything that Google shows in the window of the events that are meant."""
    for event in calendar.events():
        if "recurringEventId" in event or not is_meant(event["id"]):
            continue
        found = calendar.instances(event["id"], days=400) if "recurrence" in event else [event]
        for one in found:
            item = _item(one)
            if _is_in_window(item):
                yield item


def _item(event: dict[str, Any]) -> Shown:
    return event.get("summary", ""), _moment(event["start"]), _moment(event["end"])


def _moment(time: dict[str, str]) -> str:
    if "date" in time:
        return time["date"]
    return dt.datetime.fromisoformat(time["dateTime"]).astimezone(dt.UTC).isoformat()


def _is_in_window(item: Shown) -> bool:
    return WINDOW.after.isoformat() < item[2] and item[1] < WINDOW.before.isoformat()


def _series_id(event: dict[str, Any]) -> str:
    return event.get("recurringEventId", event["id"])


def _root(google_id: str) -> str:
    return google_id.partition("_")[0]
