"""A run that has used up its minute waits as a state, and edits overtake it."""

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.story.desks import Desk, desks
from tests.story.office import Office
from tests.story.test_edits import start_of
from tests.story.test_first_sync import in_a_week
from webapp.db.models import Appointment
from webapp.db.scope import Scope
from webapp.domain.run_state import RunState
from webapp.services import sync, wakeups
from webapp.services.failures import PACED, SENTENCES
from webapp.sync.retry import Failure

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(office: Office, valkey_url: str) -> Iterator[Desk]:
    """A practitioner whose account has 150 units a minute: 100 for a first sync, 50 for edits."""
    with desks(office, valkey_url, count=1, per_minute=150) as (made,):
        yield made


def waiting_in_mid_sync(desk: Desk) -> Appointment:
    """A first sync of 120 has brought 50 over and waits for the next minute; one of them."""
    rows = [
        desk.book(f"{in_a_week(desk)[:10]} {6 + number // 10:02}:{number % 10 * 6:02}")
        for number in range(120)
    ]
    desk.start_sync()
    desk.work()
    assert len(desk.ours.events()) == 50
    return rows[0]


def quick_job(desk: Desk) -> None:
    """What a ring for an edit runs."""
    sync.sync_calendar(desk.tools, calendar_id=desk.calendar().id, owner="test", is_quick=True)


def test_a_run_without_quota_says_until_when_it_waits_and_is_no_failure(desk: Desk) -> None:
    """R69, PEERS 17: the counts stay, no failure is shown, nobody's worker is held."""
    waiting_in_mid_sync(desk)
    run, calendar = desk.run(), desk.calendar()
    assert (run.state, run.reason, run.done, run.total) == (RunState.WAITING, PACED, 50, 120)
    assert run.waits_until is not None
    assert dt.timedelta(0) < run.waits_until - desk.clock() <= dt.timedelta(seconds=60)
    assert (calendar.failure, calendar.attempts, calendar.lease_owner) == ("", 0, "")


def test_an_edit_goes_through_the_reserve_while_the_run_waits(desk: Desk) -> None:
    """A session of the practitioner's own, changed and booked in the middle of a first sync."""
    waiting_in_mid_sync(desk)
    new = desk.book(in_a_week(desk, 22), title="Supervision")
    desk.google.calls.clear()
    quick_job(desk)
    before = start_of(desk.ours.find("Supervision"))
    desk.move(new, hours=1)
    quick_job(desk)
    assert start_of(desk.ours.find("Supervision")) - before == dt.timedelta(hours=1)
    assert desk.google.calls.units() == 2
    assert desk.run().state is RunState.WAITING


def test_a_quick_job_leaves_a_first_sync_to_a_long_one(desk: Desk) -> None:
    """Decision 8: it takes no step of it, and the run is still queued."""
    desk.book(in_a_week(desk))
    desk.start_sync()
    desk.google.calls.clear()
    quick_job(desk)
    assert list(desk.google.calls) == []
    assert desk.run().state is RunState.QUEUED
    desk.settle()
    assert desk.run().state is RunState.SYNCED


def test_the_scheduler_rings_on_time_and_once(desk: Desk) -> None:
    """Not at the next sweep: a minute's quota is worth its seconds."""
    waiting_in_mid_sync(desk)
    until = desk.run().waits_until
    assert until is not None
    with desk.database.reading(Scope.installation()) as session:
        due = [
            len(wakeups.due_calendars(session, now=until + dt.timedelta(seconds=seconds)))
            for seconds in (-1, 0, 1, 3)
        ]
    assert due == [0, 1, 1, 0]


@pytest.mark.parametrize("method", ["batch", "calendar.events.insert", "calendar.events.list"])
def test_a_project_whose_day_is_over_is_left_alone_by_everybody(
    office: Office, valkey_url: str, method: str
) -> None:
    """F25: one account hears it, and no other asks for an hour; nothing is lost meanwhile."""
    with desks(office, valkey_url, count=2, per_minute=600) as (one, other):
        for each in (one, other):
            each.book(in_a_week(each))
            each.start_sync()
        google = office.google
        google.faults.add(method, "error", status=403, reason="dailyLimitExceeded", times=1)
        one.work()
        told = (one.run().reason, other.run().reason)
        assert set(told) == {PACED, SENTENCES[Failure.USAGE_LIMITED]}
        google.calls.clear()
        other.start_sync()
        one.work()
        assert google.calls.select("calendar.*") == []
        limited = one if told[0] != PACED else other
        waits_until = limited.run().waits_until
        assert waits_until is not None
        assert waits_until - one.clock() > dt.timedelta(minutes=55)
