"""What has to be true during the storm and after it (RELIABILITY.md 1.2, I1 to I4, I7, I10)."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from tests.soak.people import Crowd, Person
from tests.story.office import Office
from webapp.db.engine import UNAVAILABLE
from webapp.db.models import (
    Appointment,
    ConnectionState,
    GoogleConnection,
    GoogleEvent,
    Outbox,
    SyncedCalendar,
    SyncRun,
)
from webapp.db.scope import Scope
from webapp.db.snapshots import appointment_values
from webapp.domain.product import NAME
from webapp.domain.run_state import LIVE

LIMIT_SECONDS = 75.0
"""The sweeper's minute, and a fault's longest life on top (I7)."""

Shown = tuple[str, str]
"""A title and a start, as ISO text in UTC."""


class Watch:
    """Looks again and again for a calendar that wants something, makes no progress and says
    nothing. `worst` is the longest standstill in seconds."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._since: dict[str, tuple[object, float]] = {}
        self.worst = 0.0
        self.silent: set[str] = set()

    def look(self) -> None:
        """One look at every calendar; a database that is busy is looked at later."""
        try:
            with self._office.database.reading(Scope.installation()) as session:
                for calendar, progress in _restless(session):
                    self._note(calendar, progress, self._office.clock())
        except UNAVAILABLE:
            return

    def _note(self, calendar: SyncedCalendar, progress: object, now: dt.datetime) -> None:
        if progress is None or _reason(calendar, now):
            self._since.pop(calendar.id, None)
            return
        known, since = self._since.get(calendar.id, (None, 0.0))
        if known != progress:
            since = time.monotonic()
            self._since[calendar.id] = (progress, since)
        standstill = time.monotonic() - since
        self.worst = max(self.worst, standstill)
        if standstill > LIMIT_SECONDS:
            self.silent.add(calendar.id)


def waiting(office: Office) -> list[str]:
    """What is not at rest yet, in a line each; calendars by their ids."""
    with office.database.reading(Scope.installation()) as session:
        wanting = [(row, p) for row, p in _restless(session) if p is not None]
        return [f"calendar {row.id} wants {p}; it says {row.failure!r}" for row, p in wanting]


def stuck(office: Office) -> list[SyncedCalendar]:
    """Calendars that do not go on by themselves within a minute, or that ask whether what is gone
    in Google is to go here (R125); their tiles have a button."""
    soon = office.clock() + dt.timedelta(minutes=1)
    with office.database.reading(Scope.installation()) as session:
        rows = session.exec(select(SyncedCalendar).where(col(SyncedCalendar.is_on).is_(True))).all()
    return [row for row in rows if row.gone_count or _is_far_off(row, soon)]


def _is_far_off(calendar: SyncedCalendar, soon: dt.datetime) -> bool:
    is_later = calendar.next_attempt_at is not None and calendar.next_attempt_at > soon
    return bool(calendar.failure) and is_later


def differences(crowd: Crowd) -> Iterator[str]:
    """Where the two sides do not agree; nothing when all is well."""
    yield from _lost_connections(crowd.office)
    for number, person in enumerate(crowd.people):
        for what in (*_ours(person), *_theirs(person)):
            yield f"practitioner {number}: {what}"


def _restless(session: Session) -> Iterator[tuple[SyncedCalendar, object]]:
    """Every calendar that is on, with how far it is, or None when it wants nothing."""
    wishes = session.exec(
        select(
            Outbox.calendar_id,
            func.sum(col(Outbox.requested) - col(Outbox.completed)),
            func.sum(col(Outbox.completed)),
        )
        .where(Outbox.failure == "")
        .group_by(col(Outbox.calendar_id))
    )
    open_wishes = {calendar_id: (left, done) for calendar_id, left, done in wishes}
    live = set(session.exec(select(SyncRun.calendar_id).where(col(SyncRun.state).in_(LIVE))))
    for row in session.exec(select(SyncedCalendar).where(col(SyncedCalendar.is_on).is_(True))):
        left, done = open_wishes.get(row.id, (0, 0))
        is_wanting = row.requested > row.completed or left or row.id in live
        yield row, (row.completed, left, done, row.id in live) if is_wanting else None


def _reason(calendar: SyncedCalendar, now: dt.datetime) -> bool:
    """Whether the calendar says why nothing happens, or until when."""
    is_told_to_wait = calendar.next_attempt_at is not None and calendar.next_attempt_at > now
    return bool(calendar.failure) or is_told_to_wait


def _lost_connections(office: Office) -> Iterator[str]:
    """No fault of the storm takes access away, so none may be believed lost (F22)."""
    with office.database.reading(Scope.installation()) as session:
        for row in session.exec(select(GoogleConnection)):
            if row.state is not ConnectionState.CONNECTED:
                yield f"a connection is {row.state.value}: {row.reason}"


def _ours(person: Person) -> Iterator[str]:
    desk = person.desk
    names = [calendar.summary for calendar in desk.hand.calendars()]
    if names.count(NAME) != 1:
        yield f"{names.count(NAME)} calendars of ours in Google"
        return
    wanted = Counter(_wanted(desk))
    shown = Counter(
        (event.get("summary", ""), _start(event))
        for event in desk.ours.events()
        if "recurringEventId" not in event
    )
    yield from _told("Google lacks", wanted - shown)
    yield from _told("Google has too many of", shown - wanted)


def _theirs(person: Person) -> Iterator[str]:
    desk = person.desk
    shown = Counter((e["id"], e.get("summary", "")) for e in desk.hand.calendar().events())
    calendar = desk.calendar(desk.account)
    with desk.writing() as (session, _):
        rows = session.exec(
            select(GoogleEvent).where(
                GoogleEvent.calendar_id == calendar.id, col(GoogleEvent.is_cancelled).is_(False)
            )
        ).all()
    mirrored = Counter((row.google_id, row.summary) for row in rows)
    yield from _told("the app lacks", shown - mirrored)
    yield from _told("the app has too many of", mirrored - shown)


def _wanted(desk: Office) -> Iterator[Shown]:
    with desk.writing() as (session, ada):
        rows: Sequence[Appointment] = session.exec(
            select(Appointment).where(
                Appointment.member_id == ada.id, col(Appointment.cancelled_at).is_(None)
            )
        ).all()
        values = appointment_values(session, rows)
    for row, one in zip(rows, values, strict=True):
        assert row.starts_at is not None
        yield (one.client.internal_id if one.client else one.title), row.starts_at.isoformat()


def _start(event: dict) -> str:  # type: ignore[type-arg]
    return dt.datetime.fromisoformat(event["start"]["dateTime"]).astimezone(dt.UTC).isoformat()


def _told(what: str, events: Counter[Shown]) -> Iterator[str]:
    if events:
        yield f"{what} {sum(events.values())}, such as {next(iter(events))}"
