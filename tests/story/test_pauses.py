"""A paused calendar with Google next door: what stays, what does not come, what resuming does."""

import datetime as dt

import pytest
from sqlmodel import Session

from tests.story.office import Office
from tests.story.test_calendar_choices import PRIMARY, titles, with_dentist
from webapp.db.models import Member, SyncRun
from webapp.db.scope import Scope
from webapp.domain.errors import Invalid
from webapp.domain.run_state import RunState
from webapp.services import free_time, leases, pauses, resyncs, sync_runs, wakeups

pytestmark = pytest.mark.slow


def pause(office: Office) -> None:
    """Ada presses Pause on her primary calendar."""
    calendar_id = office.calendar(PRIMARY).id
    with office.writing() as (session, ada):
        pauses.pause(session, by=ada, calendar_id=calendar_id, now=office.clock())


def taken(session: Session, ada: Member, office: Office) -> int:
    """How many stretches of her next two weeks are taken."""
    now = office.clock()
    ends_at = now + dt.timedelta(weeks=2)
    return len(free_time.taken_between(session, member=ada, after=now, before=ends_at))


def test_a_paused_calendar_is_not_looked_at_and_resuming_catches_up(connected: Office) -> None:
    """PRODUCT.md 6.2: what is here stays and blocks, what changes in Google waits, and nothing is
    lost or removed by the pause: neither a poll nor a Re-sync ends it."""
    event_id = with_dentist(connected)
    pause(connected)
    with connected.writing() as (session, ada):
        before = taken(session, ada, connected)
    connected.hand.calendar("primary").edit(event_id, summary="Dentist, moved")
    connected.clock.move(hours=5)
    with connected.database.writing(Scope.installation()) as everybody:
        wakeups.sweep(everybody, now=connected.clock(), poll_seconds=60)
    with connected.writing() as (session, ada):
        resyncs.start(session, by=ada, now=connected.clock())
    connected.poll()
    assert titles(connected) == [("Dentist", "High Street")]
    assert connected.calendar(PRIMARY).paused_at is not None
    with connected.writing() as (session, ada):
        assert taken(session, ada, connected) == before
    connected.sync_tile(PRIMARY)
    connected.settle()
    assert titles(connected) == [("Dentist, moved", "High Street")]
    assert connected.calendar(PRIMARY).paused_at is None


def test_a_worker_that_is_at_it_loses_its_lease_to_the_pause(connected: Office) -> None:
    """I8: nothing of what it read comes in afterwards, and its run is over."""
    with_dentist(connected)
    connected.sync_tile(PRIMARY)
    calendar_id = connected.calendar(PRIMARY).id
    with connected.writing() as (session, ada):
        lease = leases.take(
            session, calendar_id=calendar_id, owner="w1", now=connected.clock(), seconds=60
        )
        assert lease is not None
        pauses.pause(session, by=ada, calendar_id=calendar_id, now=connected.clock())
        with pytest.raises(leases.LeaseLost):
            leases.hold(session, lease, now=connected.clock())
        run = sync_runs.latest(session, calendar_id=calendar_id)
        assert isinstance(run, SyncRun)
        assert run.state is RunState.CANCELLED


def test_neither_the_default_calendar_nor_one_that_is_off_can_be_paused(connected: Office) -> None:
    """Sessions have to reach Google while sync is two-way; without events there is no pause."""
    connected.start_sync()
    connected.settle()
    for name in ("Practice Calendar", PRIMARY):
        calendar_id = connected.calendar(name).id
        with connected.writing() as (session, ada), pytest.raises(Invalid):
            pauses.pause(session, by=ada, calendar_id=calendar_id, now=connected.clock())
