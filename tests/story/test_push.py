"""Google tells us, over real channels: what its messages bring about, and what happens without them
(RELIABILITY.md 2.6, PEERS.md 21, GOOGLE.md 8).

Nobody rings in these tests: every look was a wish in the database that the sweeper found (I7, F74).
"""

from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import request

from tests.story.pushed import LISTS, PRIMARY, PushedOffice
from tests.story.test_budgets import requests as requests_of
from tests.story.test_first_sync import in_a_week

pytestmark = pytest.mark.slow

CALENDAR_LISTS = "calendar.calendarList.list"


def test_a_change_in_google_is_one_message_and_one_list(pushed: PushedOffice) -> None:
    """Budget: nothing between messages, and one list for one change."""
    pushed.sweep()
    pushed.settle()
    assert pushed.google.calls.count() == 0
    create(pushed, "Dentist")
    pushed.hear()
    pushed.settle()
    assert titles(pushed) == ["Dentist"]
    assert pushed.google.calls.count() == pushed.google.calls.count(LISTS) == 1


def test_hundreds_of_messages_are_one_look_at_once_and_one_later(pushed: PushedOffice) -> None:
    """F87: every message is answered, and the storm is followed when it has passed."""
    create(pushed, "Dentist")
    pushed.google.push.repeat(pushed.at_google(PRIMARY), times=200)
    pushed.hear()
    pushed.settle()
    assert pushed.google.calls.count(LISTS) == 1
    pushed.tick()
    pushed.settle()
    assert pushed.google.calls.count(LISTS) == 1, "it is not over yet"
    pushed.advance(seconds=3)
    pushed.tick()
    pushed.settle()
    assert pushed.google.calls.count(LISTS) == 2
    pushed.tick()
    pushed.settle()
    assert pushed.google.calls.count() == 2
    assert {message.status for message in pushed.google.push.messages} == {204}


def test_a_storm_without_an_end_is_looked_into_all_the_same(pushed: PushedOffice) -> None:
    """F87: waiting for silence has an end."""
    for second in range(40):
        create(pushed, f"Event {second}")
        pushed.hear()
        pushed.tick()
        pushed.settle()
        pushed.advance(seconds=1)
    assert 3 <= pushed.google.calls.count(LISTS) <= 5
    pushed.advance(seconds=3)
    pushed.tick()
    pushed.settle()
    assert len(titles(pushed)) == 40


def test_a_message_in_the_middle_of_a_look_leads_to_another(pushed: PushedOffice) -> None:
    """The lost wake-up (RELIABILITY.md 1.3): the list was made before the second change."""

    def meanwhile() -> None:
        pushed.advance(seconds=5)
        create(pushed, "Second")
        pushed.hear()

    create(pushed, "First")
    pushed.hear()
    once_after_a_list(pushed, meanwhile)
    pushed.settle()
    assert titles(pushed) == ["First", "Second"]
    assert pushed.google.calls.count(LISTS) == 2


def test_lost_messages_cost_time_and_nothing_else(pushed: PushedOffice) -> None:
    """F90, PEERS 21: polling goes on beneath, every quarter of an hour, a quarter more or less."""
    pushed.google.knobs.push_drop_rate = 1.0
    create(pushed, "Dentist")
    pushed.advance(minutes=9)
    pushed.sweep()
    pushed.settle()
    assert pushed.google.calls.count(LISTS) == 0
    pushed.advance(minutes=10)
    pushed.sweep()
    pushed.settle()
    assert titles(pushed) == ["Dentist"]
    assert pushed.google.calls.count(LISTS) == 2, "one for each calendar"


def test_doubled_late_and_reordered_messages_change_nothing(pushed: PushedOffice) -> None:
    """F88: what was said twice, late or in another order costs a look at most."""
    knobs = pushed.google.knobs
    knobs.push_duplicate_rate, knobs.push_delay_seconds_from, knobs.push_delay_seconds_to = 1, 5, 60
    for title in ("A", "B", "C"):
        create(pushed, title)
    numbers = [message.number for message in pushed.google.push.messages if message.is_waiting]
    pushed.hear()
    pushed.settle()
    pushed.advance(seconds=3)
    pushed.tick()
    pushed.settle()
    assert len(numbers) == 6
    assert titles(pushed) == ["A", "B", "C"]
    assert pushed.google.calls.count(LISTS) <= 2


def test_an_old_message_again_is_one_cheap_list(pushed: PushedOffice) -> None:
    """F88."""
    before = titles(pushed)
    pushed.google.push.repeat(pushed.at_google(PRIMARY))
    pushed.hear()
    pushed.settle()
    assert titles(pushed) == before
    assert pushed.google.calls.count() == pushed.google.calls.count(LISTS) == 1


def test_our_own_write_comes_back_as_one_list_and_no_write(pushed: PushedOffice) -> None:
    """GOOGLE.md 9, Q7: an echo of ours is no change."""
    pushed.book(in_a_week(pushed))
    pushed.settle()
    pushed.hear()
    pushed.settle()
    assert requests_of(pushed) == {"batch": 1, LISTS: 1}


def test_a_body_in_pieces_is_not_waited_for(pushed: PushedOffice) -> None:
    """F94: the answer comes before the body has ended, on a real connection."""
    channel = pushed.at_google(PRIMARY)
    address = urlsplit(pushed.settings.push_address)
    with closing(HTTPConnection(address.hostname or "", address.port, timeout=5)) as line:
        line.putrequest("POST", address.path)
        line.putheader("Transfer-Encoding", "chunked")
        line.putheader("X-Goog-Channel-ID", channel.id)
        line.putheader("X-Goog-Channel-Token", channel.token)
        line.putheader("X-Goog-Resource-ID", channel.resource_id)
        line.endheaders()
        line.send(b"5\r\nfirst\r\n")
        assert line.getresponse().status == 204
    pushed.settle()
    assert pushed.google.calls.count(LISTS) == 1


def test_the_list_of_calendars_follows_google(pushed: PushedOffice) -> None:
    """R78, R82: new, renamed and deleted calendars are told of, and listed once each."""
    made = pushed.hand.new_calendar("Choir")
    listed(pushed)
    assert pushed.calendar("Choir").is_on is False
    made.rename("Chamber choir")
    listed(pushed)
    assert pushed.calendar("Chamber choir")
    assert pushed.google.calls.count() == pushed.google.calls.count(CALENDAR_LISTS) == 2


def test_a_new_calendar_during_a_listing_is_listed_too(pushed: PushedOffice) -> None:
    """The lost wake-up once more, for the list."""

    def meanwhile() -> None:
        pushed.advance(seconds=5)
        pushed.hand.new_calendar("Choir")
        pushed.hear()

    once_after_a_list(pushed, meanwhile, path="/calendarList")
    pushed.list_calendars()
    assert pushed.unlisted() == [pushed.connection_id()]


def test_a_receiver_that_is_down_misses_messages_and_no_change(pushed: PushedOffice) -> None:
    """Google gives up after a while; the next poll finds it."""
    with pushed.closed():
        create(pushed, "Dentist")
        pushed.hear()
    assert pushed.google.push.messages[-1].outcome == "failed"
    pushed.advance(minutes=19)
    pushed.sweep()
    pushed.settle()
    assert titles(pushed) == ["Dentist"]


def create(office: PushedOffice, title: str) -> None:
    """Somebody adds an event in Google, to Ada's own calendar."""
    office.hand.calendar("primary").create(title, in_a_week(office).replace(" ", "T"))


def titles(office: PushedOffice) -> list[str]:
    """What the app shows of Ada's own calendar."""
    return [row.summary for row in office.mirrored(PRIMARY)]


def listed(office: PushedOffice) -> None:
    """The message arrives, and the sweeper's ring for the list is heard."""
    office.advance(seconds=30)
    office.hear()
    office.advance(seconds=30)
    office.tick()
    assert office.unlisted() == [office.connection_id()]
    office.list_calendars()
    assert office.unlisted() == []


def once_after_a_list(office: PushedOffice, act: Any, *, path: str = "/events") -> None:
    """`act` happens when Google has made its next answer to a list, before it is sent."""
    waiting = [act]

    def strike(response: Any) -> Any:
        if waiting and request.method == "GET" and request.path.endswith(path):
            waiting.pop()()
        return response

    office.emulator.app.after_request_funcs.setdefault(None, []).append(strike)
