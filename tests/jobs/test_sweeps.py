"""A sweep wakes what waits, and never buries a queue that is behind (I7, I9)."""

from collections.abc import Iterator

import pytest

from tests.story.office import Office
from webapp import queue
from webapp.db.models import SyncedCalendar
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.queue import Bell, Doorbell
from webapp.services import wakeups


@pytest.fixture
def doorbell(connected: Office, valkey_url: str) -> Iterator[Doorbell]:
    """A queue that nobody serves."""
    key = derived_key(connected.settings.secret_key, Purpose.JOBS)
    yield queue.connect(valkey_url, signing_key=key)
    queue.disconnect()


def sweep(office: Office) -> int:
    """As the clock process does every few seconds."""
    with office.database.writing(Scope.installation()) as session:
        return wakeups.sweep(session, now=office.clock(), poll_seconds=60)


def given_first_sync(office: Office, doorbell: Doorbell) -> SyncedCalendar:
    """Start Sync was pressed, and its own ring is forgotten."""
    office.start_sync()
    doorbell.queue.empty()
    return office.calendar()


def test_what_takes_long_is_rung_for_where_edits_do_not_wait(
    connected: Office, doorbell: Doorbell
) -> None:
    """A first sync is no job of the quick queue, which would only pass it on."""
    given_first_sync(connected, doorbell)
    assert sweep(connected) == 1
    assert (doorbell.backlog(Bell.SYNC), doorbell.backlog(Bell.LONG_SYNC)) == (0, 1)


def test_sweeping_again_and_again_adds_nothing_to_a_queue_that_is_behind(
    connected: Office, doorbell: Doorbell
) -> None:
    """Else a queue that is slow for a while is never empty again, and what takes long starves."""
    given_first_sync(connected, doorbell)
    assert [sweep(connected) for _ in range(5)] == [1, 0, 0, 0, 0]
    assert doorbell.backlog(Bell.LONG_SYNC) == 1


def test_a_queue_that_forgot_everything_is_rung_again(
    connected: Office, doorbell: Doorbell
) -> None:
    """F73."""
    given_first_sync(connected, doorbell)
    sweep(connected)
    doorbell.connection.flushall()
    assert sweep(connected) == 1


def test_an_edit_is_rung_for_in_the_quick_queue(connected: Office, doorbell: Doorbell) -> None:
    connected.start_sync()
    connected.settle()
    connected.book("2026-12-03 14:00")
    doorbell.queue.empty()
    doorbell.long_queue.empty()
    assert sweep(connected) == 1
    assert (doorbell.backlog(Bell.SYNC), doorbell.backlog(Bell.LONG_SYNC)) == (1, 0)
