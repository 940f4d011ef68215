"""What stands around a restored backup: phones that read calendar addresses, Google's promises to
tell us, departures, keys (RELIABILITY.md F83, F85)."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from tests.story.office import Office
from tests.story.test_edits import synced
from tests.story.test_first_sync import in_a_week
from tests.story.test_restored_backup import copy, file, restore
from webapp.db.models import (
    ConnectionState,
    Departure,
    FeedLink,
    GoogleConnection,
    SyncMode,
    SyncRun,
    WatchChannel,
)
from webapp.db.scope import Scope
from webapp.domain.connection_states import ConnectionEvent
from webapp.domain.departures import Outcome, Step
from webapp.domain.keys import Purpose, derived_key
from webapp.domain.product import NAME
from webapp.domain.run_state import RunState
from webapp.feeds.tokens import address_token
from webapp.services import feed_links, feeds, key_rotation, restoring, resyncs
from webapp.services.token_vault import TokenVault
from webapp.sync.watching import ChannelState

__all__ = ["file"]

pytestmark = pytest.mark.slow


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Where last night's backup lies."""
    return tmp_path / "backup.sqlite3"


def read(office: Office, link: FeedLink) -> feeds.Feed:
    """What a phone that asks for `link` is told first."""
    key = derived_key(office.settings.secret_key, Purpose.FEEDS)
    with office.database.reading(Scope.installation()) as session:
        token = address_token(key, link.id, link.generation)
        found = feeds.read(session, key=key, token=token, now=office.clock())
    assert isinstance(found, feeds.Feed)
    return found


def test_a_phone_that_read_what_came_after_the_backup_is_given_everything_again(
    connected: Office, backup: Path, file: str
) -> None:
    """The count of changes went back with the rows: the next booking must not look like the one
    that the phone has seen, and what it shows is newer than all that it has."""
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    with connected.writing() as (session, ada):
        link = feed_links.ensure(session, member=ada, now=connected.clock())
        session.commit()
    copy(file, str(backup))
    connected.book(in_a_week(connected, hour=12), title="Booked since")
    seen = read(connected, link)
    restore(connected, backup, file)
    restored = read(connected, link)
    connected.book(in_a_week(connected, hour=16), title="Booked afterwards")
    assert len({seen.etag, restored.etag, read(connected, link).etag}) == 3
    assert restored.standing.calendars[0].wholes > seen.standing.revisions[0]
    assert restored.changed_at > seen.changed_at


def test_a_later_life_than_the_backup_knows_goes_on_as_ours(
    connected: Office, backup: Path, file: str
) -> None:
    """F16, I3: random histories found it shown a second time, as a copy, after it was adopted."""
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    copy(file, str(backup))
    connected.ours.delete(connected.ours.find("Kept")["id"])
    connected.poll()
    later = connected.ours.find("Kept")["id"]
    connected.google.calls.clear()
    restore(connected, backup, file)
    assert [event["id"] for event in connected.ours.events()] == [later]
    assert connected.mirrored(NAME) == []
    assert connected.edits() == []
    assert connected.google.calls.count("calendar.events.insert") == 0


def test_what_was_cancelled_before_the_backup_and_is_back_since_goes_again(
    connected: Office, backup: Path, file: str
) -> None:
    """The restored rows do not wish it, and it stands for one of them: it is no stray."""
    lunch = connected.book(in_a_week(connected), title="Lunch")
    synced(connected)
    connected.cancel(lunch)
    connected.settle()
    copy(file, str(backup))
    connected.change(lunch, lambda row: setattr(row, "cancelled_at", None))
    connected.settle()
    assert connected.shown() == ["Lunch"]
    restore(connected, backup, file)
    assert connected.shown() == []
    assert connected.mirrored(NAME) == []


def test_a_calendar_whose_removal_waited_in_the_backup_is_left_to_the_person(
    connected: Office, backup: Path, file: str
) -> None:
    """It was never removed, she came back to it, and what she booked since is there alone."""
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    connected.google.faults.add("calendar.calendars.delete", "error", status=503)
    connected.choose_mode(SyncMode.ONE_WAY, removes_calendar=True)
    copy(file, str(backup))
    connected.google.faults.clear()
    connected.choose_mode(SyncMode.TWO_WAY)
    connected.start_sync()
    connected.book(in_a_week(connected, hour=12), title="Booked since")
    connected.settle()
    connected.database.dispose()
    copy(str(backup), file)
    connected.advance(hours=2)
    with connected.database.writing(Scope.installation()) as session:
        restoring.compare_everything(session, now=connected.clock())
    connected.depart()
    assert connected.shown() == ["Booked since", "Kept"]
    with connected.writing() as (session, _):
        departure = session.exec(select(Departure)).one()
    assert departure.outcomes[Step.REMOVE_CALENDAR] == Outcome.BY_HAND
    assert departure.finished_at is not None


@pytest.mark.parametrize("is_booked_since", [True, False])
def test_a_worker_that_starts_before_the_restore_was_declared_removes_nothing_newer(
    connected: Office, backup: Path, file: str, is_booked_since: bool
) -> None:
    """The rows ask for a removal that Google contradicts: something of ours was made there later.
    Where nothing was, it is an ordinary removal that had to wait."""
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    connected.google.faults.add("calendar.calendars.delete", "error", status=503)
    connected.choose_mode(SyncMode.ONE_WAY, removes_calendar=True)
    copy(file, str(backup))
    connected.google.faults.clear()
    connected.advance(minutes=10)
    connected.choose_mode(SyncMode.TWO_WAY)
    connected.start_sync()
    if is_booked_since:
        connected.book(in_a_week(connected, hour=12), title="Booked since")
    connected.settle()
    connected.database.dispose()
    copy(str(backup), file)
    connected.advance(hours=2)
    connected.depart()
    with connected.writing() as (session, _):
        departure = session.exec(select(Departure)).one()
    removed = Outcome.BY_HAND if is_booked_since else Outcome.DONE
    assert departure.outcomes[Step.REMOVE_CALENDAR] == removed
    if is_booked_since:
        assert connected.shown() == ["Booked since", "Kept"]


def test_a_run_that_was_live_in_the_backup_ends_and_another_compares(
    connected: Office, backup: Path, file: str
) -> None:
    """Nobody waits for a worker of then, and Google's request of then to wait is over."""
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    connected.google.faults.add("calendar.events.list", "error", status=503, times=0)
    with connected.writing() as (session, ada):
        before = resyncs.start(session, by=ada, now=connected.clock())
    connected.work()
    copy(file, str(backup))
    connected.google.faults.clear()
    restore(connected, backup, file)
    with connected.writing() as (session, ada):
        (ended,) = session.exec(select(SyncRun).where(SyncRun.resync_id == before.id)).all()
        newest = resyncs.latest(session, by=ada, now=connected.clock())
    assert ended.state is RunState.CANCELLED
    assert newest is not None
    assert [run.state for run, _ in newest.runs] == [RunState.SYNCED]


def test_channels_of_the_backup_are_due_at_once(connected: Office, backup: Path, file: str) -> None:
    """F91: Google may have ended them since, and they would be relied on for days."""
    synced(connected)
    now = connected.clock()
    with connected.writing() as (session, _):
        connection = session.exec(select(GoogleConnection)).one()
        channel = WatchChannel(
            practice_id=connection.practice_id,
            connection_id=connection.id,
            resource="",
            address="https://practice.example.test/google-pushes",
            state=ChannelState.OPEN,
            resource_id="as Google names it",
            created_at=now,
            due_at=now + dt.timedelta(days=4),
            expires_at=now + dt.timedelta(days=7),
        )
        session.add(channel)
        session.commit()
    copy(file, str(backup))
    restore(connected, backup, file)
    with connected.writing() as (session, _):
        assert session.exec(select(WatchChannel.due_at)).one() <= connected.clock()


@pytest.mark.parametrize("has_keys", [True, False], ids=["keys kept", "keys lost"])
def test_a_token_that_no_key_opens_any_more_asks_to_reconnect(
    connected: Office, backup: Path, file: str, has_keys: bool
) -> None:
    """F85: the keys were changed since. With the old ones behind the new one sync goes on; without
    them it is a state with a reason and one button, and nothing else is lost."""
    old, new = "the key of last night, long enough", "the key of this morning, long enough"
    use_keys(connected, old)
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    copy(file, str(backup))
    use_keys(connected, new, old)
    use_keys(connected, *([new, old] if has_keys else [new]))
    restore(connected, backup, file)
    with connected.writing() as (session, _):
        row = session.exec(select(GoogleConnection)).one()
    kept = (ConnectionState.CONNECTED, ConnectionEvent.GRANTED)
    lost = (ConnectionState.RECONNECT_NEEDED, ConnectionEvent.KEY_UNREADABLE)
    assert (row.state, row.cause) == (kept if has_keys else lost)
    if not has_keys:
        connected.connect()
        connected.settle()
    assert connected.shown() == ["Kept"]


def use_keys(office: Office, *token_keys: str) -> None:
    """What every process is started with from now on; what can be opened is sealed anew."""
    office.settings = replace(office.settings, token_keys=token_keys)
    key_rotation.rotate(office.database, TokenVault.of(office.settings))
