"""An event or a calendar that costs a worker each time is found and named, and the rest goes on."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy
from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from tests.fixtures.databases import Sqlite
from tests.story.histories import PRIMARY
from tests.story.one_process import Beginning, Killed, OneProcess, one_process
from webapp.domain.run_state import RunState
from webapp.services.failures import SENTENCES
from webapp.services.quarantine import STOPS_WORKERS
from webapp.sync.retry import Failure

pytestmark = pytest.mark.slow

MOST_LOST = 20


@pytest.fixture
def beginning(tmp_path: Path) -> Iterator[Beginning]:
    """Two sessions, synced."""
    with one_process(Sqlite(tmp_path).migrated()) as beginning:
        for hour in (9, 10):
            beginning.office.book(f"2027-03-10 {hour:02}:00")
        beginning.office.start_sync()
        beginning.office.settle()
        yield beginning


def work_until(beginning: Beginning, is_over: Callable[[OneProcess], bool]) -> int:
    """New workers come, each when the lease of the one before has run out. How many were lost."""
    office, lost = beginning.office, 0
    while not is_over(office):
        assert lost < MOST_LOST, "workers are lost for ever"
        try:
            office.work()
        except Killed:
            lost += 1
        beginning.effects.rest()
        office.advance(seconds=office.settings.lease_seconds + 1)
    return lost


def test_the_event_that_stops_workers_is_set_aside_and_named(beginning: Beginning) -> None:
    """F08, I9: three are lost before each event goes alone, and three over this one."""
    office, effects = beginning.office, beginning.effects
    for number in range(30):
        office.book(f"2027-03-{11 + number // 10} {8 + number % 10:02}:00")
    row = office.book("2027-03-20 12:00", title="Deadly lunch")
    effects.deadly = "Deadly"
    lost = work_until(beginning, lambda office: len(office.problems()) == 1)
    assert lost == 6
    office.settle()
    assert office.shown() == ["C-1001"] * 32
    (problem,) = office.problems()
    assert (problem.title, problem.reason) == ("Deadly lunch", STOPS_WORKERS)
    assert (office.calendar().crashes, office.calendar().failure) == (0, "")

    effects.deadly = ""
    office.change(row, lambda one: setattr(one, "title", "Lunch"))
    office.settle()
    assert office.shown() == ["C-1001"] * 32 + ["Lunch"]
    assert office.problems() == []


def test_a_calendar_that_stops_whoever_reads_it_says_so_and_is_left(beginning: Beginning) -> None:
    """F08: once more in an hour, and the other calendars know nothing of it."""
    office, effects = beginning.office, beginning.effects
    office.sync_tile(PRIMARY)
    effects.deadly = "ada%40example.com/events"
    lost = work_until(beginning, lambda office: office.run(PRIMARY).state is RunState.FAILED)
    assert lost == 3
    assert office.run(PRIMARY).reason == SENTENCES[Failure.WORKERS_LOST]
    office.book("2027-03-12 09:00")
    office.settle()
    assert office.shown() == ["C-1001"] * 3

    effects.deadly = ""
    office.sync_tile(PRIMARY)
    office.settle()
    assert office.run(PRIMARY).state is RunState.SYNCED
    assert office.calendar(PRIMARY).crashes == 0


def test_a_pass_that_ran_out_of_time_counts_as_a_lost_worker(beginning: Beginning) -> None:
    """F08: nobody takes the calendar up before the lease has run out, and then it goes on."""
    office, effects = beginning.office, beginning.effects
    office.book("2027-03-12 09:00")

    def too_long() -> None:
        raise JobTimeoutException("600 seconds")

    effects.plan(1, "before", too_long, only_calls=True)
    with suppress(JobTimeoutException):
        office.work()
    effects.rest()
    assert office.work() == 0
    office.advance(seconds=office.settings.lease_seconds + 1)
    office.settle()
    assert office.shown() == ["C-1001"] * 3
    assert office.calendar().crashes == 0


def test_while_nothing_can_be_committed_nothing_is_written_to_google(beginning: Beginning) -> None:
    """F78: the disk with the database is full; later everything goes on as if nothing had been."""
    office = beginning.office
    office.book("2027-03-12 09:00", title="Lunch")

    def refuse(_session: object) -> None:
        raise OperationalError(None, None, Exception("database or disk is full"))

    mark = office.google.calls.mark()
    sqlalchemy.event.listen(Session, "before_commit", refuse)
    for _ in range(5):
        with suppress(OperationalError):
            office.work()
    sqlalchemy.event.remove(Session, "before_commit", refuse)
    assert office.google.calls.count("batch", since=mark) == 0
    office.settle()
    assert sorted(office.shown()) == ["C-1001", "C-1001", "Lunch"]
    assert office.problems() == []
