"""What takes long makes room for everybody else's edits (docs/decisions/0008)."""

import pytest

from tests.jobs.conftest import Machinery, eventually
from tests.jobs.test_workers import is_synced
from tests.story.desks import connected_desk
from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp import queue
from webapp.domain.run_state import LIVE
from webapp.queue import Bell

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("workers", [1, 2])
def test_first_syncs_of_others_never_delay_an_edit(
    connected: Office, machinery: Machinery, workers: int
) -> None:
    """I9: every worker but one could be busy with them; a single worker goes round."""
    row = connected.book(in_a_week(connected))
    machinery.start_workers(workers)
    connected.start_sync()
    eventually(lambda: is_synced(connected), what="the run was synced")
    others = [connected_desk(connected, number) for number in range(workers)]
    for other in others:
        for number in range(300):
            other.book(f"2027-03-{1 + number % 28:02} {6 + number // 28:02}:00")
    slow = connected.google.faults.add("batch", "delay", seconds=1.0, times=0)
    for other in others:
        other.start_sync()
    eventually(lambda: slow.fired >= 1, what="the others' first syncs had begun")
    before = slow.fired
    connected.cancel(row)
    queue.ring(Bell.SYNC, connected.calendar().id)
    eventually(lambda: connected.shown() == [], what="the edit arrived")
    assert all(other.run().state in LIVE for other in others)
    assert slow.fired - before <= 3
