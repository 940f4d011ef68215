"""The tiles follow Google's calendar list: new, renamed, gone, lowered, ours in other hands."""

import pytest

from emulator.person import PersonCalendar
from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp.db.models import SyncedCalendar, SyncRun
from webapp.db.queries.tiles import one_tile
from webapp.db.scope import Scope
from webapp.domain.errors import Invalid
from webapp.domain.product import UID_DOMAIN
from webapp.domain.run_state import RunState
from webapp.domain.tile_state import TileState
from webapp.services import calendar_list, sync_runs, synced_calendars, wakeups

pytestmark = pytest.mark.slow

IMPORTED = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tests//EN",
        *("BEGIN:VEVENT", f"UID:0f0f@{UID_DOMAIN}", "DTSTAMP:20261101T000000Z"),
        *("DTSTART:20270201T090000Z", "DTEND:20270201T095000Z", "SUMMARY:C-1001", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:piano@elsewhere.test", "DTSTAMP:20261101T000000Z"),
        *("DTSTART:20270201T170000Z", "DTEND:20270201T180000Z", "SUMMARY:Piano", "END:VEVENT"),
        "END:VCALENDAR",
        "",
    ]
)


def state(office: Office, name: str) -> TileState:
    """What the tile says."""
    calendar = office.calendar(name)
    with office.writing() as (session, _):
        return one_tile(session, calendar=calendar).state


def with_choir(office: Office) -> PersonCalendar:
    """A calendar with one rehearsal, synced."""
    choir = office.hand.new_calendar("Choir")
    choir.create("Rehearsal", in_a_week(office).replace(" ", "T"))
    office.start_sync()
    office.settle()
    office.list_calendars()
    office.sync_tile("Choir")
    office.settle()
    return choir


def test_a_calendar_that_turns_up_later_is_new_and_one_that_was_there_is_not(
    connected: Office,
) -> None:
    """U11, R82: it blocks nothing until somebody has said that it does."""
    connected.hand.new_calendar("Choir")
    connected.list_calendars()
    assert connected.calendar("Choir").is_new
    assert not connected.calendar("ada@example.com").is_new
    assert not connected.calendar("Choir").is_on


@pytest.mark.parametrize("blocks", [True, False])
def test_the_answer_comes_with_the_first_sync(connected: Office, blocks: bool) -> None:
    """U11, R140: from its first sync on the calendar blocks, or does not."""
    connected.hand.new_calendar("Choir")
    connected.list_calendars()
    calendar_id = connected.calendar("Choir").id
    with connected.writing() as (session, ada):
        sync_runs.start(
            session, by=ada, calendar_id=calendar_id, now=connected.clock(), blocks_booking=blocks
        )
    row = connected.calendar("Choir")
    assert (row.is_new, row.blocks_booking, row.is_on) == (False, blocks, True)


def test_a_renamed_calendar_is_called_so_here_too(connected: Office) -> None:
    """R82."""
    choir = with_choir(connected)
    choir.rename("Choir\u202e of\nSt Mary")
    connected.list_calendars()
    assert connected.calendar("Choir of St Mary").is_on


def test_a_deleted_calendar_is_a_state_and_its_events_stay_until_somebody_decides(
    connected: Office,
) -> None:
    """F45, R82, I12."""
    choir = with_choir(connected)
    choir.remove()
    connected.list_calendars()
    connected.poll()
    assert state(connected, "Choir") is TileState.MISSING
    assert [row.summary for row in connected.mirrored("Choir")] == ["Rehearsal"]


def test_a_calendar_that_is_listed_again_goes_on_by_itself(connected: Office) -> None:
    """F45: nobody has to connect anything anew."""
    with_choir(connected)
    calendar_id = connected.calendar("Choir").id
    with connected.writing() as (session, _):
        session.get_one(SyncedCalendar, calendar_id).is_missing = True
        session.commit()
    connected.list_calendars()
    connected.settle()
    assert state(connected, "Choir") is TileState.SYNCED


def ask_again(office: Office, name: str) -> SyncRun:
    """ "Ask Google again" on the tile, and the job that the sweeper rings for."""
    run = office.sync_tile(name)
    assert state(office, name) is TileState.QUEUED
    with office.database.reading(Scope.installation()) as session:
        assert wakeups.unlisted_connections(session, now=office.clock()), "the ring may get lost"
    return run


def run_of(office: Office, run: SyncRun) -> SyncRun:
    """The run as it stands."""
    with office.writing() as (session, _):
        return session.get_one(SyncRun, run.id)


def test_whoever_asks_google_again_hears_that_the_calendar_is_still_gone(
    connected: Office,
) -> None:
    """F45, R82: one press, one job, one answer; ten presses are one question (F62)."""
    with_choir(connected).remove()
    connected.list_calendars()
    run = ask_again(connected, "Choir")
    assert connected.sync_tile("Choir").id == run.id
    connected.settle()
    connected.list_calendars()
    assert state(connected, "Choir") is TileState.MISSING
    answered = run_of(connected, run)
    assert answered.state is RunState.FAILED
    assert answered.reason == calendar_list.STILL_GONE
    assert [row.summary for row in connected.mirrored("Choir")] == ["Rehearsal"]
    with connected.database.reading(Scope.installation()) as session:
        assert wakeups.unlisted_connections(session, now=connected.clock()) == []


def test_a_calendar_that_is_there_again_is_read_by_the_run_that_asked(connected: Office) -> None:
    """F45: also when a worker had given up on it for an hour."""
    choir = with_choir(connected)
    calendar_id = connected.calendar("Choir").id
    connected.google.faults.add("calendar.events.list", status=404, reason="notFound", times=1)
    choir.create("Concert", in_a_week(connected).replace(" ", "T"))
    connected.poll()
    with connected.writing() as (session, _):
        session.get_one(SyncedCalendar, calendar_id).is_missing = True
        session.commit()
    run = ask_again(connected, "Choir")
    connected.list_calendars()
    connected.settle()
    assert run_of(connected, run).state is RunState.SYNCED
    assert state(connected, "Choir") is TileState.SYNCED
    assert {row.summary for row in connected.mirrored("Choir")} == {"Rehearsal", "Concert"}


def test_without_an_answer_nothing_is_claimed(connected: Office) -> None:
    """I9, F30: neither that it is there nor that it is gone; and nothing waits for ever."""
    with_choir(connected).remove()
    connected.list_calendars()
    run = ask_again(connected, "Choir")
    connected.google.faults.add("calendar.calendarList.list", status=503, reason="backendError")
    connected.list_calendars()
    answered = run_of(connected, run)
    assert (answered.state, answered.reason) == (RunState.FAILED, calendar_list.NO_ANSWER)
    assert state(connected, "Choir") is TileState.MISSING


def test_who_asks_while_google_is_being_listed_gets_an_answer_of_their_own(
    connected: Office,
) -> None:
    """F10: what was read before the question does not answer it."""
    with_choir(connected).remove()
    connected.list_calendars()
    run = connected.sync_tile("Choir")
    connected.clock.move(minutes=-1)
    connected.list_calendars()
    connected.clock.move(minutes=1)
    assert run_of(connected, run).state is RunState.QUEUED


def test_access_that_ended_is_said_instead(connected: Office) -> None:
    """F21: the tile then offers to reconnect."""
    with_choir(connected).remove()
    connected.list_calendars()
    run = ask_again(connected, "Choir")
    connected.hand.remove_app_access()
    connected.list_calendars()
    assert run_of(connected, run).state is RunState.RECONNECT_NEEDED
    assert state(connected, "Choir") is TileState.RECONNECT_NEEDED


def test_a_calendar_with_the_mark_of_another_installation_is_not_brought_in(
    connected: Office,
) -> None:
    """F60, PEERS 23: no loop, and nothing blocks twice."""
    theirs = connected.hand.new_calendar("Practice Calendar of somebody else")
    theirs.change(description=synced_calendars.description_with("0f" * 16))
    connected.list_calendars()
    row = connected.calendar("Practice Calendar of somebody else")
    assert (row.is_of_app, row.is_new) == (True, False)
    assert state(connected, row.name) is TileState.OF_APP
    with pytest.raises(Invalid), connected.writing() as (session, ada):
        sync_runs.start(session, by=ada, calendar_id=row.id, now=connected.clock())


def test_a_calendar_that_gets_such_a_mark_later_is_let_go(connected: Office) -> None:
    """F60: also when it had been synced before anybody knew."""
    choir = with_choir(connected)
    choir.change(description=synced_calendars.description_with("0f" * 16))
    connected.list_calendars()
    assert not connected.calendar("Choir").is_on
    assert connected.mirrored("Choir") == []


def test_access_that_was_lowered_is_said_and_nothing_goes(connected: Office) -> None:
    """F46: Ben had made Ada an owner of his calendar, and now shows her only when it is busy."""
    theirs = connected.google.account("ben@example.com").new_calendar("Rota")
    theirs.create("Night duty", in_a_week(connected).replace(" ", "T"))
    theirs.share("ada@example.com", "owner")
    connected.start_sync()
    connected.settle()
    connected.list_calendars()
    connected.sync_tile("Rota")
    connected.settle()
    assert [row.summary for row in connected.mirrored("Rota")] == ["Night duty"]
    theirs.share("ada@example.com", "freeBusyReader")
    connected.list_calendars()
    connected.settle()
    assert state(connected, "Rota") is TileState.ACCESS_LOWERED
    assert [row.summary for row in connected.mirrored("Rota")] == [""]


def test_our_own_feed_imported_in_google_is_left_out(connected: Office) -> None:
    """F61: what comes from here is here already; the tile says why it is not shown twice."""
    connected.hand.import_ics(IMPORTED, name="Old calendar")
    connected.start_sync()
    connected.settle()
    connected.list_calendars()
    connected.sync_tile("Old calendar")
    connected.settle()
    assert [row.summary for row in connected.mirrored("Old calendar")] == ["Piano"]
    (problem,) = connected.problems("Old calendar")
    assert "nothing is shown or blocked twice" in problem.reason
    assert state(connected, "Old calendar") is TileState.SYNCED_WITH_NOTES
