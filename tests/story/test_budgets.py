"""What it costs at Google, counted in calls (PEERS.md 4), and at the database, in statements."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

import pytest
from sqlalchemy import event

from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp.db.models import AppointmentException
from webapp.domain.naming import Display
from webapp.domain.run_state import RunState
from webapp.sync.staging import LARGEST_PACK

pytestmark = pytest.mark.slow

READS = {"calendar.calendarList.list": 1, "calendar.events.list": 1}
"""Before our calendar is made its marker is looked for; before anything is written, its events."""

FIRST_LOOK = 40
"""The same, and the run that is watched, what was known and named before, what is held, its count.
"""

QUIET_LOOK = 7
"""Who waits, the lease, the calendar; after Google's answer the calendar again, what is new here,
how many events are there, and done with the lease given back."""


def book_many(office: Office, count: int) -> None:
    """Sessions on the hour, ten a day."""
    for number in range(count):
        office.book(f"{day_after(office, number // 10)} {8 + number % 10:02}:00")


def day_after(office: Office, days: int) -> dt.date:
    """A day ahead."""
    return office.clock().date() + dt.timedelta(days=days + 1)


def requests(office: Office) -> dict[str, int]:
    """How many HTTP requests of which kind reached Google's calendar."""
    alone = [call.method_id for call in office.google.calls if not call.is_batched]
    return {name: alone.count(name) for name in alone if not name.startswith("token")}


@pytest.mark.parametrize("count", [1, 50, 51, 120])
def test_a_first_push_is_one_calendar_and_a_request_for_fifty_events(
    connected: Office, count: int
) -> None:
    """1 calendars.insert + ⌈N/50⌉, and two reads."""
    book_many(connected, count)
    connected.google.calls.clear()
    connected.start_sync()
    connected.settle()
    assert requests(connected) == {
        **READS,
        "calendar.calendars.insert": 1,
        "batch": ceil(count / 50),
    }
    assert connected.google.calls.count("calendar.events.insert") == count
    assert connected.google.calls.units("calendar.events.*") == count + 1


def test_series_with_exceptions_are_one_event_each_and_fill_their_batches(
    connected: Office,
) -> None:
    """PEERS 7: ⌈N/50⌉, and one more for the exceptions of the last series, which must be there."""
    for number in range(30):
        row = connected.book(
            f"{day_after(connected, number)} 07:00", rule="FREQ=WEEKLY;COUNT=10", title="Weekly"
        )
        if number < 20:
            move_second(connected, row.id, row.starts_at)
    book_many(connected, 40)
    connected.google.calls.clear()
    connected.start_sync()
    connected.settle()
    assert connected.run().state is RunState.SYNCED
    assert connected.google.calls.count("calendar.events.insert") == 70
    assert connected.google.calls.count("calendar.events.update") == 20
    assert requests(connected)["batch"] <= ceil((70 + 20) / 50) + 1


def test_one_edit_is_one_write_and_nothing_is_read(connected: Office) -> None:
    """1 update with If-Match; a PUT, which costs one unit and not three."""
    row = connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    connected.google.calls.clear()
    connected.move(row, hours=1)
    connected.settle()
    assert requests(connected) == {"batch": 1}
    assert connected.google.calls.count("calendar.events.update") == 1
    assert connected.google.calls.units() == 1


def test_nothing_changed_is_no_write_and_a_wish_without_a_difference_costs_nothing(
    connected: Office,
) -> None:
    """One list for a look; none at all for a re-sync wish where Google shows what is wanted."""
    book_many(connected, 60)
    connected.start_sync()
    connected.settle()
    connected.poll()
    connected.google.calls.clear()
    connected.poll()
    assert requests(connected) == {"calendar.events.list": 1}
    connected.google.calls.clear()
    connected.choose_display(Display.INTERNAL_ID)
    connected.settle()
    assert requests(connected) == {}


def test_another_display_is_one_request_for_fifty_titles(connected: Office) -> None:
    """R119: ⌈N/50⌉, in place."""
    book_many(connected, 101)
    connected.start_sync()
    connected.settle()
    connected.google.calls.clear()
    connected.choose_display(Display.INITIALS)
    connected.settle()
    assert requests(connected) == {"batch": 3}
    assert connected.google.calls.count("calendar.events.update") == 101
    assert set(connected.shown()) == {"CM"}


def test_a_look_that_finds_nothing_asks_the_database_little(connected: Office) -> None:
    """Most looks are such, of every calendar, all day; begins and ends of transactions aside."""
    book_many(connected, 20)
    connected.start_sync()
    connected.settle()
    connected.poll()
    connected.wish_a_look()
    with statements(connected) as asked:
        connected.work()
    assert len(asked) <= QUIET_LOOK, asked


def test_many_events_that_look_right_cost_the_database_no_more_than_few(connected: Office) -> None:
    """Questions and answers are by the batch: none is asked event by event."""
    found = []
    for count in (5, 30):
        book_many(connected, count)
        connected.start_sync()
        connected.settle()
        connected.choose_display(Display.INTERNAL_ID)
        with statements(connected) as asked:
            connected.settle()
        found.append(len(asked))
    assert found[0] == found[1]


def test_a_first_pull_costs_the_database_two_statements_for_hundreds_of_events(
    connected: Office,
) -> None:
    """The rows and what the history says of them, a pack at a time; beside those it asks no more
    than for a handful of events."""
    connected.start_sync()
    connected.settle()
    made = {"Few": 5, "Many": 2 * LARGEST_PACK}
    asked = {name: first_pull(connected, name, count) for name, count in made.items()}
    inserts = [sum(one.startswith("INSERT") for one in some) for some in asked.values()]
    others = [sum(not one.startswith("INSERT") for one in some) for some in asked.values()]
    assert inserts == [2, 4]
    assert others[0] == others[1] <= FIRST_LOOK, asked["Few"]


def test_one_change_costs_what_it_changes_and_not_what_the_calendar_holds(
    connected: Office,
) -> None:
    """No question is asked that every event of the calendar answers: nothing is counted, and
    nobody looks for what might be held."""
    connected.start_sync()
    connected.settle()
    first_pull(connected, "Friends", 3)
    calendar = next(one for one in connected.hand.calendars() if one.summary == "Friends")
    calendar.edit(calendar.find("Friends 1")["id"], summary="Friends, moved")
    connected.wish_a_look()
    with statements(connected) as asked:
        connected.settle()
    assert "Friends, moved" in {row.summary for row in connected.mirrored("Friends")}
    of_events = [one for one in asked if "FROM google_event" in one and "removal_wished" not in one]
    assert [one for one in of_events if "google_event.google_id IN" not in one] == []


def first_pull(office: Office, name: str, count: int) -> list[str]:
    """What the database is asked while a new calendar of so many events is read."""
    calendar = office.hand.new_calendar(name)
    for number in range(count):
        hour = f"{8 + number % 10:02}:00"
        calendar.create(f"{name} {number}", f"{day_after(office, number // 10)}T{hour}")
    office.list_calendars()
    office.sync_tile(name)
    with statements(office) as asked:
        office.settle()
    assert len(office.mirrored(name)) == count
    return asked


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(office.database.engine, "before_cursor_execute", note)


def move_second(office: Office, appointment_id: str, first: dt.datetime | None) -> None:
    """The second session of a weekly series takes place an hour later."""
    assert first is not None
    original = first + dt.timedelta(weeks=1)
    with office.writing() as (session, ada):
        session.add(
            AppointmentException(
                practice_id=ada.practice_id,
                appointment_id=appointment_id,
                original_start=original.isoformat(),
                starts_at=original + dt.timedelta(hours=1),
                ends_at=original + dt.timedelta(hours=1, minutes=50),
            )
        )
        session.commit()
