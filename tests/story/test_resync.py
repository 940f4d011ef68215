"""Re-sync now: every difference is repaired and told; pressed twice, nothing is written (R123)."""

import pytest
from sqlmodel import delete, select

from tests.story.office import Office
from tests.story.test_edits import synced
from tests.story.test_first_sync import in_a_week
from webapp.db.models import EventLink, GoogleEvent, Outbox, SyncedCalendar
from webapp.services import resyncs
from webapp.services.resyncs import Resync

pytestmark = pytest.mark.slow

WRITES = ("insert", "update", "patch", "delete", "move", "import")


def resync(office: Office) -> Resync:
    """Pressed, and followed to its end."""
    with office.writing() as (session, ada):
        started = resyncs.start(session, by=ada, now=office.clock())
    office.settle()
    with office.writing() as (session, ada):
        return resyncs.show(session, by=ada, resync_id=started.id)


def writes(office: Office) -> int:
    """How often Google was asked to change an event."""
    return sum(office.google.calls.count(f"calendar.events.{verb}") for verb in WRITES)


def with_two_calendars(office: Office) -> Office:
    """Three sessions of ours, a series among them; two events of Google's, next to each other."""
    office.book(in_a_week(office), title="Supervision")
    office.book(in_a_week(office, hour=16), title="Lunch")
    office.book(in_a_week(office, hour=18), title="Choir", rule="FREQ=WEEKLY;COUNT=4")
    primary = office.hand.calendar()
    primary.create("Dentist", "2026-12-01T12:00")
    primary.create("Cinema", "2026-12-02T20:00")
    synced(office)
    office.list_calendars()
    office.sync_tile("ada@example.com")
    office.settle()
    office.google.calls.clear()
    return office


def test_when_all_is_well_it_says_so_and_writes_nothing(connected: Office) -> None:
    """I4: compared is everything, written is nothing."""
    done = resync(with_two_calendars(connected))

    assert done.text == "Everything already matched"
    assert not done.is_live
    assert done.unfinished == []
    assert writes(connected) == 0
    assert connected.google.calls.count("calendar.events.list") == 2


def test_it_repairs_what_differs_in_google_and_says_what(connected: Office) -> None:
    ours = with_two_calendars(connected).ours
    ours.edit(ours.find("Supervision")["id"], summary="Changed")
    ours.delete(ours.find("Lunch")["id"])
    connected.google.calls.clear()

    assert resync(connected).text == "2 events put back in Google"
    assert sorted(connected.shown()) == ["Choir", "Lunch", "Supervision"]


def test_pressed_twice_it_changes_nothing(connected: Office) -> None:
    """R123: 0 writes by Google's own log of calls, and no row differs."""
    ours = with_two_calendars(connected).ours
    ours.edit(ours.find("Supervision")["id"], summary="Changed")
    ours.delete(ours.find("Choir")["id"])
    resync(connected)
    before = rows(connected)
    connected.google.calls.clear()

    assert resync(connected).text == "Everything already matched"
    assert writes(connected) == 0
    assert rows(connected) == before


def test_it_repairs_what_this_app_lost_or_got_wrong(connected: Office) -> None:
    """What no list of changes from Google would ever mention again."""
    with_two_calendars(connected)
    with connected.writing() as (session, _):
        events = session.exec(select(GoogleEvent).order_by(GoogleEvent.summary)).all()
        session.delete(events[0])
        events[1].summary = "Something else"
        session.commit()

    assert resync(connected).text == "1 event added here, 1 updated here"
    assert [row.summary for row in connected.mirrored("ada@example.com")] == ["Cinema", "Dentist"]


def test_it_finds_events_that_were_lost_on_their_way_to_google(connected: Office) -> None:
    """A wish that is gone from the table, as after a restored backup; nothing is doubled (F83)."""
    with_two_calendars(connected)
    connected.book(in_a_week(connected, hour=20), title="Lost")
    with connected.writing() as (session, _):
        session.exec(delete(Outbox))
        session.commit()

    assert resync(connected).text == "1 event added to Google"
    assert sorted(connected.shown()) == ["Choir", "Lost", "Lunch", "Supervision"]


def test_it_adopts_what_google_has_when_our_links_are_lost(connected: Office) -> None:
    """I3, F83: the ids are derived, so an insert meets the event and nothing is written."""
    with_two_calendars(connected)
    with connected.writing() as (session, _):
        session.exec(delete(EventLink))
        session.commit()

    resync(connected)
    assert sorted(connected.shown()) == ["Choir", "Lunch", "Supervision"]


def test_it_removes_from_google_what_nobody_wants(connected: Office) -> None:
    """A cancelled session whose removal was forgotten."""
    row = connected.book(in_a_week(connected), title="Cancelled")
    with_two_calendars(connected)
    connected.cancel(row)
    with connected.writing() as (session, _):
        session.exec(delete(Outbox))
        session.commit()

    assert resync(connected).text == "1 event removed from Google"


def test_a_calendar_that_could_not_be_compared_is_named_with_its_reason(connected: Office) -> None:
    """I9, I10: the others are compared all the same."""
    with_two_calendars(connected)
    with connected.writing() as (session, _):
        primary = session.exec(
            select(SyncedCalendar).where(SyncedCalendar.name == "ada@example.com")
        ).one()
        primary.google_id = "gone@group.calendar.google.com"
        session.commit()

    done = resync(connected)
    assert done.unfinished == [("ada@example.com", "This calendar is gone from Google.")]
    assert [run.state.value for run, _ in done.runs] == ["synced", "failed"]


def test_pressed_while_it_runs_it_is_the_same_one(connected: Office) -> None:
    """F62: ten clicks, one comparison."""
    with_two_calendars(connected)
    with connected.writing() as (session, ada):
        pressed = {resyncs.start(session, by=ada, now=connected.clock()).id for _ in range(3)}
    connected.settle()

    assert len(pressed) == 1
    assert connected.google.calls.count("calendar.events.list") == 2


def test_a_sync_that_was_under_way_is_compared_too(connected: Office) -> None:
    """A live run becomes part of it, whatever it has looked at already."""
    with_two_calendars(connected)
    connected.sync_tile("ada@example.com")
    with connected.writing() as (session, _):
        session.exec(delete(GoogleEvent))
        session.commit()

    assert resync(connected).text == "2 events added here"


def rows(office: Office) -> list[object]:
    """What we know of Google."""
    with office.writing() as (session, _):
        links = session.exec(select(EventLink).order_by(EventLink.id)).all()
        events = session.exec(select(GoogleEvent).order_by(GoogleEvent.id)).all()
        return [row.model_dump() for row in (*links, *events)]
