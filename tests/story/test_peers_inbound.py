"""What users of other products reported about what comes from Google (PEERS.md 5, by number)."""

from collections.abc import Iterator

import pytest

from tests.story import mirror_judgement
from tests.story.inbound_office import PRIMARY, life_in_google
from tests.story.mirror_judgement import Seen
from tests.story.one_process import Beginning, OneProcess

pytestmark = pytest.mark.slow

ZONES = ("Pacific/Midway", "America/New_York", "UTC", "Asia/Kolkata", "Pacific/Kiritimati")


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    """Ada's office, and her life in Google."""
    with life_in_google(tmp_path_factory.mktemp("peers")) as beginning:
        yield beginning


@pytest.fixture
def office(beginning: Beginning) -> OneProcess:
    """As it was kept."""
    return beginning.again()


def seen(office: OneProcess, title: str) -> list[Seen]:
    """The occurrences with this title, in time order."""
    with office.writing() as (session, ada):
        found = mirror_judgement.mirrored(session, ada)
    return sorted(one for one in found.elements() if one.title == title)


def test_peers_10_what_was_deleted_in_google_does_not_come_back(office: OneProcess) -> None:
    """PEERS 10: not by a complete listing either."""
    calendar = office.hand.calendar(PRIMARY)
    calendar.delete(calendar.find("Dentist")["id"])
    office.poll()
    office.google.expire_all_sync_tokens()
    office.poll()
    assert len(seen(office, "Dentist")) == 1, "only that of the other calendar"
    mirror_judgement.check(office)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_peers_11_a_weekly_hour_keeps_its_wall_clock(office: OneProcess, zone: str) -> None:
    """PEERS 11: over the March and the October of its own zone."""
    calendar = office.hand.calendar(PRIMARY)
    rule = ["RRULE:FREQ=WEEKLY;COUNT=40"]
    calendar.create("Swimming", "2027-03-09T18:00", zone=zone, recurrence=rule)
    office.poll()
    hours = [one.start[11:16] for one in seen(office, "Swimming")]
    winter, summer = ("17:00", "16:00") if zone == "Europe/Berlin" else ("23:00", "22:00")
    assert hours[0] == winter
    assert set(hours) == {winter, summer}
    assert hours[-1] == winter
    mirror_judgement.check(office)


@pytest.mark.parametrize("zone", ZONES)
def test_peers_12_13_a_calendar_of_another_zone(office: OneProcess, zone: str) -> None:
    """PEERS 12, PEERS 13: hours are instants, and days are days, wherever the calendar lies."""
    there = office.hand.new_calendar("Elsewhere", zone=zone)
    there.create("Call", "2027-03-15T12:00", zone="UTC")
    there.create("Holiday", "2027-03-15", "2027-03-17")
    weekly = ["RRULE:FREQ=WEEKLY;COUNT=3"]
    there.create("Day off", "2027-03-16", recurrence=weekly)
    office.list_calendars()
    office.sync_tile("Elsewhere")
    office.settle()
    assert [one.start for one in seen(office, "Call")] == ["2027-03-15T12:00:00+00:00"]
    assert [(one.start, one.end) for one in seen(office, "Holiday")] == [
        ("2027-03-15", "2027-03-17")
    ]
    days = ["2027-03-16", "2027-03-23", "2027-03-30"]
    assert [one.start for one in seen(office, "Day off")] == days
    mirror_judgement.check(office)


def test_peers_14_free_does_not_take_its_time_and_busy_again_does(office: OneProcess) -> None:
    """PEERS 14: also when only that changes."""
    calendar = office.hand.calendar(PRIMARY)
    event_id = calendar.create("Maybe", "2027-03-15T12:00", transparency="transparent")["id"]
    office.poll()
    assert [one.is_busy for one in seen(office, "Maybe")] == [False]
    calendar.edit(event_id, transparency="opaque")
    office.poll()
    assert [one.is_busy for one in seen(office, "Maybe")] == [True]


def test_peers_15_a_change_is_merged_into_what_is_there(office: OneProcess) -> None:
    """PEERS 15: an increment of one event replaced a whole cache elsewhere."""
    with office.writing() as (session, ada):
        before = mirror_judgement.mirrored(session, ada)
    office.hand.calendar(PRIMARY).create("New", "2027-03-15T12:00")
    office.poll()
    with office.writing() as (session, ada):
        after = mirror_judgement.mirrored(session, ada)
    assert before < after
    assert (after - before).total() == 1
