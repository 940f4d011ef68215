"""Booking, moving, editing and cancelling own events, single ones and series."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, select

from tests.cast import ZONE, World
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    AppointmentException,
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    Member,
    Outbox,
    SyncedCalendar,
)
from webapp.db.scope import Scope
from webapp.db.snapshots import appointment_values
from webapp.domain import recurrence
from webapp.domain.appointment_details import Details
from webapp.domain.errors import Invalid, NotAllowed, NotFound, StaleEdit
from webapp.domain.series_edits import SeriesPart
from webapp.domain.timespan import AllDaySpan, TimedSpan
from webapp.domain.wall_clock import timed_span, wall
from webapp.services import appointments

LUNCH = Details(title="Lunch", is_busy=False)
LATER = dt.timedelta(minutes=5)


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A writing session inside Harbour Practice."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


def at(text: str, *, minutes: int = 50, zone: str = ZONE) -> TimedSpan:
    """A span that begins at the local time `text`, such as 2026-12-03T18:00."""
    starts = dt.datetime.fromisoformat(text)
    return timed_span(starts, starts + dt.timedelta(minutes=minutes), zone)


def book_weekly(
    session: Session, world: World, now: dt.datetime, first: str, *, count: int
) -> Appointment:
    """A weekly series of Ada's with Cleo."""
    span = at(first)
    rule = recurrence.weekly(span, every_weeks=1, count=count)
    return appointments.book(
        session,
        by=world.ada,
        now=now,
        member_id=world.ada.id,
        client_id=world.cleo.id,
        span=span,
        rule=rule,
    )


def shown(session: Session, *rows: Appointment) -> list[str]:
    """Local starts of everything that takes place, in order."""
    found = []
    for values in appointment_values(session, rows):
        if not values.is_cancelled:
            found += recurrence.occurrences(
                values.span,
                values.rule,
                values.changes,
                after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                before=dt.datetime(2028, 1, 1, tzinfo=dt.UTC),
                day_zone=ZONE,
            )
    starts = [one.span.starts_at for one in found if isinstance(one.span, TimedSpan)]
    return [f"{wall(start, ZONE):%m-%d %H:%M}" for start in sorted(starts)]


def start_of_number(row: Appointment, number: int) -> dt.datetime:
    """The original start of an occurrence of a weekly series, counted from 0."""
    assert row.starts_at is not None
    first = wall(row.starts_at, ZONE)
    return at((first + dt.timedelta(weeks=number)).isoformat()).starts_at


def connect_google(session: Session, member: Member, now: dt.datetime) -> SyncedCalendar:
    """Two-way sync that is on: a connection with its default calendar."""
    connection = GoogleConnection(
        practice_id=member.practice_id,
        member_id=member.id,
        google_sub="ada",
        email="ada@example.com",
        granted_scopes="",
        sealed_token="",
        state=ConnectionState.CONNECTED,
        state_since=now,
        connected_at=now,
    )
    calendar = SyncedCalendar(
        practice_id=member.practice_id,
        member_id=member.id,
        connection_id=connection.id,
        google_id="default",
        role=CalendarRole.DEFAULT,
        name="Practice Calendar",
        is_on=True,
    )
    session.add_all([connection, calendar])
    session.commit()
    return calendar


def test_it_books_a_client(session: Session, world: World, now: dt.datetime) -> None:
    """A client appointment is busy whatever the form says, and has no title of its own."""
    row = appointments.book(
        session,
        by=world.ada,
        now=now,
        member_id=world.ada.id,
        client_id=world.cleo.id,
        span=at("2026-12-03T18:00"),
        details=Details(title="ignored", is_busy=False, notes="bring the form"),
    )
    assert (row.client_id, row.title, row.is_busy) == (world.cleo.id, "", True)
    assert (row.version, row.sequence, row.notes) == (1, 0, "bring the form")
    assert shown(session, row) == ["12-03 18:00"]


def test_it_blocks_time_without_a_client(session: Session, world: World, now: dt.datetime) -> None:
    """All-day events stay dates."""
    days = AllDaySpan(dt.date(2026, 12, 24), dt.date(2026, 12, 27))
    row = appointments.block(
        session, by=world.ada, now=now, member_id=world.ada.id, span=days, details=LUNCH
    )
    assert (row.starts_on, row.ends_on, row.starts_at) == (days.starts_on, days.ends_on, None)
    assert (row.title, row.is_busy) == ("Lunch", False)


def test_one_form_sent_twice_books_once(session: Session, world: World, now: dt.datetime) -> None:
    """F70: back button, double click, flaky network."""
    rows = [
        appointments.block(
            session,
            by=world.ada,
            now=now,
            member_id=world.ada.id,
            span=at("2026-12-03T12:00"),
            details=LUNCH,
            form_key="form-1",
        )
        for _ in range(2)
    ]
    assert rows[0].id == rows[1].id
    assert len(session.exec(select(Appointment)).all()) == 1


def test_every_change_is_a_wish_for_google_in_the_same_transaction(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R102, R103: what is booked, moved and cancelled goes to Google."""
    connect_google(session, world.ada, now)
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=1)
    moved = appointments.move(
        session,
        by=world.ada,
        now=now,
        appointment_id=row.id,
        version=1,
        to=at("2026-12-03T19:00"),
    )
    appointments.cancel(session, by=world.ada, now=now, appointment_id=row.id, version=2)
    wish = session.exec(select(Outbox).where(Outbox.appointment_id == row.id)).one()
    session.refresh(wish)
    assert (moved.id, wish.requested, wish.completed) == (row.id, 3, 0)


def test_a_change_that_nobody_sees_outside_keeps_the_sequence(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Notes never leave the app, so feeds and Google have nothing new."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=1)
    changed = appointments.edit(
        session,
        by=world.ada,
        now=now + LATER,
        appointment_id=row.id,
        version=1,
        details=Details(notes="only here"),
    )
    assert (changed.version, changed.sequence, changed.changed_at) == (2, 0, now)


def test_notes_stay_when_somebody_edits_who_may_not_see_them(
    session: Session, world: World, now: dt.datetime
) -> None:
    """The assistant's form has no notes, so it cannot empty them."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=1)
    row.notes = "private"
    changed = appointments.edit(
        session,
        by=world.eve,
        now=now,
        appointment_id=row.id,
        version=1,
        details=Details(location="Room 2", notes=None),
    )
    assert (changed.notes, changed.location, changed.sequence) == ("private", "Room 2", 1)


def test_the_second_of_two_edits_is_refused(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Both saw version 1; nothing is overwritten."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=1)
    change = {"by": world.ada, "now": now, "appointment_id": row.id, "version": 1}
    appointments.move(session, to=at("2026-12-03T19:00"), **change)
    with pytest.raises(StaleEdit):
        appointments.move(session, to=at("2026-12-03T20:00"), **change)
    session.rollback()
    with pytest.raises(StaleEdit):
        appointments.cancel(session, **change)
    assert shown(session, row) == ["12-03 19:00"]


def test_colleagues_and_other_practices_can_change_nothing(
    database: Database, session: Session, world: World, now: dt.datetime
) -> None:
    """Ben works in the same practice, Mallory next door: for both it does not exist."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=1)
    for stranger in (world.ben, world.mallory):
        with database.writing(Scope.practice(stranger.practice_id)) as theirs:
            change = {"by": stranger, "now": now, "appointment_id": row.id, "version": 1}
            with pytest.raises(NotFound):
                appointments.cancel(theirs, **change)
            with pytest.raises(NotFound):
                appointments.move(theirs, to=at("2026-12-03T19:00"), **change)
            with pytest.raises(NotFound):
                appointments.find(theirs, by=stranger, appointment_id=row.id)
    assert shown(session, row) == ["12-03 18:00"]


def test_only_those_who_keep_a_calendar_book_into_it(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Dora and Eve may book for Ada, Ben may not; nobody books for Dora, who meets no clients."""
    booking = {"now": now, "client_id": world.cleo.id, "span": at("2026-12-03T18:00")}
    for keeper in (world.dora, world.eve):
        appointments.book(session, by=keeper, member_id=world.ada.id, **booking)
    with pytest.raises(NotAllowed):
        appointments.book(session, by=world.ben, member_id=world.ada.id, **booking)
    with pytest.raises(NotFound):
        appointments.book(session, by=world.dora, member_id=world.dora.id, **booking)


@pytest.mark.parametrize(
    ("span", "details", "field"),
    [
        (at("2026-12-03T18:00", minutes=0), LUNCH, "ends_at"),
        (at("2026-12-03T18:00", minutes=-30), LUNCH, "ends_at"),
        (at("2026-12-03T18:00", minutes=2000), LUNCH, "ends_at"),
        (at("1926-12-03T18:00"), LUNCH, "starts_on"),
        (AllDaySpan(dt.date(2026, 12, 3), dt.date(2026, 12, 3)), LUNCH, "ends_on"),
        (AllDaySpan(dt.date(2026, 12, 3), dt.date(2028, 12, 3)), LUNCH, "ends_on"),
        (at("2026-12-03T18:00"), Details(title="  "), "title"),
        (at("2026-12-03T18:00"), Details(title="x" * 201), "title"),
        (at("2026-12-03T18:00"), Details(title="x", notes="x" * 10_001), "notes"),
    ],
)
def test_it_refuses_what_cannot_be_right(
    session: Session,
    world: World,
    now: dt.datetime,
    span: TimedSpan | AllDaySpan,
    details: Details,
    field: str,
) -> None:
    """The field is named, and nothing is saved."""
    with pytest.raises(Invalid) as refused:
        appointments.block(
            session, by=world.ada, now=now, member_id=world.ada.id, span=span, details=details
        )
    assert list(refused.value.errors) == [field]
    session.rollback()
    assert session.exec(select(Appointment)).all() == []


def test_it_refuses_a_client_of_another_practice(
    session: Session, world: World, now: dt.datetime
) -> None:
    """An id from elsewhere is no client here."""
    with pytest.raises(Invalid) as refused:
        appointments.book(
            session,
            by=world.ada,
            now=now,
            member_id=world.ada.id,
            client_id=world.stranger.id,
            span=at("2026-12-03T18:00"),
        )
    assert list(refused.value.errors) == ["client_id"]


def test_moving_this_session_leaves_the_others(
    session: Session, world: World, now: dt.datetime
) -> None:
    """One exception; moving it back to its place removes the exception again."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=3)
    second = start_of_number(row, 1)
    change = {"by": world.ada, "now": now, "appointment_id": row.id, "part": SeriesPart.THIS}
    appointments.move(
        session, version=1, original_start=second, to=at("2026-12-11T09:00"), **change
    )
    assert shown(session, row) == ["12-03 18:00", "12-11 09:00", "12-17 18:00"]
    appointments.move(
        session, version=2, original_start=second, to=at("2026-12-10T18:00"), **change
    )
    assert shown(session, row) == ["12-03 18:00", "12-10 18:00", "12-17 18:00"]
    assert session.exec(select(AppointmentException)).all() == []
    assert (row.version, row.sequence) == (3, 2)


def test_a_session_moved_behind_the_last_one_lengthens_the_series(
    session: Session, world: World, now: dt.datetime
) -> None:
    """`repeats_until` bounds everything the row can show, so that queries find it."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=2)
    appointments.move(
        session,
        by=world.ada,
        now=now,
        appointment_id=row.id,
        version=1,
        part=SeriesPart.THIS,
        original_start=row.starts_at,
        to=at("2027-02-01T09:00"),
    )
    assert row.repeats_until is not None
    assert row.repeats_until >= at("2027-02-01T09:00").ends_at


def test_moving_this_and_following_splits_the_series(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R104: the old series ends before, a new one goes on, and what COUNT had left is left."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=5)
    change = {"by": world.ada, "now": now, "appointment_id": row.id}
    appointments.cancel(
        session,
        version=1,
        part=SeriesPart.THIS,
        original_start=start_of_number(row, 3),
        **change,
    )
    rest = appointments.move(
        session,
        version=2,
        part=SeriesPart.FOLLOWING,
        original_start=start_of_number(row, 2),
        to=at("2026-12-18T17:00"),
        **change,
    )
    assert (rest.split_from_id, rest.client_id) == (row.id, world.cleo.id)
    assert shown(session, row) == ["12-03 18:00", "12-10 18:00"]
    assert shown(session, rest) == ["12-18 17:00", "01-01 17:00"]


def test_following_from_the_first_session_is_the_whole_series(
    session: Session, world: World, now: dt.datetime
) -> None:
    """No empty series is left behind."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=2)
    moved = appointments.move(
        session,
        by=world.ada,
        now=now,
        appointment_id=row.id,
        version=1,
        part=SeriesPart.FOLLOWING,
        original_start=row.starts_at,
        to=at("2026-12-03T19:00"),
    )
    assert moved.id == row.id
    assert shown(session, row) == ["12-03 19:00", "12-10 19:00"]


def test_moving_all_keeps_cancelled_ones_cancelled_and_moved_ones_where_they_are(
    session: Session, world: World, now: dt.datetime
) -> None:
    """The wall clock shifts, over the end of summer time as well (F104)."""
    row = book_weekly(session, world, now, "2027-03-11T18:00", count=5)
    change = {"by": world.ada, "now": now, "appointment_id": row.id}
    appointments.cancel(
        session,
        version=1,
        part=SeriesPart.THIS,
        original_start=start_of_number(row, 3),
        **change,
    )
    appointments.move(
        session,
        version=2,
        part=SeriesPart.THIS,
        original_start=start_of_number(row, 1),
        to=at("2027-03-19T08:00"),
        **change,
    )
    appointments.move(
        session,
        version=3,
        part=SeriesPart.ALL,
        original_start=start_of_number(row, 2),
        to=at("2027-03-26T19:30"),
        **change,
    )
    assert shown(session, row) == ["03-12 19:30", "03-19 08:00", "03-26 19:30", "04-09 19:30"]
    assert row.rule == "FREQ=WEEKLY;BYDAY=FR;COUNT=5"


def test_moving_all_by_a_session_that_was_moved_makes_its_new_place_regular(
    session: Session, world: World, now: dt.datetime
) -> None:
    """What the form shows is what the whole series then does."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=3)
    change = {"by": world.ada, "now": now, "appointment_id": row.id}
    second = start_of_number(row, 1)
    appointments.move(
        session,
        version=1,
        part=SeriesPart.THIS,
        original_start=second,
        to=at("2026-12-11T09:00"),
        **change,
    )
    appointments.move(
        session,
        version=2,
        part=SeriesPart.ALL,
        original_start=second,
        to=at("2026-12-11T10:00"),
        **change,
    )
    assert shown(session, row) == ["12-04 10:00", "12-11 10:00", "12-18 10:00"]
    assert session.exec(select(AppointmentException)).all() == []


def test_a_series_keeps_its_wall_clock_over_both_changes(
    session: Session, world: World, now: dt.datetime
) -> None:
    """F104, with a split in between: 18:00 is 18:00 in winter, in summer and after the move."""
    row = book_weekly(session, world, now, "2026-10-15T18:00", count=26)
    rest = appointments.move(
        session,
        by=world.ada,
        now=now,
        appointment_id=row.id,
        version=1,
        part=SeriesPart.FOLLOWING,
        original_start=start_of_number(row, 12),
        to=at("2027-01-07T07:15"),
    )
    clocks = [text.split()[1] for text in shown(session, row, rest)]
    assert clocks == ["18:00"] * 12 + ["07:15"] * 14


def test_a_series_in_the_skipped_hour_shifts_by_what_people_mean(
    session: Session, world: World, now: dt.datetime
) -> None:
    """F103: 02:30 does not exist on 28 March 2027; cancelled there stays cancelled at 12:30."""
    row = book_weekly(session, world, now, "2027-03-21T02:30", count=3)
    change = {"by": world.ada, "now": now, "appointment_id": row.id}
    assert shown(session, row) == ["03-21 02:30", "03-28 03:30", "04-04 02:30"]
    skipped = at("2027-03-28T03:30").starts_at
    appointments.cancel(session, version=1, part=SeriesPart.THIS, original_start=skipped, **change)
    appointments.move(
        session,
        version=2,
        original_start=row.starts_at,
        to=at("2027-03-21T12:30"),
        **change,
    )
    assert shown(session, row) == ["03-21 12:30", "04-04 12:30"]


def test_editing_details_of_this_session_takes_it_out_of_the_series(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Its place in the series is cancelled and a single session stands there."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=3)
    single = appointments.edit(
        session,
        by=world.ada,
        now=now,
        appointment_id=row.id,
        version=1,
        part=SeriesPart.THIS,
        original_start=start_of_number(row, 1),
        details=Details(location="Room 2", notes=""),
    )
    assert (single.split_from_id, single.rule, single.location) == (row.id, "", "Room 2")
    assert shown(session, row) == ["12-03 18:00", "12-17 18:00"]
    assert shown(session, single) == ["12-10 18:00"]


def test_editing_details_of_following_ones_leaves_the_earlier_alone(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Without a new time every session keeps its own, moved ones included."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=4)
    change = {"by": world.ada, "now": now, "appointment_id": row.id}
    appointments.move(
        session,
        version=1,
        part=SeriesPart.THIS,
        original_start=start_of_number(row, 2),
        to=at("2026-12-18T09:00"),
        **change,
    )
    rest = appointments.edit(
        session,
        version=2,
        part=SeriesPart.FOLLOWING,
        original_start=start_of_number(row, 1),
        details=Details(location="Room 2"),
        **change,
    )
    assert (row.location, rest.location) == ("", "Room 2")
    assert shown(session, row, rest) == ["12-03 18:00", "12-10 18:00", "12-18 09:00", "12-24 18:00"]


@pytest.mark.parametrize(
    ("part", "left"),
    [
        (SeriesPart.THIS, ["12-03 18:00", "12-17 18:00"]),
        (SeriesPart.FOLLOWING, ["12-03 18:00"]),
        (SeriesPart.ALL, []),
    ],
)
def test_it_cancels_a_part_of_a_series(
    session: Session, world: World, now: dt.datetime, part: SeriesPart, left: list[str]
) -> None:
    """R104: this one, this and following, all."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=3)
    appointments.cancel(
        session,
        by=world.ada,
        now=now,
        appointment_id=row.id,
        version=1,
        part=part,
        original_start=start_of_number(row, 1),
    )
    assert shown(session, row) == left
    assert (row.version, row.sequence) == (2, 1)


def test_a_session_that_does_not_take_place_cannot_be_changed(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Neither one that the rule never made, nor one that was cancelled, nor a day for a time."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=3)
    second = start_of_number(row, 1)
    change = {"by": world.ada, "now": now, "appointment_id": row.id, "part": SeriesPart.THIS}
    appointments.cancel(session, version=1, original_start=second, **change)
    for absent in (second, second + LATER, start_of_number(row, 9), dt.date(2026, 12, 3)):
        with pytest.raises(NotFound):
            appointments.cancel(session, version=2, original_start=absent, **change)
        session.rollback()


def test_a_series_cannot_turn_into_whole_days(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Its occurrences are named by instants, so the form says no."""
    span = at("2026-12-03T12:00")
    row = appointments.block(
        session,
        by=world.ada,
        now=now,
        member_id=world.ada.id,
        span=span,
        rule=recurrence.weekly(span, every_weeks=1),
        details=LUNCH,
    )
    with pytest.raises(Invalid):
        appointments.move(
            session,
            by=world.ada,
            now=now,
            appointment_id=row.id,
            version=1,
            to=AllDaySpan(dt.date(2026, 12, 3), dt.date(2026, 12, 4)),
        )


def test_nothing_of_a_refused_booking_stays(
    session: Session, world: World, now: dt.datetime
) -> None:
    """A cancelled row is not found again, and stays for the feed and for Google to follow."""
    row = book_weekly(session, world, now, "2026-12-03T18:00", count=1)
    appointments.cancel(session, by=world.ada, now=now, appointment_id=row.id, version=1)
    with pytest.raises(NotFound):
        appointments.find(session, by=world.ada, appointment_id=row.id)
    kept = session.exec(select(Appointment).where(col(Appointment.cancelled_at).is_not(None))).one()
    assert kept.id == row.id
