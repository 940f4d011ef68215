"""Start Sync: one calendar, every event once, whatever is pressed, lost or killed."""

import datetime as dt
import threading

from tests.story.office import Office
from webapp.domain.product import EVENT_NOTE, NAME
from webapp.domain.run_state import RunState


def in_a_week(office: Office, hour: int = 10) -> str:
    """A wall-clock time that is surely ahead."""
    return f"{office.clock().date() + dt.timedelta(days=7)} {hour:02}:00"


def test_it_makes_one_calendar_of_its_own_and_puts_every_event_into_it(connected: Office) -> None:
    """R60, R61, R67, R68."""
    connected.book(in_a_week(connected, 9))
    connected.book(in_a_week(connected, 11), title="Team lunch")
    connected.start_sync()
    connected.settle()
    assert connected.shown() == ["C-1001", "Team lunch"]
    run = connected.run()
    assert (run.state, run.done, run.total) == (RunState.SYNCED, 2, 2)
    assert connected.calendar().event_count == 2
    assert connected.ours.record.time_zone == "Europe/Berlin"


def test_a_client_appointment_is_locked_and_says_nothing_but_the_chosen_name(
    connected: Office,
) -> None:
    """R85, R88, R89, PEERS 25."""
    connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    event = connected.ours.find("C-1001")
    assert event["visibility"] == "private"
    assert event["description"] == EVENT_NOTE
    assert event.get("attendees") is None
    assert event["reminders"] == {"useDefault": False}
    assert set(event["extendedProperties"]["private"]) == {"practiceAppointment"}
    assert "Cleo" not in str(event)
    assert "Marsh" not in str(event)


def test_an_own_event_keeps_its_title_and_says_where_it_is_edited(connected: Office) -> None:
    """R87, I4: the line is ours, so the next look finds nothing to write; without it, it comes
    back."""
    connected.book(in_a_week(connected), title="Team lunch")
    connected.start_sync()
    connected.settle()
    event = connected.ours.find("Team lunch")
    assert (event["description"], "visibility" in event) == (EVENT_NOTE, False)
    mark = connected.google.calls.mark()
    connected.poll()
    assert {call.method for call in connected.google.calls.select("calendar.*", since=mark)} == {
        "GET"
    }
    assert connected.edits() == []
    connected.ours.edit(event["id"], description="")
    connected.poll()
    assert connected.ours.find("Team lunch")["description"] == EVENT_NOTE


def test_ten_presses_in_two_tabs_make_one_calendar_and_no_duplicate(connected: Office) -> None:
    """R62, F62, PEERS 5."""
    for hour in range(8, 12):
        connected.book(in_a_week(connected, hour))
    tabs = [threading.Thread(target=connected.start_sync) for _ in range(10)]
    for tab in tabs:
        tab.start()
    workers = [threading.Thread(target=connected.settle) for _ in range(2)]
    for thread in workers:
        thread.start()
    for thread in [*tabs, *workers]:
        thread.join()
    connected.settle()
    assert [c.summary for c in connected.hand.calendars()].count(NAME) == 1
    assert connected.shown() == ["C-1001"] * 4


def test_a_lost_answer_to_the_calendars_creation_does_not_make_a_second_one(
    connected: Office,
) -> None:
    """R62, F14: Google has no id of ours for a calendar, so it is found by its marker."""
    connected.book(in_a_week(connected))
    lost = connected.google.faults.add("calendar.calendars.insert", "drop", when="after")
    connected.start_sync()
    connected.settle()
    connected.clock.move(hours=1)
    connected.settle()
    assert lost.fired == 1
    assert [c.summary for c in connected.hand.calendars()].count(NAME) == 1
    assert connected.shown() == ["C-1001"]


def test_a_lost_answer_to_a_batch_of_inserts_doubles_nothing(connected: Office) -> None:
    """F14, F15, I3: the ids are ours, so the repeat meets a 409 and is read back."""
    for hour in range(8, 14):
        connected.book(in_a_week(connected, hour))
    lost = connected.google.faults.add("batch", "drop", when="after")
    connected.start_sync()
    connected.settle()
    connected.clock.move(hours=1)
    connected.settle()
    assert lost.fired == 1
    assert connected.shown() == ["C-1001"] * 6
    assert connected.run().state is RunState.SYNCED


def test_a_first_sync_costs_one_calendar_and_one_request_for_fifty_events(
    connected: Office,
) -> None:
    """The API budget: 1 calendar insert + N/50 requests."""
    for day in range(1, 61):
        connected.book(f"{connected.clock().date() + dt.timedelta(days=day)} 10:00")
    connected.google.calls.clear()
    connected.start_sync()
    connected.settle()
    calls = connected.google.calls
    assert calls.count("calendar.calendars.insert") == 1
    assert calls.count("calendar.events.insert") == 60
    assert calls.count("batch") == 2
    assert len(connected.ours.events()) == 60


def test_nothing_changed_costs_one_listing_and_no_write(connected: Office) -> None:
    """I4, PEERS 6."""
    connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    connected.poll()
    connected.google.calls.clear()
    for _ in range(3):
        connected.poll()
    assert connected.google.calls.count("calendar.events.list") == 3
    assert sum(call.method != "GET" for call in connected.google.calls) == 0


def test_one_event_that_google_refuses_is_named_and_the_rest_goes_on(connected: Office) -> None:
    """R71, F29, PEERS 20."""
    connected.book(in_a_week(connected, 9))
    connected.book(in_a_week(connected, 11))
    connected.google.faults.add(
        "calendar.events.insert", "error", status=400, reason="invalid", message="Invalid Value"
    )
    connected.start_sync()
    connected.settle()
    assert connected.run().state is RunState.SYNCED_WITH_NOTES
    assert [problem.title for problem in connected.problems()] == ["C-1001"]
    assert connected.shown() == ["C-1001"]


def test_google_that_asks_for_patience_is_waited_for_and_said_so(connected: Office) -> None:
    """F24, F26."""
    connected.book(in_a_week(connected))
    fault = connected.google.faults.add(
        "batch", "error", status=429, reason="rateLimitExceeded", headers={"Retry-After": "30"}
    )
    connected.start_sync()
    for _ in range(3):
        if not fault.fired:
            connected.work()
    run = connected.run()
    assert run.state is RunState.WAITING
    assert run.waits_until is not None
    assert (
        dt.timedelta(seconds=20) < run.waits_until - connected.clock() <= dt.timedelta(seconds=30)
    )
    connected.clock.move(seconds=31)
    connected.settle()
    assert connected.run().state is RunState.SYNCED


def test_a_dead_grant_asks_to_reconnect_and_loses_nothing(connected: Office) -> None:
    """F21, R127, PEERS 18."""
    connected.book(in_a_week(connected))
    connected.start_sync()
    connected.settle()
    connected.hand.remove_app_access()
    row = connected.book(in_a_week(connected, 12))
    connected.settle()
    assert connected.calendar().failure
    connected.connect()
    connected.settle()
    assert connected.shown() == ["C-1001", "C-1001"]
    assert row.id
