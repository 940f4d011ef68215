"""What a person's three edit scopes do to series, seen in increments (GOOGLE.md 4.2 to 4.8)."""

from __future__ import annotations

import pytest

from emulator.google import Google
from emulator.person import PersonCalendar
from tests.emulator.conftest import ADA, Api, reason, timed

MINIMAL = {"kind", "etag", "id", "status"}


@pytest.fixture
def mine(google: Google, api: Api) -> PersonCalendar:
    return google.account(ADA).calendar()


def weekly(mine: PersonCalendar, rule: str = "RRULE:FREQ=WEEKLY", **members: object) -> dict:
    start, end = "2026-11-05T09:00", "2026-11-05T10:00"
    return mine.create("Choir", start, end, recurrence=[rule], **members)


def changes(api: Api, token: str) -> dict[str, dict]:
    return {event["id"]: event for event in api.list(syncToken=token)["items"]}


def test_an_instance_id_is_the_master_id_and_the_original_start(mine: PersonCalendar) -> None:
    """GOOGLE.md 4.2, observed."""
    series = weekly(mine)
    ids = [event["id"] for event in mine.instances(series["id"], days=8)]
    assert ids == [f"{series['id']}_20261105T080000Z", f"{series['id']}_20261112T080000Z"]


def test_an_instance_can_be_read_and_written_before_it_exists(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.2, certain: the write makes the exception and touches the master."""
    series = weekly(mine)
    token = api.list()["nextSyncToken"]
    instance = series["id"] + "_20261112T080000Z"
    assert api.events("primary", "GET", instance).json()["recurringEventId"] == series["id"]
    body = timed("2026-11-12T11:00:00", "2026-11-12T12:00:00", summary="Choir")
    assert api.events("primary", "PUT", instance, body).json()["sequence"] == 1
    assert list(changes(api, token)) == [series["id"], instance]


def test_this_and_following_without_times_makes_an_r_series_with_the_same_properties(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, observed; the copied properties likely (Q3, F48)."""
    series = weekly(mine, extendedProperties={"private": {"appId": "t-1"}})
    token = api.list()["nextSyncToken"]
    mine.edit(series["id"] + "_20261119T080000Z", scope="following", summary="Choir in the hall")
    found = changes(api, token)
    new_id = series["id"] + "_R20261119T080000"
    assert set(found) == {series["id"], new_id}
    assert found[series["id"]]["recurrence"] == ["RRULE:FREQ=WEEKLY;UNTIL=20261118T225959Z"]
    new = found[new_id]
    assert new["recurrence"] == ["RRULE:FREQ=WEEKLY"]
    assert new["extendedProperties"] == {"private": {"appId": "t-1"}}
    assert new["iCalUID"] == f"{new_id}@google.com"
    assert new["etag"] == found[series["id"]]["etag"]
    assert new["created"] == series["created"]


def test_instances_of_a_split_series_keep_the_id_from_before(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.5, likely (Q4)."""
    series = weekly(mine)
    old = series["id"] + "_20261126T080000Z"
    mine.edit(series["id"] + "_20261119T080000Z", scope="following", summary="Other")
    instance = api.events("primary", "GET", old).json()
    assert instance["id"] == old
    assert instance["recurringEventId"] == series["id"] + "_R20261119T080000"


def test_this_and_following_with_times_makes_a_series_with_a_fresh_id(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, observed."""
    series = weekly(mine, "RRULE:FREQ=WEEKLY;COUNT=5")
    token = api.list()["nextSyncToken"]
    mine.move_time(series["id"] + "_20261119T080000Z", "2026-11-20T10:00", scope="following")
    found = changes(api, token)
    (new,) = (event for key, event in found.items() if key != series["id"])
    assert "_R" not in new["id"]
    assert new["sequence"] == series["sequence"] + 1
    assert new["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=3"]
    assert new["start"]["dateTime"] == "2026-11-20T10:00:00+01:00"


def test_deleting_following_leaves_bare_tombstones_beyond_the_cut(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, observed."""
    series = weekly(mine)
    gone = series["id"] + "_20261203T080000Z"
    mine.delete(gone)
    token = api.list()["nextSyncToken"]
    mine.delete(series["id"] + "_20261119T080000Z", scope="following")
    found = changes(api, token)
    assert set(found[gone]) == MINIMAL
    assert found[series["id"]]["recurrence"] == ["RRULE:FREQ=WEEKLY;UNTIL=20261118T225959Z"]


def test_a_place_that_the_series_has_again_is_an_ordinary_one(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.8: its tombstone said that the exception is gone, and nothing of the future."""
    series = weekly(mine)
    moved = series["id"] + "_20261112T080000Z"
    mine.move_time(moved, "2026-11-12T15:00")
    mine.edit(series["id"], scope="all", recurrence=[])
    token = api.list()["nextSyncToken"]
    mine.edit(series["id"], scope="all", recurrence=series["recurrence"])
    assert set(changes(api, token)) == {series["id"]}
    again = {one["id"]: one for one in mine.instances(series["id"])}[moved]
    assert again["status"] == "confirmed"
    assert again["start"]["dateTime"] == "2026-11-12T09:00:00+01:00"
    mine.edit(moved, summary="Elsewhere")
    assert changes(api, token)[moved]["summary"] == "Elsewhere"


def test_deleting_all_gives_one_tombstone_for_the_master(mine: PersonCalendar, api: Api) -> None:
    """GOOGLE.md 4.6, observed; F50."""
    series = weekly(mine)
    mine.edit(series["id"] + "_20261112T080000Z", summary="Other hall")
    token = api.list()["nextSyncToken"]
    mine.delete(series["id"] + "_20261119T080000Z", scope="all")
    found = changes(api, token)
    assert set(found) == {series["id"]}
    assert set(found[series["id"]]) == MINIMAL


def test_editing_all_carries_on_to_exceptions_that_had_no_change_of_their_own(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, observed."""
    series = weekly(mine)
    moved = series["id"] + "_20261112T080000Z"
    mine.move_time(moved, "2026-11-12T15:00")
    token = api.list()["nextSyncToken"]
    mine.edit(moved, scope="all", summary="Orchestra")
    found = changes(api, token)
    assert found[moved]["summary"] == found[series["id"]]["summary"] == "Orchestra"
    assert found[moved]["start"]["dateTime"] == "2026-11-12T15:00:00+01:00"


def test_a_changed_rule_drops_exceptions_it_no_longer_makes(mine: PersonCalendar, api: Api) -> None:
    """GOOGLE.md 4.8, likely (the stand-in's own rule)."""
    series = weekly(mine)
    moved = series["id"] + "_20261112T080000Z"
    mine.edit(moved, summary="Other hall")
    token = api.list()["nextSyncToken"]
    mine.move_time(series["id"], "2026-11-06T09:00")
    assert set(changes(api, token)[moved]) == MINIMAL


def test_a_series_keeps_its_wall_clock_over_daylight_saving(mine: PersonCalendar) -> None:
    """RFC 5545 3.3.10; F51: masters live in an IANA zone."""
    series = mine.create(
        "Swim", "2026-10-20T09:00", "2026-10-20T10:00", recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"]
    )
    starts = [event["start"]["dateTime"] for event in mine.instances(series["id"])]
    assert starts == ["2026-10-20T09:00:00+02:00", "2026-10-27T09:00:00+01:00"]


def test_a_series_without_a_zone_is_refused(api: Api) -> None:
    """GOOGLE.md 3.5, certain."""
    body = {
        "start": {"dateTime": "2026-11-05T09:00:00+01:00"},
        "end": {"dateTime": "2026-11-05T10:00:00+01:00"},
        "recurrence": ["RRULE:FREQ=WEEKLY"],
    }
    refused = api.events("primary", "POST", body=body)
    assert reason(refused) == (400, "required")
    assert refused.json()["error"]["message"] == "Missing time zone definition for start time."


def test_moving_to_another_calendar_keeps_the_id_and_leaves_a_bare_tombstone(
    google: Google, mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 3.9, likely; F47."""
    other = google.account(ADA).new_calendar("Family")
    event = mine.create("Picnic", "2026-11-07")
    token = api.list()["nextSyncToken"]
    moved = mine.move_to(event["id"], other)
    assert moved["id"] == event["id"]
    assert set(changes(api, token)[event["id"]]) == MINIMAL
    assert other.find("Picnic")["iCalUID"] == event["iCalUID"]
