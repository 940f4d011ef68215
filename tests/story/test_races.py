"""Two at once: workers, clicks, and people who change their minds in the middle of a pass."""

import datetime as dt
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from tests.fixtures.databases import Sqlite
from tests.jobs.conftest import eventually
from tests.story import judgement
from tests.story.crashes import Mortal, mortal
from tests.story.office import Office
from tests.story.one_process import Beginning, OneProcess, one_process
from tests.story.test_first_sync import in_a_week
from webapp import queue
from webapp.db.models import Appointment, ClientPerson
from webapp.db.scope import Scope
from webapp.domain.naming import Display
from webapp.domain.product import NAME
from webapp.domain.timespan import TimedSpan
from webapp.queue import doorbell
from webapp.services import appointments, leases, sync, wakeups
from webapp.services.leases import LeaseLost

pytestmark = pytest.mark.slow

STARTS = 20
HALF_AN_HOUR = dt.timedelta(minutes=30)
CALLS = 12


@pytest.fixture
def beginning(tmp_path: Path) -> Iterator[Beginning]:
    """Three sessions, synced, and one that is not yet."""
    with one_process(Sqlite(tmp_path).migrated()) as beginning:
        office = beginning.office
        for hour in (9, 10, 11):
            office.book(f"2027-03-10 {hour:02}:00")
        office.start_sync()
        office.settle()
        office.book("2027-03-11 09:00")
        beginning.keep()
        yield beginning


def at_every_call(
    beginning: Beginning,
    prepare: Callable[[OneProcess], object],
    happens: Callable[[OneProcess], object],
    judge: Callable[[OneProcess], object],
) -> int:
    """A pass in which `happens` comes before call 1, another before call 2, and so on, each from
    the same beginning. How many calls there were."""
    for number in range(1, CALLS):
        office, struck = beginning.again(), []

        def deed(office: OneProcess = office, struck: list[object] = struck) -> None:
            struck.append(happens(office))

        prepare(office)
        beginning.effects.plan(number, "before", deed, only_calls=True)
        office.work()
        beginning.effects.rest()
        if not struck:
            return number - 1
        judge(office)
    raise AssertionError("the pass never ends")


def come_to_rest(office: Office) -> None:
    """Everything that waits is done, and Google shows what is wanted."""
    written = judgement.own_rows(office)
    office.settle()
    judgement.check(office, by_hand=set(), written=written)


def test_a_session_edited_in_the_middle_of_its_push_ends_as_it_was_edited_last(
    beginning: Beginning,
) -> None:
    """F65, F67: before whichever call the edit comes."""

    def move_all(office: OneProcess) -> None:
        with office.writing() as (session, _):
            rows = session.exec(select(Appointment)).all()
        for row in rows:
            office.move(row, hours=1)

    assert at_every_call(beginning, OneProcess.wish_a_look, move_all, come_to_rest) >= 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [(("Olea", "Marsh"), "OM"), (("", ""), "C-1001")],
    ids=["renamed", "anonymised"],
)
def test_a_client_whose_name_changes_in_the_middle_of_a_push_is_shown_by_the_new_one(
    beginning: Beginning, name: tuple[str, str], shown: str
) -> None:
    """F65, F66: whoever has no name any more is shown by their internal ID, old events too."""

    def rename(office: OneProcess) -> None:
        with office.writing() as (session, _):
            person = session.exec(
                select(ClientPerson).where(ClientPerson.client_id == office.world.cleo.id)
            ).one()
            person.given_name, person.family_name = name
            session.commit()
        office.choose_display(Display.INITIALS)

    def judge(office: OneProcess) -> None:
        office.settle()
        assert office.shown() == [shown] * 4

    def prepare(office: OneProcess) -> None:
        office.choose_display(Display.FIRST_NAME)

    assert at_every_call(beginning, prepare, rename, judge) >= 1


def test_after_a_stricter_display_no_call_names_anybody_any_more(beginning: Beginning) -> None:
    """F63, I13: what is planned after the click holds no name, and what was sent is rewritten."""
    marks: list[int] = []

    def prepare(office: OneProcess) -> None:
        office.google.calls.keep_bodies = True
        office.choose_display(Display.FULL_NAME)

    def stricter(office: OneProcess) -> None:
        office.choose_display(Display.INTERNAL_ID)
        marks.append(office.google.calls.mark())

    def judge(office: OneProcess) -> None:
        office.settle()
        assert office.shown() == ["C-1001"] * 4
        later = office.google.calls.select("calendar.events.*", since=marks[-1])
        named = [call for call in later if "Marsh" in call.request_body]
        # The batch that was on its way at the click is the last one that may hold names.
        assert all(call.is_batched for call in named)
        office.google.calls.clear()
        office.poll()
        assert office.google.calls.count("batch") == 0

    assert at_every_call(beginning, prepare, stricter, judge) >= 1


@pytest.mark.parametrize("is_leaving", [False, True], ids=["stricter display", "disconnected"])
def test_a_batch_that_waits_for_a_token_stays_here_when_it_may_no_longer_leave(
    beginning: Beginning, *, is_leaving: bool
) -> None:
    """F63, I13, I16: it is ready to go, with names, when somebody chooses that none should leave.
    Google has refused its token, and the new one is just there."""
    office, marks = beginning.again(), list[int]()
    office.google.calls.keep_bodies = True
    office.choose_display(Display.FULL_NAME)
    office.hand.expire_access_tokens()

    def chosen() -> None:
        office.disconnect() if is_leaving else office.choose_display(Display.INTERNAL_ID)
        marks.append(office.google.calls.mark())

    beginning.effects.plan(2, "after", chosen, only_calls=True)
    office.work()
    assert beginning.effects.names[:2] == ["POST /batch/calendar/v3", "POST /token"]
    beginning.effects.rest()
    office.settle()
    later = office.google.calls.select("calendar.events.*", since=marks[0])
    assert bool(later) is not is_leaving
    assert not [call for call in later if "Marsh" in call.request_body]


@pytest.mark.parametrize(
    "leave",
    [OneProcess.disconnect, OneProcess.deactivate, OneProcess.delete_practice],
    ids=["disconnected", "deactivated", "practice deleted"],
)
def test_leaving_in_the_middle_of_a_pass_is_final(
    beginning: Beginning, leave: Callable[[OneProcess], object]
) -> None:
    """F64, F71, I16: the call on its way is the last one; nothing is written here afterwards."""

    def disconnected(office: OneProcess) -> None:
        leave(office)
        office.google.calls.clear()

    def judge(office: OneProcess) -> None:
        assert office.google.calls.count("calendar.*") <= 4  # One call, or one batch of four.
        assert office.google.calls.count("batch") <= 1
        mark = office.google.calls.mark()
        office.settle()
        assert office.google.calls.select("calendar.*", since=mark) == []

    assert at_every_call(beginning, OneProcess.wish_a_look, disconnected, judge) >= 1


def test_a_worker_whose_lease_ran_out_in_a_call_commits_nothing(beginning: Beginning) -> None:
    """F10, I8: another one has done its work meanwhile; it does no harm."""

    def other_worker(office: OneProcess) -> None:
        office.advance(seconds=office.settings.lease_seconds + 1)
        office.work()

    assert at_every_call(beginning, OneProcess.wish_a_look, other_worker, come_to_rest) >= 2


def test_a_stale_lease_cannot_write_a_row(beginning: Beginning) -> None:
    """I8: the epoch decides, not the worker's own clock."""
    office = beginning.again()
    calendar = office.calendar()

    def take(owner: str) -> leases.Lease | None:
        with office.database.writing(Scope.installation()) as session:
            return leases.take(
                session, calendar_id=calendar.id, owner=owner, now=office.clock(), seconds=30
            )

    first = take("first")
    assert first is not None
    assert take("second") is None
    office.advance(seconds=31)
    assert take("second") is not None
    with office.database.writing(Scope.practice(first.practice_id)) as session:
        with pytest.raises(LeaseLost):
            leases.hold(session, first, now=office.clock())


def test_a_process_that_was_stopped_for_longer_than_its_lease_does_no_harm(
    tmp_path: Path,
) -> None:
    """F10: SIGSTOP in the middle of a batch, another worker does the work, SIGCONT."""
    with mortal(Sqlite(tmp_path).migrated()) as mortal_office:
        office = mortal_office.office
        for hour in (9, 10):
            office.book(f"2027-03-10 {hour:02}:00")
        office.start_sync()
        slow = office.google.faults.add("batch", "delay", when="before", seconds=1.0, at=[1])
        child = start_worker(mortal_office)
        eventually(lambda: slow.fired == 1, what="the worker was in the middle of a batch")
        os.kill(child, signal.SIGSTOP)
        office.advance(seconds=office.settings.lease_seconds + 1)
        office.settle()
        assert office.shown() == ["C-1001"] * 2
        rows = judgement.own_rows(office)
        os.kill(child, signal.SIGCONT)
        _, status = os.waitpid(child, 0)
        assert os.WIFEXITED(status)
        assert office.shown() == ["C-1001"] * 2
        office.poll()
        judgement.check(office, by_hand=set(), written=rows)


def start_worker(mortal_office: Mortal) -> int:
    """A worker's pass in a process of its own; its id."""
    return mortal_office.fork(lambda office: office.work())


def test_twenty_workers_at_once_make_one_calendar_and_every_event_once(connected: Office) -> None:
    """F11, F62, I8: nineteen find the lease taken and go away."""
    for hour in range(8, 12):
        connected.book(in_a_week(connected, hour))
    connected.start_sync()
    calendar, barrier = connected.calendar(), threading.Barrier(STARTS)
    failed: list[BaseException] = []

    def start(number: int) -> None:
        barrier.wait()
        try:
            sync.sync_calendar(connected.tools, calendar_id=calendar.id, owner=str(number))
        except BaseException as error:  # noqa: BLE001 - it is judged below, in the test's thread.
            failed.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(STARTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    connected.settle()
    assert connected.shown() == ["C-1001"] * 4
    assert [one.summary for one in connected.hand.calendars()].count(NAME) == 1
    assert connected.google.calls.count("calendar.events.insert") == 4


def test_saving_works_at_once_with_google_and_the_queue_down(connected: Office) -> None:
    """I15, F03, F74: the wish is a row; it is carried out when both are back."""
    connected.start_sync()
    connected.settle()
    connected.google.faults.add("*", "drop", times=0)
    doorbell.connect("redis://127.0.0.1:1/0", signing_key=b"nobody listens there")
    try:
        took = time.perf_counter()
        with connected.writing() as (session, ada):
            start = connected.clock().replace(microsecond=0)
            row = appointments.book(
                session,
                by=ada,
                now=connected.clock(),
                member_id=ada.id,
                client_id=connected.world.cleo.id,
                span=TimedSpan(start, start + HALF_AN_HOUR, "UTC"),
            )
        took = time.perf_counter() - took
    finally:
        queue.disconnect()
    assert row.version == 1
    assert took < 2, f"saving took {took:.1f} s"
    connected.google.faults.clear()
    connected.settle()
    assert connected.shown() == ["C-1001"]


def test_two_sweepers_ring_and_wish_no_more_than_one(connected: Office) -> None:
    """F12: polls that are due are wished once, whoever comes first."""
    connected.start_sync()
    connected.settle()
    connected.clock.move(hours=1)
    before = connected.calendar().requested
    for _ in range(2):
        with connected.database.writing(Scope.installation()) as session:
            wakeups.sweep(session, now=connected.clock(), poll_seconds=60)
    assert connected.calendar().requested == before + 1


def test_a_wish_whose_ring_was_lost_is_found_by_the_sweeper(connected: Office) -> None:
    """F03, I7: the row is enough."""
    connected.start_sync()
    connected.settle()
    connected.book(in_a_week(connected))
    with connected.database.writing(Scope.installation()) as session:
        waiting = wakeups.waiting_calendars(session, now=connected.clock())
    assert waiting == [connected.calendar().id]
