"""Twenty people want the same time: one gets it (F68). Real threads, a connection each."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cast import World
from tests.services.booking_rows import (
    TEN,
    Letters,
    ada_desk,
    appointments_of,
    confirm,
    open_desk,
    place,
    wish,
)
from webapp.db.engine import Database
from webapp.db.models import Booking, Client
from webapp.db.scope import Scope
from webapp.domain.errors import Invalid, SlotTaken
from webapp.domain.keys import digest
from webapp.domain.timespan import TimedSpan
from webapp.services import appointments, booking

PEOPLE = 20


@pytest.fixture(autouse=True)
def open_page(database: Database, world: World) -> None:
    """Ada can be booked online, far ahead."""
    open_desk(database, world.ada, ahead_weeks=26)


def at_once(act: Callable[[int], int], count: int = PEOPLE) -> list[int]:
    """What each of `count` threads got, all of them let go together. What one raises is raised."""
    gate = threading.Barrier(count)

    def run(number: int) -> int:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def succeeds(act: Callable[[], object]) -> bool:
    """False when the time was taken; any other failure is one."""
    try:
        act()
    except SlotTaken:
        return False
    return True


def asked(database: Database, world: World, number: int, now: dt.datetime) -> Letters:
    """Somebody asks for Thursday at ten."""
    letters = Letters()
    theirs = wish(email=f"p{number}@example.test", form_key=f"form-{number}")
    place(database, world, theirs, now=now, tell=letters)
    return letters


def test_of_twenty_people_who_ask_for_a_time_one_holds_it(
    database: Database, world: World, now: dt.datetime
) -> None:
    """F68."""
    got = at_once(lambda number: succeeds(lambda: asked(database, world, number, now)))
    assert sum(got) == 1


def test_of_twenty_people_with_a_link_one_gets_the_appointment(
    database: Database, world: World, now: dt.datetime
) -> None:
    """F68: their half hours are over, so that all of them have a link for the same time."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.add_all(linked(world, number, now) for number in range(PEOPLE))
        session.commit()
    got = at_once(lambda number: succeeds(lambda: confirm(database, f"secret-{number}", now=now)))
    assert (sum(got), len(appointments_of(database, world.ada))) == (1, 1)


def linked(world: World, number: int, now: dt.datetime) -> Booking:
    """A booking that is no longer held, with a known secret."""
    return Booking(
        practice_id=world.practice.id,
        member_id=world.ada.id,
        starts_at=TEN,
        ends_at=TEN + dt.timedelta(minutes=50),
        time_zone="Europe/Berlin",
        given_name="Cleo",
        email=f"p{number}@example.test",
        form_key=f"form-{number}",
        token_hash=digest(f"secret-{number}"),
        created_at=now,
        held_until=now,
        confirm_by=now + dt.timedelta(hours=1),
    )


def test_one_link_used_by_ten_hands_makes_one_appointment(
    database: Database, world: World, now: dt.datetime
) -> None:
    """F70: an impatient thumb on a slow phone; nobody sees an error."""
    token = asked(database, world, 1, now).last()
    made = at_once(lambda _: confirm(database, token, now=now), count=10)
    assert (sum(made), len(appointments_of(database, world.ada))) == (1, 1)


def test_staff_and_a_client_who_want_one_time_do_not_both_get_it(
    database: Database, world: World, now: dt.datetime
) -> None:
    """F68, U17: the desk's telephone and the page are in one queue."""
    token = asked(database, world, 1, now).last()

    def act(number: int) -> bool:
        if number:
            return succeeds(lambda: confirm(database, token, now=now))
        return is_booked_by_staff(database, world, world.cleo, now)

    got = at_once(act, count=2)
    assert (sum(got), len(appointments_of(database, world.ada))) == (1, 1)


@pytest.mark.parametrize("slots", [5, pytest.param(50, marks=pytest.mark.long)])
def test_when_twenty_people_want_every_time_each_goes_once_and_nobody_sees_an_error(
    database: Database, world: World, now: dt.datetime, slots: int
) -> None:
    """RELIABILITY.md 5, "booking race"; each asks and confirms, and tries all the times."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        offered = booking.offer(session, desk=ada_desk(session, world), now=now).starts
    starts = offered[::2][:slots]  # Two begin in each hour; a session takes most of it.

    def act(number: int) -> int:
        mine = starts[number % slots :] + starts[: number % slots]
        return sum(one_of(database, world, start, number, now) for start in mine)

    got = at_once(act)
    times = [row.starts_at for row in appointments_of(database, world.ada)]
    assert (sum(got), sorted(filter(None, times))) == (slots, starts)


def one_of(
    database: Database, world: World, start: dt.datetime, number: int, now: dt.datetime
) -> bool:
    """One person tries one time to its end."""
    letters, name = Letters(), f"p{number}-{start:%d%H%M}"
    theirs = wish(start, email=f"{name}@example.test", form_key=f"{name}{start}")
    return succeeds(lambda: place(database, world, theirs, now=now, tell=letters)) and succeeds(
        lambda: confirm(database, letters.last(), now=now)
    )


def is_booked_by_staff(database: Database, world: World, client: Client, now: dt.datetime) -> bool:
    """Whether Ada books it herself, without "Book anyway"."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        try:
            appointments.book(
                session,
                by=world.ada,
                now=now,
                member_id=world.ada.id,
                client_id=client.id,
                span=TimedSpan(TEN, TEN + dt.timedelta(minutes=50), "Europe/Berlin"),
                accepted="",
            )
        except Invalid:
            return False
    return True
