"""The life of a connection: left, made again, switched to one-way and back; nothing is doubled."""

import datetime as dt

import pytest
from sqlmodel import select

from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp import queue
from webapp.db.models import Appointment, GoogleEvent, SyncMode
from webapp.db.queries.tiles import member_tiles
from webapp.domain.product import NAME
from webapp.queue import doorbell
from webapp.services import sync, sync_settings

pytestmark = pytest.mark.slow


def counts(office: Office) -> tuple[int, int]:
    """Own events and Google's events that the app holds."""
    with office.writing() as (session, _):
        own = session.exec(select(Appointment)).all()
        return len(own), len(session.exec(select(GoogleEvent)).all())


def test_a_bell_for_a_calendar_that_nobody_may_touch_rings_no_other(
    connected: Office, valkey_url: str
) -> None:
    """Else the workers would run in circles until somebody reconnects: an edit rings, whoever
    comes may do nothing, and the wish is still there when he leaves."""
    row = connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    connected.hand.remove_app_access()
    connected.poll()
    connected.advance(hours=3)
    connected.move(row, hours=1)
    calendar_id = connected.calendar().id
    doorbell.connect(valkey_url, signing_key=b"of this test")
    took_up = sync.sync_calendar(connected.tools, calendar_id=calendar_id, owner="test")
    has_rung = queue.has_waiting()
    queue.disconnect()
    assert (took_up, has_rung) == (False, False)
    assert connected.calendar().lease_owner == ""


def test_after_a_disconnect_the_same_calendar_and_events_go_on(connected: Office) -> None:
    """R130, U3, K5, PEERS 4: the links are gone, the ids are the same."""
    row = connected.book(in_a_week(connected, 9))
    connected.book(in_a_week(connected, 11))
    gone = connected.book(in_a_week(connected, 14), title="Lunch")
    connected.start_sync()
    connected.settle()
    connected.cancel(row)
    connected.settle()
    connected.disconnect()
    connected.cancel(gone)
    connected.connect()
    assert NAME not in [tile.name for tile in others(connected)]
    connected.start_sync()
    connected.settle()
    assert [c.summary for c in connected.hand.calendars()].count(NAME) == 1
    assert connected.shown() == ["C-1001"], "what was cancelled meanwhile is gone there, too"
    assert connected.edits() == []
    assert counts(connected) == (3, 0), "none of ours came back as Google's"


def test_switching_to_one_way_clears_googles_events_and_nothing_else(connected: Office) -> None:
    """R113, R114, R115: counted before and after."""
    connected.book(in_a_week(connected))
    connected.hand.calendar("primary").create("Dentist", in_a_week(connected).replace(" ", "T"))
    connected.start_sync()
    connected.settle()
    connected.sync_tile("ada@example.com")
    connected.settle()
    assert counts(connected) == (1, 1)
    connected.choose_mode(SyncMode.ONE_WAY)
    assert counts(connected) == (1, 0)
    connected.google.calls.clear()
    connected.settle()
    assert list(connected.google.calls) == []
    assert connected.shown() == ["C-1001"]


def test_back_to_two_way_uses_the_same_calendar_and_the_new_display(connected: Office) -> None:
    """R117, R120: the documented way, without its duplicates."""
    connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    before = connected.ours.find("C-1001")["id"]
    connected.choose_mode(SyncMode.ONE_WAY)
    later = connected.book(in_a_week(connected, 15))
    connected.choose_mode(SyncMode.TWO_WAY)
    connected.start_sync()
    connected.settle()
    assert connected.shown() == ["C-1001", "C-1001"]
    assert before in {event["id"] for event in connected.ours.events()}
    assert later.id


def test_a_removed_calendar_is_noticed_and_never_made_again_silently(connected: Office) -> None:
    """R111, F45, D6."""
    connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    connected.ours.remove()
    connected.book(in_a_week(connected, 12))
    connected.settle()
    assert connected.calendar().is_missing
    assert NAME not in [c.summary for c in connected.hand.calendars()]
    assert counts(connected)[0] == 2


def test_our_calendar_that_is_made_again_takes_everything_and_every_later_edit(
    connected: Office,
) -> None:
    """R111, R121: "Create it again" leaves nothing behind to which an edit could still go."""
    row = connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    connected.ours.remove()
    connected.poll()
    assert connected.calendar().is_missing
    connected.move(row, hours=1)
    connected.start_sync()
    connected.settle()
    connected.book(in_a_week(connected, 12), title="Lunch")
    connected.move(row, hours=1)
    connected.settle()
    calendar = connected.calendar()
    assert (calendar.is_missing, calendar.failure) == (False, "")
    assert connected.shown() == ["C-1001", "Lunch"]
    assert row.starts_at is not None
    shown = dt.datetime.fromisoformat(connected.ours.find("C-1001")["start"]["dateTime"])
    assert shown - row.starts_at == dt.timedelta(hours=2)
    connected.poll()
    assert [c.summary for c in connected.hand.calendars()].count(NAME) == 1


def others(office: Office) -> list[object]:
    """Tiles that are not the default calendar."""
    with office.writing() as (session, ada):
        return [tile.calendar for tile in member_tiles(session, member_id=ada.id).others]


def test_a_calendar_that_was_to_go_stays_when_it_is_used_again_first(connected: Office) -> None:
    """U3: Google was not told in time, Ada came back, and then she left it there."""
    connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    leave(connected, removes_calendar=True)
    connected.choose_mode(SyncMode.TWO_WAY)
    connected.start_sync()
    connected.settle()
    leave(connected, removes_calendar=False)
    connected.depart()
    assert connected.shown() == ["C-1001"]


def leave(office: Office, *, removes_calendar: bool) -> None:
    """One-way is chosen, and no worker has told Google yet."""
    with office.writing() as (session, ada):
        sync_settings.choose_mode(
            session,
            by=ada,
            mode=SyncMode.ONE_WAY,
            is_confirmed=True,
            removes_calendar=removes_calendar,
            now=office.clock(),
        )
