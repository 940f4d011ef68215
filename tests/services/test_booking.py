"""Online booking: who gets a time, what becomes of it, and what nobody learns from it."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from tests.cast import World, make_appointment
from tests.services.booking_rows import (
    TEN,
    THURSDAY,
    Letters,
    ada_desk,
    appointments_of,
    confirm,
    open_desk,
    place,
    wish,
)
from tests.web.google_rows import given_google, google_row
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, Booking, BookingState, Client, Outbox
from webapp.db.scope import Scope
from webapp.domain.booking_pause import LONGEST_UNREAD, WhenUnread
from webapp.domain.booking_rules import CONFIRM_WITHIN, HELD_AT_MOST, HELD_FOR, MOST_AHEAD
from webapp.domain.errors import BookingPaused, Invalid, MailNotSent, NotFound, SlotTaken
from webapp.domain.timespan import TimedSpan
from webapp.services import booking

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def letters() -> Letters:
    """The post."""
    return Letters()


@pytest.fixture(autouse=True)
def open_page(database: Database, world: World) -> None:
    """Ada can be booked online."""
    open_desk(database, world.ada)


def offered(database: Database, world: World, now: dt.datetime) -> list[dt.datetime]:
    """What Ada's page offers."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return booking.offer(session, desk=ada_desk(session, world), now=now).starts


def busy_in_google(database: Database, world: World, span: TimedSpan, **calendar: object) -> None:
    """A Busy event of Ada's family calendar has been read."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        google_row(session, given_google(session, world, **calendar), span)
        session.commit()


def span(starts_at: dt.datetime, minutes: int = 50) -> TimedSpan:
    """That long in Berlin."""
    return TimedSpan(starts_at, starts_at + minutes * MINUTE, "Europe/Berlin")


def test_a_confirmed_booking_is_an_appointment_like_any_other(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """Made by the service that staff use: with its wish for Google and its audit entry."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        given_google(session, world)
        session.commit()
    row = place(database, world, wish(), now=now, tell=letters)
    assert appointments_of(database, world.ada) == []
    assert confirm(database, letters.last(), now=now)
    (made,) = appointments_of(database, world.ada)
    assert (made.starts_at, made.ends_at, made.is_busy) == (TEN, TEN + 50 * MINUTE, True)
    with database.reading(Scope.practice(world.practice.id)) as session:
        actions = session.exec(select(AuditEntry.action)).all()
        booked = session.exec(select(Booking).where(Booking.id == row.id)).one()
        wished = session.exec(select(Outbox.appointment_id)).all()
    assert actions == ["client.created", "appointment.booked_online"]
    assert (booked.state, booked.appointment_id) == (BookingState.CONFIRMED, made.id)
    assert list(wished) == [made.id]


def test_the_secret_of_the_mail_is_stored_as_a_digest_alone(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """S44."""
    row = place(database, world, wish(), now=now, tell=letters)
    assert letters.last() not in (row.token_hash, row.id, row.form_key)
    with pytest.raises(NotFound):
        confirm(database, row.token_hash, now=now)


def test_a_known_address_leads_to_its_record_and_a_new_one_makes_a_record(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """S44: the mailbox was proven first, and the answer is the same."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        known = session.exec(select(Client).where(Client.id == world.cleo.id)).one()
        known.email = "Cleo@Example.test"
        session.add(known)
        session.commit()
    place(database, world, wish(), now=now, tell=letters)
    confirm(database, letters.last(), now=now)
    stranger = wish(TEN + HOUR, email="ida@example.test", form_key="form-2")
    place(database, world, stranger, now=now, tell=letters)
    confirm(database, letters.last(), now=now)
    first, second = sorted(appointments_of(database, world.ada), key=lambda row: row.starts_at)
    assert first.client_id == world.cleo.id
    assert second.client_id not in {world.cleo.id, world.couple.id, world.mono.id}


def test_the_same_form_sent_twice_is_one_booking_and_one_mail(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """F70."""
    first = place(database, world, wish(), now=now, tell=letters)
    again = place(database, world, wish(), now=now + MINUTE, tell=letters)
    assert (first.id, len(letters.sent)) == (again.id, 1)


def test_the_link_used_twice_makes_one_appointment(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """F70, S55."""
    place(database, world, wish(), now=now, tell=letters)
    assert confirm(database, letters.last(), now=now)
    assert not confirm(database, letters.last(), now=now + HOUR)
    assert len(appointments_of(database, world.ada)) == 1


def test_a_time_is_held_for_half_an_hour_and_then_free_again(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    place(database, world, wish(), now=now, tell=letters)
    assert TEN not in offered(database, world, now + HELD_FOR - MINUTE)
    assert TEN in offered(database, world, now + HELD_FOR)
    other = wish(email="ida@example.test", form_key="form-2")
    with pytest.raises(SlotTaken):
        place(database, world, other, now=now, tell=letters)


def test_the_link_works_for_a_day_as_long_as_the_time_is_free(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """S44: 24 hours; whoever came later and was faster has the time."""
    place(database, world, wish(), now=now, tell=letters)
    slow = letters.last()
    later = now + HELD_FOR
    place(database, world, wish(email="ida@example.test", form_key="f2"), now=later, tell=letters)
    with pytest.raises(SlotTaken):
        confirm(database, slow, now=later)
    assert confirm(database, slow, now=later, starts_at=TEN + HOUR)
    with pytest.raises(NotFound):
        confirm(database, letters.last(), now=later + CONFIRM_WITHIN)


def test_another_time_lets_the_first_one_go(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """T10: one address holds one time."""
    place(database, world, wish(), now=now, tell=letters)
    place(database, world, wish(TEN + 4 * HOUR, form_key="form-2"), now=now, tell=letters)
    assert TEN in offered(database, world, now)


def test_whoever_got_no_mail_can_ask_for_the_same_time_again(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    place(database, world, wish(), now=now, tell=letters)
    place(database, world, wish(form_key="form-2"), now=now, tell=letters)
    assert len(letters.sent) == 2
    assert confirm(database, letters.last(), now=now)


def test_strangers_cannot_hold_every_time(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """T10: beyond a few, times are asked for without being held."""
    free = offered(database, world, now)[::3][: HELD_AT_MOST + 1]
    for number, start in enumerate(free):
        asked = wish(start, email=f"m{number}@example.test", form_key=f"form-{number}")
        place(database, world, asked, now=now, tell=letters)
    left = offered(database, world, now)
    assert [start in left for start in free] == [False] * HELD_AT_MOST + [True]


def test_one_mailbox_cannot_fill_the_calendar(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """T10, S44: said to whoever has the mailbox, and to nobody else."""
    for number in range(MOST_AHEAD + 1):
        start = TEN + number * 7 * DAY
        place(database, world, wish(start, form_key=f"f{number}"), now=now, tell=letters)
        if number < MOST_AHEAD:
            confirm(database, letters.last(), now=now)
    with pytest.raises(Invalid):
        confirm(database, letters.last(), now=now)


def test_a_mail_that_did_not_go_out_holds_nothing(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    letters.is_down = True
    with pytest.raises(MailNotSent):
        place(database, world, wish(), now=now, tell=letters)
    assert TEN in offered(database, world, now)
    letters.is_down = False
    assert place(database, world, wish(), now=now, tell=letters).email == "cleo@example.test"


NEVER_OFFERED = {
    "off the grid": TEN + 10 * MINUTE,
    "at night": TEN.replace(hour=3),
    "too soon": TEN - 3 * DAY,
    "too far ahead": TEN + 60 * DAY,
    "on a Saturday": TEN + 2 * DAY,
}


def test_a_time_that_was_never_offered_is_refused(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """S55: whatever the address or the form says."""
    for starts_at in NEVER_OFFERED.values():
        with pytest.raises(SlotTaken):
            place(database, world, wish(starts_at), now=now, tell=letters)


def test_busy_in_google_and_own_events_are_not_offered(
    database: Database, world: World, now: dt.datetime
) -> None:
    """R136, R140: from the moment that the row is there."""
    assert TEN in offered(database, world, now)
    busy_in_google(database, world, span(TEN))
    with database.writing(Scope.practice(world.practice.id)) as session:
        make_appointment(session, world.ada, span(TEN + 3 * HOUR), now=now, title="Lunch")
        session.commit()
    free = {start for start in offered(database, world, now) if start.date() == TEN.date()}
    assert free == {TEN - HOUR, TEN + HOUR} | {
        THURSDAY.replace(hour=13), THURSDAY.replace(hour=13, minute=30),
        THURSDAY.replace(hour=14), THURSDAY.replace(hour=14, minute=30),
        THURSDAY.replace(hour=15),
    }  # fmt: skip


def test_a_busy_event_that_is_read_before_the_link_is_used_refuses_it(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """R137."""
    place(database, world, wish(), now=now, tell=letters)
    busy_in_google(database, world, span(TEN))
    with pytest.raises(SlotTaken):
        confirm(database, letters.last(), now=now)


def test_booking_pauses_when_google_was_not_read_for_too_long_and_keeps_what_it_promised(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """R139, U8: nothing is offered, nothing new is accepted; a held time was promised."""
    place(database, world, wish(), now=now, tell=letters)
    last_look = now - LONGEST_UNREAD - MINUTE
    busy_in_google(database, world, span(TEN + DAY), last_success_at=last_look)
    assert offered(database, world, now) == []
    with pytest.raises(BookingPaused):
        place(database, world, wish(TEN + HOUR, form_key="f2"), now=now, tell=letters)
    assert confirm(database, letters.last(), now=now)


def test_a_calendar_that_was_never_read_pauses_booking_too(
    database: Database, world: World, now: dt.datetime
) -> None:
    """R140: a newly synced calendar counts at once, before anything of it is known."""
    busy_in_google(database, world, span(TEN + DAY), last_success_at=None)
    assert offered(database, world, now) == []


def test_whoever_wants_to_keep_going_keeps_the_last_known_busy_times(
    database: Database, world: World, now: dt.datetime
) -> None:
    """R139."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings = ada_desk(session, world).settings
        settings.when_unread = WhenUnread.KEEP_GOING
        session.add(settings)
        session.commit()
    busy_in_google(database, world, span(TEN), last_success_at=now - 30 * DAY)
    assert TEN not in offered(database, world, now)
    assert TEN + HOUR in offered(database, world, now)


def test_a_range_costs_the_same_few_queries_however_long_it_is(
    database: Database, world: World, now: dt.datetime
) -> None:
    """With series on both sides, so that every query there is takes place."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = given_google(session, world)
        weekly = google_row(session, calendar, span(TEN), recurrence=["RRULE:FREQ=WEEKLY"])
        weekly.last_ends_at = None
        make_appointment(session, world.ada, span(TEN + HOUR), now=now, rule="FREQ=WEEKLY")
        session.commit()
    assert (queries(database, world, now, weeks=1), queries(database, world, now, weeks=26)) == (
        7,
        7,
    )


def queries(database: Database, world: World, now: dt.datetime, *, weeks: int) -> int:
    """How many an offer of so many weeks takes."""
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement)

    with database.reading(Scope.practice(world.practice.id)) as session:
        desk = ada_desk(session, world)
        desk.settings.ahead_weeks = weeks
        event.listen(database.engine, "before_cursor_execute", count)
        with session.no_autoflush:
            found = booking.offer(session, desk=desk, now=now)
        event.remove(database.engine, "before_cursor_execute", count)
    assert found.starts
    return len(counted)


def test_another_practice_cannot_be_reached_through_a_booking(
    database: Database, world: World, letters: Letters, now: dt.datetime
) -> None:
    """T1: the scope of the link's practice is all there is."""
    open_desk(database, world.mallory, practice_slug="next-door", slug="mallory")
    with database.reading() as session:
        front = booking.front_desk(session, practice_slug="harbour-practice")
        assert [desk.member.name for desk in front.desks] == ["Ada Lind"]
        with pytest.raises(NotFound):
            front.chosen("mallory")
