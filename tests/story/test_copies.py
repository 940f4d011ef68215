"""Copies and split series are removed from Google when the practitioner says so, ours never."""

import pytest
from sqlmodel import select

from tests.story.office import Office
from tests.story.test_edits import series, start_of, synced
from tests.story.test_first_sync import in_a_week
from tests.story.test_found_by_histories import sessions, starts
from webapp.db.models import GoogleEvent
from webapp.services import copies

pytestmark = pytest.mark.slow


def remove_the_copy(office: Office) -> None:
    """The one that the page names; workers have their turn."""
    with office.writing() as (session, ada):
        (copy,) = copies.open_copies(session, member=ada, now=office.clock())
        assert copy.can_be_removed
        copies.ask_for_removal(session, by=ada, copy_id=copy.id, now=office.clock())
    office.settle()


def named(office: Office) -> list[str]:
    """The titles of the copies that the page still names."""
    with office.writing() as (session, ada):
        return [one.title for one in copies.open_copies(session, member=ada, now=office.clock())]


def test_a_copied_session_is_removed_and_ours_stays(connected: Office) -> None:
    """R98, F56."""
    connected.book(in_a_week(connected), title="Lunch")
    ours = synced(connected).ours.find("Lunch")["id"]
    copied = connected.ours.duplicate(ours)["id"]
    connected.poll()
    assert len(connected.ours.events()) == 2
    remove_the_copy(connected)
    assert [event["id"] for event in connected.ours.events()] == [ours]
    assert connected.google.calls.count("calendar.events.delete") == 1
    assert named(connected) == []
    connected.poll()
    assert connected.edits() == []
    with connected.writing() as (session, _):
        assert session.exec(select(GoogleEvent).where(GoogleEvent.google_id == copied)).all() == []


def test_a_split_series_is_removed_and_ours_stays_whole(connected: Office) -> None:
    """R98, F48: the tail that Google made of "this and following"."""
    series(connected)
    synced(connected)
    (master,) = [str(event["id"]) for event in connected.ours.events() if "recurrence" in event]
    before = starts(connected, master)
    fourth = sessions(connected, master)[3]
    connected.ours.move_time(
        fourth["id"], start_of(dict(fourth)).replace(hour=6), scope="following"
    )
    connected.poll()
    remove_the_copy(connected)
    (ours,) = [str(event["id"]) for event in connected.ours.events() if "recurrence" in event]
    assert starts(connected, ours) == before
    assert named(connected) == []


def test_a_copy_that_was_changed_meanwhile_stays_and_is_named(connected: Office) -> None:
    """Somebody works with it: what they made of it was not agreed to go."""
    connected.book(in_a_week(connected), title="Lunch")
    ours = synced(connected).ours.find("Lunch")["id"]
    copied = connected.ours.duplicate(ours)["id"]
    connected.poll()
    connected.google.faults.add("batch", "error", status=503, reason="backendError", times=1)
    remove_the_copy(connected)
    connected.ours.edit(copied, summary="Lunch with Dora")
    with connected.writing() as (session, _):
        session.exec(select(GoogleEvent)).one().etag = '"older"'
        session.commit()
    connected.advance(minutes=20)
    connected.google.expire_all_sync_tokens()
    connected.settle()
    assert sorted(event["summary"] for event in connected.ours.events()) == [
        "Lunch",
        "Lunch with Dora",
    ]


def test_a_copy_that_somebody_has_removed_already_is_simply_gone(connected: Office) -> None:
    """F07: what is not there any more needs no removal, and an error is waited for."""
    connected.book(in_a_week(connected), title="Lunch")
    ours = synced(connected).ours.find("Lunch")["id"]
    copied = connected.ours.duplicate(ours)["id"]
    connected.poll()
    connected.google.faults.add("batch", "drop", when="after", times=1)
    remove_the_copy(connected)
    connected.advance(minutes=20)
    connected.poll()
    assert [event["id"] for event in connected.ours.events()] == [ours]
    assert named(connected) == []
    assert copied not in {event["id"] for event in connected.ours.events()}
