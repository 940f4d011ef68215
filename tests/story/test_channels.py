"""The life of Google's watch channels: opened, renewed with overlap, refused, lost and ended
(RELIABILITY.md F91 to F93, GOOGLE.md 8.1 and 8.3).
"""

from dataclasses import replace

import pytest
from sqlmodel import select

from tests.story.pushed import LISTS, PRIMARY, STOPS, WATCHES, PushedOffice
from tests.story.test_first_sync import in_a_week
from tests.story.test_push import create, titles
from webapp.db.models import SyncMode, WatchChannel
from webapp.ops import events
from webapp.services import synced_calendars
from webapp.services.sync_context import PushDoor
from webapp.sync.watching import ChannelState

pytestmark = pytest.mark.slow


def test_every_synced_calendar_and_the_list_of_them_has_one_channel(pushed: PushedOffice) -> None:
    """GOOGLE.md 9, Q23: one each, and nothing is left to do."""
    assert set(pushed.rows()) == {"", "ours", PRIMARY}
    assert len(pushed.live()) == 3
    assert pushed.untended() == 0
    pushed.tend()
    assert pushed.google.calls.count() == 0


def test_a_channel_is_renewed_before_it_ends_and_the_new_one_comes_first(
    pushed: PushedOffice,
) -> None:
    """F91: at 60 to 75 % of its life, with overlap, and a look after each new one."""
    pushed.advance(days=4)
    assert pushed.untended() == 0
    old = {channel.id for channel in pushed.live()}
    pushed.advance(days=2)
    assert pushed.untended() == 1
    pushed.tend()
    done = [call.method_id for call in pushed.google.calls if call.status in (200, 204)]
    steps = [name.rpartition(".")[2] for name in done if name.endswith(("watch", "stop"))]
    assert steps == ["watch"] * 3 + ["stop"] * 3
    assert len(pushed.live()) == 3
    assert old.isdisjoint({channel.id for channel in pushed.live()})
    assert pushed.untended() == 0
    pushed.google.calls.clear()
    pushed.settle()
    assert pushed.google.calls.count(LISTS) == 2


def test_a_renewal_that_fails_leaves_the_old_channel_and_then_the_polls(
    pushed: PushedOffice,
) -> None:
    """F91: it is tried again after five minutes, and polling is quick when nobody tells us."""
    pushed.google.faults.add(WATCHES, status=503, times=0)
    pushed.advance(days=6)
    pushed.tend()
    assert pushed.untended() == 0, "not at once again"
    create(pushed, "Told by the old one")
    pushed.hear()
    pushed.settle()
    assert titles(pushed) == ["Told by the old one"]
    pushed.advance(days=2)
    assert pushed.live() == []
    create(pushed, "Polled")
    pushed.sweep()
    pushed.settle()
    assert titles(pushed) == ["Polled", "Told by the old one"]
    pushed.google.faults.clear()
    assert pushed.untended() == 1
    pushed.tend()
    assert set(pushed.rows()) == {"", "ours", PRIMARY}


def test_the_first_message_may_come_before_the_answer_or_instead_of_it(
    pushed: PushedOffice,
) -> None:
    """F92: the row is there before Google is asked, so a lost answer loses nothing."""
    pushed.google.knobs.push_sync_first_rate = 1.0
    pushed.google.faults.add("calendar.events.watch", "drop", when="after", times=0)
    pushed.advance(days=6)
    pushed.tend()
    rows = pushed.rows()
    assert set(rows) == {"", "ours", PRIMARY}
    assert len({row.resource_id for row in rows.values()}) == 3
    create(pushed, "Dentist")
    pushed.hear()
    pushed.settle()
    assert titles(pushed) == ["Dentist"]


def test_a_calendar_that_google_does_not_watch_is_polled_and_asked_about_once_a_day(
    pushed: PushedOffice,
) -> None:
    """GOOGLE.md 9, Q17: holidays."""
    pushed.hand.new_calendar("Holidays", kind="holiday")
    pushed.list_calendars()
    pushed.sync_tile("Holidays")
    pushed.settle()
    for _ in range(3):
        pushed.tend()
        pushed.advance(hours=2)
    assert pushed.google.calls.count(WATCHES) == 1
    assert pushed.calendar("Holidays").failure == ""
    pushed.poll()
    pushed.google.calls.clear()
    pushed.advance(minutes=2)
    pushed.sweep()
    pushed.settle()
    assert pushed.google.calls.count(LISTS) == 1, "the others are told of, this one is polled"
    pushed.advance(days=1)
    pushed.google.calls.clear()
    pushed.tend()
    refusals = [call for call in pushed.google.calls.select(WATCHES) if call.status == 400]
    assert len(refusals) == 1


def test_without_an_address_that_google_can_reach_nothing_is_watched(pushed: PushedOffice) -> None:
    """F93: polling alone, and what was open from before is ended."""
    pushed.settings = replace(pushed.settings, is_push_without_tls=False)
    assert pushed.untended() == 1
    pushed.tend()
    assert pushed.live() == []
    assert pushed.untended() == 0
    pushed.advance(minutes=2)
    pushed.google.calls.clear()
    pushed.sweep()
    pushed.settle()
    assert pushed.google.calls.count() == pushed.google.calls.count(LISTS) == 2


def test_another_address_of_the_app_has_channels_of_its_own(pushed: PushedOffice) -> None:
    """A demo that starts again on another port is told there."""
    pushed.google.knobs.push_sync_first_rate = 0.0
    pushed.settings = replace(pushed.settings, external_url="http://localhost:1")
    pushed.tend()
    assert {channel.address for channel in pushed.live()} == {pushed.tools.push.address}
    assert pushed.tools.push.address.startswith("http://localhost:1/google-pushes")


def test_another_key_makes_no_channel_mute(pushed: PushedOffice) -> None:
    """F85: the address names the key, so what an older one opened is replaced."""
    other = PushDoor.of(replace(pushed.settings, secret_key="another secret, long enough as well"))
    assert other.address != pushed.tools.push.address
    with pushed.writing() as (session, _):
        for row in session.exec(select(WatchChannel)):
            row.address = other.address
        session.commit()
    assert pushed.untended() == 1
    pushed.tend()
    assert {row.address for row in channels(pushed)} == {pushed.tools.push.address}
    assert len(pushed.live()) == 3


def test_a_channel_that_tells_nothing_three_times_is_not_relied_on(
    pushed: PushedOffice, caplog: pytest.LogCaptureFixture
) -> None:
    """F90: looking is quick again until a message comes through."""
    pushed.google.knobs.push_drop_rate = 1.0
    for number in range(3):
        create(pushed, f"Untold {number}")
        pushed.advance(minutes=19)
        pushed.sweep()
        pushed.settle()
    assert [record.message for record in caplog.records].count(events.PUSH_MISSED) == 3
    assert pushed.rows()[PRIMARY].greeted_at is None
    create(pushed, "Polled")
    pushed.advance(minutes=2)
    pushed.sweep()
    pushed.settle()
    assert "Polled" in titles(pushed)
    pushed.google.knobs.push_drop_rate = 0.0
    create(pushed, "Told")
    pushed.hear()
    assert pushed.rows()[PRIMARY].greeted_at is not None
    assert pushed.rows()[PRIMARY].untold == 0


def test_what_was_told_and_is_found_is_not_held_against_the_channel(pushed: PushedOffice) -> None:
    """Our own writes come back, too."""
    for number in range(2):
        pushed.book(in_a_week(pushed, 8 + number))
        pushed.settle()
        pushed.hear()
        pushed.settle()
        pushed.advance(minutes=19)
        pushed.sweep()
        pushed.settle()
    assert pushed.rows()["ours"].untold == 0


def test_a_calendar_that_is_switched_off_is_no_longer_watched(pushed: PushedOffice) -> None:
    """R81: what Google still says of it is not listened to."""
    speaking = pushed.at_google(PRIMARY)
    calendar = pushed.calendar(PRIMARY)
    with pushed.writing() as (session, ada):
        synced_calendars.switch_off(session, by=ada, calendar_id=calendar.id, now=pushed.clock())
    pushed.google.push.repeat(speaking)
    pushed.hear()
    assert pushed.calendar(PRIMARY).requested == 0
    assert pushed.untended() == 1
    pushed.tend()
    assert pushed.google.calls.count() == pushed.google.calls.count(STOPS) == 1
    assert set(pushed.rows()) == {"", "ours"}


def test_going_one_way_ends_every_channel(pushed: PushedOffice) -> None:
    """R113: Google is asked for nothing any more."""
    pushed.choose_mode(SyncMode.ONE_WAY)
    assert pushed.live() == []
    assert channels(pushed) == []


def test_a_stop_that_google_does_not_hear_is_repeated(pushed: PushedOffice) -> None:
    """Its messages count no more from the first try on."""
    pushed.google.faults.add(STOPS, status=503, times=0)
    pushed.settings = replace(pushed.settings, is_push_without_tls=False)
    pushed.tend()
    assert {row.state for row in channels(pushed)} == {ChannelState.ENDING}
    assert pushed.untended() == 0
    pushed.google.faults.clear()
    pushed.advance(minutes=6)
    assert pushed.untended() == 1
    pushed.tend()
    assert channels(pushed) == []
    assert pushed.live() == []


def test_after_a_reconnect_there_are_new_channels(pushed: PushedOffice) -> None:
    """F21: with the grant the old ones were cut off, and nobody would know."""
    pushed.hand.remove_app_access()
    pushed.poll()
    assert pushed.untended() == 0, "nothing is asked without access"
    pushed.advance(minutes=1)
    pushed.connect()
    pushed.tend()
    assert len(pushed.live()) == 3
    create(pushed, "Dentist")
    pushed.hear()
    pushed.settle()
    assert titles(pushed) == ["Dentist"]


def channels(office: PushedOffice) -> list[WatchChannel]:
    """Every channel that the app remembers."""
    with office.writing() as (session, _):
        return list(session.exec(select(WatchChannel)))
