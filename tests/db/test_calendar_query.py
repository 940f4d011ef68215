"""What a calendar page is made of: own events, Google's, and who may see what."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from tests.cast import ZONE, World, make_appointment, make_member
from webapp.db.engine import Database
from webapp.db.models import (
    AppointmentException,
    CalendarRole,
    ConnectionState,
    EventLink,
    GoogleConnection,
    GoogleEvent,
    Member,
    Outbox,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.queries.calendar import calendar_entries
from webapp.db.scope import Scope
from webapp.db.snapshots import start_text
from webapp.domain.calendar_entries import Entry, EntryKind
from webapp.domain.calendar_pages import CalendarView, page
from webapp.domain.timespan import TimedSpan, midnight
from webapp.domain.wall_clock import timed_span, wall

WEEK = page(CalendarView.WEEK, dt.date(2026, 11, 23)).window(ZONE)


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A session inside Harbour Practice."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


def at(text: str, minutes: int = 50) -> TimedSpan:
    """A span that begins at a local time."""
    starts = dt.datetime.fromisoformat(text)
    return timed_span(starts, starts + dt.timedelta(minutes=minutes), ZONE)


@pytest.fixture
def google(session: Session, world: World, now: dt.datetime) -> SyncedCalendar:
    """Ada's private Google calendar, synced two-way."""
    connection = GoogleConnection(
        practice_id=world.ada.practice_id,
        member_id=world.ada.id,
        google_sub="ada",
        email="ada@example.com",
        granted_scopes="",
        sealed_token="",
        state=ConnectionState.CONNECTED,
        state_since=now,
        connected_at=now,
    )
    settings = SyncSettings(
        practice_id=world.ada.practice_id,
        member_id=world.ada.id,
        is_enabled=True,
        mode=SyncMode.TWO_WAY,
    )
    calendar = SyncedCalendar(
        practice_id=world.ada.practice_id,
        member_id=world.ada.id,
        connection_id=connection.id,
        google_id="ada@example.com",
        role=CalendarRole.OTHER,
        name="Private",
        colour="#0b8043",
        is_on=True,
        last_success_at=now,
    )
    session.add_all([connection, settings, calendar])
    session.flush()
    return calendar


def add_google(
    session: Session, calendar: SyncedCalendar, google_id: str, span: TimedSpan, **columns: Any
) -> GoogleEvent:
    """An event of that calendar; a series has no end unless told."""
    is_series = bool(columns.get("recurrence"))
    row = GoogleEvent(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        google_id=google_id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        time_zone=span.time_zone,
        first_starts_at=span.starts_at,
        last_ends_at=None if is_series else span.ends_at,
        **{"summary": google_id, **columns},
    )
    session.add(row)
    session.flush()
    return row


def seen(session: Session, world: World, viewer: Member | None = None) -> list[Entry]:
    """Ada's week as `viewer` (Ada herself unless given) sees it."""
    return calendar_entries(session, viewer=viewer or world.ada, member=world.ada, window=WEEK)


def titles(entries: list[Entry]) -> list[str]:
    """Local start and title of each."""
    return [
        f"{wall(each.span.starts_at, ZONE):%a %H:%M} {each.title}"
        if isinstance(each.span, TimedSpan)
        else f"{each.span.starts_on:%a} {each.title}"
        for each in entries
    ]


def test_it_shows_own_events_in_time_order(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Clients by their full names, as inside the app; cancelled ones are gone."""
    make_appointment(session, world.ada, at("2026-11-24T12:00"), now=now, title="Lunch")
    make_appointment(session, world.ada, at("2026-11-24T10:00"), now=now, client=world.couple)
    gone = make_appointment(session, world.ada, at("2026-11-24T09:00"), now=now, title="Gone")
    gone.cancelled_at = now
    make_appointment(session, world.ben, at("2026-11-24T09:00"), now=now, title="Of Ben")
    make_appointment(session, world.ada, at("2026-11-30T00:00"), now=now, title="Next week")
    entries = seen(session, world)
    assert titles(entries) == ["Tue 10:00 Iris Moor & Jan Holt", "Tue 12:00 Lunch"]
    assert [each.kind for each in entries] == [EntryKind.CLIENT, EntryKind.OWN]


def test_a_series_shows_what_its_changes_leave(
    session: Session, world: World, now: dt.datetime
) -> None:
    """One session moved into the week from far before the first, one cancelled in it."""
    row = make_appointment(
        session,
        world.ada,
        at("2026-11-25T18:00"),
        now=now,
        client=world.cleo,
        rule="FREQ=WEEKLY;BYDAY=WE",
    )
    changes: list[tuple[TimedSpan, TimedSpan | None]] = [
        (at("2026-11-25T18:00"), None),
        (at("2027-03-03T18:00"), at("2026-11-26T08:00")),
    ]
    for original, to in changes:
        session.add(
            AppointmentException(
                practice_id=row.practice_id,
                appointment_id=row.id,
                original_start=start_text(original.starts_at),
                starts_at=to.starts_at if to else None,
                ends_at=to.ends_at if to else None,
            )
        )
    session.flush()
    (entry,) = seen(session, world)
    assert titles([entry]) == ["Thu 08:00 Cleo Marsh"]
    assert (entry.key, entry.is_repeating) == (row.id, True)
    assert entry.original_start == start_text(at("2027-03-03T18:00").starts_at)


def test_a_session_moved_to_before_the_first_one_is_found(
    session: Session, world: World, now: dt.datetime
) -> None:
    """The series itself begins next year."""
    row = make_appointment(
        session,
        world.ada,
        at("2027-01-06T18:00"),
        now=now,
        client=world.cleo,
        rule="FREQ=WEEKLY;BYDAY=WE;COUNT=2",
    )
    to = at("2026-11-26T08:00")
    session.add(
        AppointmentException(
            practice_id=row.practice_id,
            appointment_id=row.id,
            original_start=start_text(at("2027-01-06T18:00").starts_at),
            starts_at=to.starts_at,
            ends_at=to.ends_at,
        )
    )
    session.flush()
    assert titles(seen(session, world)) == ["Thu 08:00 Cleo Marsh"]


def test_whole_days_are_found_on_each_of_their_days(
    session: Session, world: World, now: dt.datetime
) -> None:
    """From the week before into this one; a day that ended on Sunday is not."""
    for first, end, title in [
        (dt.date(2026, 11, 20), dt.date(2026, 11, 24), "Away"),
        (dt.date(2026, 11, 22), dt.date(2026, 11, 23), "Sunday"),
        (dt.date(2026, 11, 30), dt.date(2026, 12, 1), "Next"),
    ]:
        row = make_appointment(session, world.ada, at("2026-11-24T09:00"), now=now, title=title)
        row.starts_at = row.ends_at = None
        row.starts_on, row.ends_on = first, end
    session.flush()
    assert titles(seen(session, world)) == ["Fri Away"]


def test_google_events_stand_beside_own_ones(
    session: Session, world: World, google: SyncedCalendar
) -> None:
    """R4, R7: busy or free as in Google, with the calendar's name and hue."""
    add_google(session, google, "Dentist", at("2026-11-23T08:00"))
    add_google(session, google, "Yoga", at("2026-11-24T08:00"), is_free=True)
    add_google(session, google, "hidden", at("2026-11-25T08:00"), summary="")
    entries = seen(session, world)
    assert titles(entries) == ["Mon 08:00 Dentist", "Tue 08:00 Yoga", "Wed 08:00 Busy"]
    assert [each.is_busy for each in entries] == [True, False, True]
    assert [each.is_hidden for each in entries] == [False, False, True]
    assert {(each.calendar_name, each.hue) for each in entries} == {("Private", "green")}


def test_exceptions_stand_in_the_place_of_what_they_replace(
    session: Session, world: World, google: SyncedCalendar
) -> None:
    """R95: a daily series with one moved, one cancelled, and one moved out of the week."""
    add_google(session, google, "Run", at("2026-11-01T07:00"), recurrence=["RRULE:FREQ=DAILY"])
    for day, to in [(24, at("2026-11-24T19:00")), (26, at("2026-12-24T07:00"))]:
        add_google(
            session,
            google,
            f"Run_{day}",
            to,
            recurring_google_id="Run",
            original_start=start_text(at(f"2026-11-{day}T07:00").starts_at),
        )
    cancelled = add_google(
        session,
        google,
        "Run_25",
        at("2026-11-25T07:00"),
        recurring_google_id="Run",
        original_start=start_text(at("2026-11-25T07:00").starts_at),
        is_cancelled=True,
    )
    cancelled.starts_at = cancelled.ends_at = None
    cancelled.first_starts_at = cancelled.last_ends_at = None
    session.flush()
    assert titles(seen(session, world)) == [
        "Mon 07:00 Run",
        "Tue 19:00 Run_24",
        "Fri 07:00 Run",
        "Sat 07:00 Run",
        "Sun 07:00 Run",
    ]


def test_an_occurrence_that_reaches_in_from_before_the_page_is_gone_when_it_was_moved(
    session: Session, world: World, google: SyncedCalendar
) -> None:
    """Ten days long: its original start lies far before the week that it would be seen in."""
    long = at("2026-11-15T08:00", minutes=10 * 24 * 60)
    add_google(session, google, "Course", long, recurrence=["RRULE:FREQ=MONTHLY;COUNT=2"])
    assert titles(seen(session, world)) == ["Sun 08:00 Course"]
    add_google(
        session,
        google,
        "Course_15",
        at("2027-02-01T08:00"),
        recurring_google_id="Course",
        original_start=start_text(long.starts_at),
    )
    assert titles(seen(session, world)) == []


def test_a_page_reads_the_exceptions_of_its_own_days_and_no_others(
    session: Session, world: World, google: SyncedCalendar, database: Database
) -> None:
    """A daily series with two years of changed occurrences costs the same as one with none."""
    first = at("2024-11-23T07:00")
    add_google(session, google, "Run", first, recurrence=["RRULE:FREQ=DAILY"])
    for number in range(600):
        span = timed_span(
            wall(first.starts_at, ZONE) + dt.timedelta(days=number),
            wall(first.ends_at, ZONE) + dt.timedelta(days=number),
            ZONE,
        )
        add_google(
            session,
            google,
            f"Run_{number}",
            span,
            recurring_google_id="Run",
            original_start=start_text(span.starts_at),
        )
    session.commit()
    rows = []
    event.listen(session, "loaded_as_persistent", lambda _, row: rows.append(row))
    session.expunge_all()
    assert len(seen(session, world)) == 7
    assert len([row for row in rows if isinstance(row, GoogleEvent)]) == 1


def test_a_rule_that_cannot_be_read_shows_its_first_time_and_says_so(
    session: Session, world: World, google: SyncedCalendar
) -> None:
    """F99: nothing is guessed."""
    rule = ["RRULE:FREQ=SECONDLY"]
    add_google(session, google, "Odd", at("2026-11-23T08:00"), recurrence=rule)
    (entry,) = seen(session, world)
    assert titles([entry]) == ["Mon 08:00 Odd"]
    assert entry.problem == "Only the first time is shown: the rule repeats within a day."


@pytest.mark.parametrize("off", ["sync", "mode", "calendar"])
def test_no_google_event_is_shown_unless_two_way_is_on(
    session: Session, world: World, google: SyncedCalendar, off: str
) -> None:
    """R5, R81."""
    add_google(session, google, "Dentist", at("2026-11-23T08:00"))
    settings = session.exec(select(SyncSettings)).one()
    if off == "sync":
        settings.is_enabled = False
    elif off == "mode":
        settings.mode = SyncMode.ONE_WAY
    else:
        google.is_on = False
    session.flush()
    assert seen(session, world) == []


def test_declined_events_and_working_places_are_not_shown(
    session: Session, world: World, google: SyncedCalendar
) -> None:
    """R93, R94; unanswered ones are, and say so."""
    add_google(session, google, "No", at("2026-11-23T08:00"), response="declined")
    add_google(session, google, "Home", at("2026-11-23T09:00"), event_type="workingLocation")
    add_google(session, google, "Maybe", at("2026-11-23T10:00"), response="needsAction")
    (entry,) = seen(session, world)
    assert (entry.title, entry.is_tentative, entry.is_busy) == ("Maybe", True, True)


def test_colleagues_see_that_time_is_taken_and_nothing_else(
    session: Session, world: World, google: SyncedCalendar, now: dt.datetime
) -> None:
    """R100: Ben sees grey time; the owner and the assistant see clients but no Google event."""
    make_appointment(session, world.ada, at("2026-11-23T10:00"), now=now, client=world.cleo)
    add_google(session, google, "Dentist", at("2026-11-23T08:00"), location="Main Street 1")
    add_google(session, google, "Yoga", at("2026-11-24T08:00"), is_free=True)
    busy = Entry(kind=EntryKind.BUSY, title="Busy", span=at("2026-11-23T08:00"), is_hidden=True)
    bens = seen(session, world, viewer=world.ben)
    assert bens[0] == busy
    assert titles(bens) == ["Mon 08:00 Busy", "Mon 10:00 Busy"]
    for keeper in (world.dora, world.eve):
        entries = seen(session, world, viewer=keeper)
        assert titles(entries) == ["Mon 08:00 Busy", "Mon 10:00 Cleo Marsh"]
        assert entries[0] == busy


def test_another_practice_sees_nothing(
    database: Database, session: Session, world: World, now: dt.datetime
) -> None:
    """Even when it asks for Ada by her id."""
    make_appointment(session, world.ada, at("2026-11-23T10:00"), now=now, client=world.cleo)
    session.commit()
    with database.reading(Scope.practice(world.other_practice.id)) as theirs:
        found = calendar_entries(theirs, viewer=world.mallory, member=world.ada, window=WEEK)
    assert found == []


def test_it_shows_what_is_in_google_and_what_is_on_its_way(
    session: Session, world: World, google: SyncedCalendar, now: dt.datetime
) -> None:
    """R85: the lock is for client appointments; waiting and failed writes are marked."""
    google.role = CalendarRole.DEFAULT
    rows = [
        make_appointment(session, world.ada, at(f"2026-11-23T{hour}:00"), now=now, client=client)
        for hour, client in [("08", world.cleo), ("10", world.cleo), ("12", None), ("14", None)]
    ]
    for number, row in enumerate(rows):
        link = {"practice_id": row.practice_id, "calendar_id": google.id, "appointment_id": row.id}
        session.add(EventLink(**link, google_id=f"g{number}", etag="e" if number != 1 else ""))
    for number, failure in ((1, ""), (3, "Google refused it.")):
        row = rows[number]
        link = {"practice_id": row.practice_id, "calendar_id": google.id, "appointment_id": row.id}
        session.add(Outbox(**link, failure=failure))
    session.flush()
    entries = seen(session, world)
    assert [each.is_locked for each in entries] == [True, False, False, False]
    assert [each.is_waiting for each in entries] == [False, True, False, False]
    assert [each.failure for each in entries] == ["", "", "", "Google refused it."]


def test_what_google_said_last_is_marked_with_its_age(
    session: Session, world: World, google: SyncedCalendar, now: dt.datetime
) -> None:
    """R129: a failure deletes nothing."""
    add_google(session, google, "Dentist", at("2026-11-23T08:00"))
    google.failure = "Google stopped our access."
    session.flush()
    assert [each.as_of for each in seen(session, world)] == [now]


def test_the_number_of_queries_does_not_depend_on_the_number_of_events(
    database: Database, session: Session, world: World, google: SyncedCalendar, now: dt.datetime
) -> None:
    """A full week costs three questions more than an empty one: clients, their people, changes."""
    member = make_member(session, world.practice, "Fay Holm", now=now)
    session.commit()
    fewest = _count_queries(database, world, world.ada)
    for number in range(30):
        day = 23 + number % 7
        make_appointment(
            session,
            world.ada,
            at(f"2026-11-{day}T{8 + number % 10:02}:00"),
            now=now,
            client=world.cleo,
            rule="FREQ=WEEKLY",
        )
        add_google(session, google, f"g{number}", at(f"2026-11-{day}T08:00"))
    session.commit()
    assert _count_queries(database, world, world.ada) <= fewest + 3
    assert _count_queries(database, world, member) <= fewest


def _count_queries(database: Database, world: World, member: Member) -> int:
    statements: list[str] = []

    def note(*call: Any) -> None:
        statements.append(call[2])

    event.listen(database.engine, "before_cursor_execute", note)
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar_entries(session, viewer=member, member=member, window=WEEK)
    event.remove(database.engine, "before_cursor_execute", note)
    return len(statements)


def test_days_begin_at_midnight_where_the_page_is_looked_at(
    session: Session, world: World, now: dt.datetime
) -> None:
    """F104: the week with the change has 169 hours, and its last hour belongs to it."""
    window = page(CalendarView.WEEK, dt.date(2026, 10, 25)).window(ZONE)
    assert window.before == midnight(dt.date(2026, 10, 26), ZONE)
    make_appointment(session, world.ada, at("2026-10-25T23:30", 20), now=now, title="Late")
    make_appointment(session, world.ada, at("2026-10-26T00:00", 20), now=now, title="Monday")
    entries = calendar_entries(session, viewer=world.ada, member=world.ada, window=window)
    assert [each.title for each in entries] == ["Late"]
