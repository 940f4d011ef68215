"""Workers as processes: they are rung, they die, they are replaced, and nothing is doubled."""

import pytest
import redis

from tests.jobs.conftest import Machinery, eventually
from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp.domain.product import NAME
from webapp.domain.run_state import RunState

pytestmark = pytest.mark.slow


def is_synced(office: Office) -> bool:
    """Whether the newest run of the default calendar has its check mark."""
    return office.run().state is RunState.SYNCED


def test_start_sync_is_carried_out_by_a_worker_that_was_rung(
    connected: Office, machinery: Machinery
) -> None:
    """R65, R67: without any sweep, and without a process besides the pool and its worker."""
    connected.book(in_a_week(connected))
    machinery.start_workers()
    connected.start_sync()
    eventually(lambda: is_synced(connected), what="the run was synced")
    assert connected.shown() == ["C-1001"]
    assert machinery.count() == 2


def test_an_edit_reaches_google_within_seconds(connected: Office, machinery: Machinery) -> None:
    """R102."""
    row = connected.book(in_a_week(connected))
    machinery.start_workers()
    connected.start_sync()
    eventually(lambda: is_synced(connected), what="the run was synced")
    connected.cancel(row)
    machinery.start_scheduler()
    eventually(lambda: connected.shown() == [], what="the session left Google")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_in_mid_run_is_replaced_and_the_run_finishes_once(
    connected: Office, machinery: Machinery, when: str
) -> None:
    """R70, F01, F02, I5: SIGKILL while Google works on a batch, before or after it was kept."""
    for day in range(1, 5):
        for hour in range(8, 20):
            connected.book(f"2027-03-{day:02} {hour:02}:00")
    connected.book(in_a_week(connected), title="Lunch")
    slow = connected.google.faults.add("batch", "delay", when=when, seconds=4.0, at=[1])
    machinery.start_workers()
    connected.start_sync()
    eventually(lambda: slow.fired == 1, what="the worker was in the middle of a batch")
    machinery.kill()
    assert not is_synced(connected)
    machinery.start_workers()
    machinery.start_scheduler()
    eventually(lambda: is_synced(connected), what="another worker finished the run")
    assert connected.shown() == ["C-1001"] * 48 + ["Lunch"]
    assert [c.summary for c in connected.hand.calendars()].count(NAME) == 1
    run = connected.run()
    assert (run.done, run.total) == (49, 49)


def test_a_queue_that_forgot_everything_is_rung_again(
    connected: Office, machinery: Machinery, valkey_url: str
) -> None:
    """F72, F73, F76, I7: the wish is a row, the queue is only a bell."""
    connected.book(in_a_week(connected))
    connected.start_sync()
    with redis.Redis.from_url(valkey_url) as server:
        assert server.llen("rq:queue:practice") > 0
        server.flushall()
    machinery.start_workers()
    machinery.start_scheduler()
    eventually(lambda: is_synced(connected), what="the sweeper rang again")


def test_an_edit_in_google_reaches_the_app_by_polling(
    connected: Office, machinery: Machinery
) -> None:
    """R6, R109, F90: nobody presses anything."""
    connected.hand.calendar("primary").create("Dentist", in_a_week(connected).replace(" ", "T"))
    machinery.start_workers()
    machinery.start_scheduler()
    connected.start_sync()
    eventually(lambda: is_synced(connected), what="the run was synced")
    connected.list_calendars()
    connected.sync_tile("ada@example.com")
    eventually(lambda: len(connected.mirrored("ada@example.com")) == 1, what="it came in")
    event = connected.hand.calendar("primary").find("Dentist")
    connected.hand.calendar("primary").edit(event["id"], summary="Dentist, moved")
    eventually(
        lambda: (
            [row.summary for row in connected.mirrored("ada@example.com")] == ["Dentist, moved"]
        ),
        what="the new title came in",
    )
