"""Last night's backup is restored, and Google is of today (RELIABILITY.md F83)."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from tests.story.office import Office
from tests.story.test_edits import synced
from tests.story.test_first_sync import in_a_week
from webapp.db.models import Appointment, GoogleEvent, SyncedCalendar
from webapp.db.scope import Scope
from webapp.services import leases, restore_preview, restoring, resyncs
from webapp.services.leases import LeaseLost

pytestmark = pytest.mark.slow
"""On SQLite alone, where a backup is a file."""


def copy(source: str, target: str) -> None:
    """One database file into another, with SQLite's own backup."""
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()


@pytest.fixture
def file(connected: Office) -> str:
    """Where the office's database lies."""
    return connected.settings.database_url.removeprefix("sqlite:///")


def restore(office: Office, backup: Path, file: str) -> None:
    """The backup is put back and the operator says so."""
    office.database.dispose()
    copy(str(backup), file)
    with office.database.writing(Scope.installation()) as session:
        assert restoring.compare_everything(session, now=office.clock()) == 1
    office.settle()


def looked(office: Office) -> tuple[int, int, int]:
    """What a look before the repair says: to write, to take away, unknown; Google is only read."""
    mark = office.google.calls.mark()
    (found,) = restore_preview.look(office.tools)
    asked = office.google.calls.select("calendar.*", since=mark)
    assert {call.method_id for call in asked} == {"calendar.events.list"}
    return found.to_write, found.to_take_away, found.unknown


def told(office: Office) -> str:
    """What Ada reads at Re-sync."""
    with office.writing() as (session, ada):
        found = resyncs.latest(session, by=ada, now=office.clock())
    assert found is not None
    assert not found.is_live
    return found.text


def test_everything_is_there_once_and_as_the_backup_has_it(
    connected: Office, tmp_path: Path, file: str
) -> None:
    """Booked, moved and cancelled since: nothing is lost, nothing is doubled, and it is told."""
    kept = connected.book(in_a_week(connected), title="Kept")
    moved = connected.book(in_a_week(connected, hour=12), title="Moved since")
    cancelled = connected.book(in_a_week(connected, hour=14), title="Cancelled since")
    connected.hand.calendar().create("Dentist", "2026-12-01T12:00")
    synced(connected)
    connected.list_calendars()
    connected.sync_tile("ada@example.com")
    connected.settle()
    copy(file, str(tmp_path / "backup.sqlite3"))

    connected.move(moved, hours=1)
    connected.cancel(cancelled)
    connected.book(in_a_week(connected, hour=16), title="Booked since")
    connected.hand.calendar().create("Cinema", "2026-12-02T20:00")
    connected.poll()
    connected.database.dispose()
    copy(str(tmp_path / "backup.sqlite3"), file)
    assert looked(connected) == (2, 0, 1)
    assert looked(connected) == (2, 0, 1)  # It kept nothing of the first look.
    restore(connected, tmp_path / "backup.sqlite3", file)
    assert looked(connected) == (0, 0, 0)

    assert Counter(connected.shown()) == Counter(
        ["Booked since", "Cancelled since", "Kept", "Moved since"]
    )
    assert [row.summary for row in connected.mirrored("ada@example.com")] == ["Cinema", "Dentist"]
    start = connected.ours.find("Moved since")["start"]["dateTime"]
    assert moved.starts_at is not None
    assert start.startswith(in_a_week(connected, hour=12).replace(" ", "T"))
    assert "2 events put back in Google" in told(connected)
    assert kept.id


def test_what_was_booked_since_is_named_and_blocks_nothing(
    connected: Office, tmp_path: Path, file: str
) -> None:
    """Google has it, the app does not know it: shown with the copies, never made twice."""
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    copy(file, str(tmp_path / "backup.sqlite3"))
    connected.book(in_a_week(connected, hour=16), title="Booked since")
    connected.settle()
    restore(connected, tmp_path / "backup.sqlite3", file)

    with connected.writing() as (session, _):
        strays = session.exec(select(GoogleEvent)).all()
        known = session.exec(select(Appointment.title)).all()
    assert [(row.summary, row.is_free) for row in strays] == [("Booked since", True)]
    assert known == ["Kept"]
    connected.poll()
    assert sorted(connected.shown()) == ["Booked since", "Kept"]


def test_a_look_says_what_would_be_taken_away_and_who_could_not_be_read(
    connected: Office, tmp_path: Path, file: str
) -> None:
    """Cancelled before the backup, and brought back in Google since: it would go again."""
    lunch = connected.book(in_a_week(connected), title="Lunch")
    synced(connected)
    connected.cancel(lunch)  # The backup was made before a worker had told Google.
    copy(file, str(tmp_path / "backup.sqlite3"))
    assert looked(connected) == (0, 1, 0)
    connected.google.faults.add("calendar.events.list", "error", status=503, times=0)
    (found,) = restore_preview.look(connected.tools)
    assert found.failure == "Unavailable"


def test_a_worker_of_before_can_not_commit_any_more(
    connected: Office, tmp_path: Path, file: str
) -> None:
    """The epoch jumps, however many leases were taken since the backup (I8)."""
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    copy(file, str(tmp_path / "backup.sqlite3"))
    connected.poll()
    calendar = connected.calendar()
    with connected.database.writing(Scope.installation()) as session:
        lease = leases.take(
            session, calendar_id=calendar.id, owner="old", now=connected.clock(), seconds=90
        )
    assert lease is not None
    restore(connected, tmp_path / "backup.sqlite3", file)

    with connected.database.writing(Scope.practice(calendar.practice_id)) as session:
        with pytest.raises(LeaseLost):
            leases.hold(session, lease, now=connected.clock())
        row = session.exec(select(SyncedCalendar).where(SyncedCalendar.id == calendar.id)).one()
    assert row.lease_epoch > lease.epoch


def test_saying_so_twice_changes_nothing_more(connected: Office, tmp_path: Path, file: str) -> None:
    connected.book(in_a_week(connected), title="Kept")
    synced(connected)
    copy(file, str(tmp_path / "backup.sqlite3"))
    restore(connected, tmp_path / "backup.sqlite3", file)
    connected.google.calls.clear()
    with connected.database.writing(Scope.installation()) as session:
        restoring.compare_everything(session, now=connected.clock())
    connected.settle()

    assert told(connected) == "Everything already matched"
    assert connected.google.calls.count("calendar.events.insert") == 0
    assert connected.google.calls.count("calendar.events.update") == 0
