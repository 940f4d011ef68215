"""A new release starts while the old one works: what is under way, and what the old one meets."""

import pytest
import redis
from rq import Queue

from jobs.worker import WarmWorker
from tests.jobs.conftest import Machinery, eventually
from tests.jobs.test_workers import is_synced
from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp import queue
from webapp.queue.doorbell import LONG_QUEUE_NAME, QUEUE_NAME, AllowedJob, SignedJson

pytestmark = pytest.mark.slow

DRAIN_SECONDS = 30


def test_a_worker_that_is_told_to_stop_keeps_its_batch_and_hands_the_rest_on(
    connected: Office, machinery: Machinery
) -> None:
    """F09: the call on its way is kept, the lease is free, and the run waits in the queue."""
    for day in range(1, 6):
        for hour in range(8, 20):
            connected.book(f"2027-03-{day:02} {hour:02}:00")
    slow = connected.google.faults.add("batch", "delay", when="after", seconds=1.0, at=[1])
    machinery.start_workers()
    connected.start_sync()
    eventually(lambda: slow.fired == 1, what="the worker was in the middle of a batch")
    machinery.stop(within=DRAIN_SECONDS)
    run, calendar = connected.run(), connected.calendar()
    assert (run.done, run.total, calendar.lease_owner) == (50, 60, "")
    assert connected.google.calls.count("batch") == 1
    assert queue.has_waiting()
    machinery.start_workers()
    eventually(lambda: is_synced(connected), what="another worker finished the run")
    assert connected.shown() == ["C-1001"] * 60
    assert connected.google.calls.count("calendar.events.insert") == 60


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("jobs.tomorrow.run", ["an id"]), ("jobs.sync.run", ["an id", "a reason"])],
    ids=["another job", "another form"],
)
def test_a_job_of_a_newer_release_is_left_and_the_next_one_is_done(
    connected: Office, machinery: Machinery, valkey_url: str, name: str, arguments: list[str]
) -> None:
    """F13: the old worker neither runs it nor stumbles; the wish is a row, so it is rung again."""
    connected.book(in_a_week(connected))
    with redis.Redis.from_url(valkey_url) as server:
        server.flushall()
        queues = [
            Queue(each, connection=server, serializer=SignedJson, job_class=AllowedJob)
            for each in (QUEUE_NAME, LONG_QUEUE_NAME)
        ]
        queues[0].enqueue(name, *arguments)
        worker = WarmWorker(queues, connection=server, serializer=SignedJson, job_class=AllowedJob)
        assert worker.work(burst=True)
        assert [len(each) for each in queues] == [0, 0]
        failed = queues[0].failed_job_registry.get_job_ids()
        assert len(failed) == 1
    machinery.start_workers()
    connected.start_sync()
    eventually(lambda: is_synced(connected), what="the run was synced all the same")
