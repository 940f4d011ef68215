"""Rules, instances, exceptions and the exact payloads of increments (GOOGLE.md 4 and 5.4)."""

from __future__ import annotations

import pytest

from emulator.google import Google
from emulator.person import PersonCalendar
from tests.emulator.conftest import ADA, Api, reason, timed

CHICAGO = "America/Chicago"
BARE = {"kind", "etag", "id", "status"}
TOMBSTONE = BARE | {"recurringEventId", "originalStartTime"}
ZONE = {"timeZone": CHICAGO}
DAILY = timed("2027-03-22T08:00:00", "2027-03-22T09:00:00", CHICAGO, id="jog00001", summary="Walk")


def series(api: Api, *rules: str, **members: object) -> dict:
    body = DAILY | {"recurrence": list(rules or ("RRULE:FREQ=DAILY",))} | members
    answer = api.events("primary", "POST", body=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def on(day: int) -> str:
    """The instance on a day of March 2027, 08:00 in Chicago (13:00 UTC, daylight saving)."""
    return f"jog00001_202703{day:02d}T130000Z"


@pytest.fixture
def mine(google: Google) -> PersonCalendar:
    return google.account(ADA).calendar()


# 4.1 rules


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=HOURLYISH",
        "RRULE:FREQ=DAILY;COUNT=3;UNTIL=20270401T000000Z",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY",
        "RRULE:",
        "DTSTART:20270322T080000",
    ],
)
def test_a_broken_rule_is_refused(api: Api, rule: str) -> None:
    """GOOGLE.md 4.1, likely; F29, F98."""
    answer = api.events("primary", "POST", body=DAILY | {"recurrence": [rule]})
    assert answer.json()["error"]["message"] == "Invalid recurrence rule."


@pytest.mark.parametrize(
    "rules",
    [
        ["RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20270619T065959Z;INTERVAL=2;BYDAY=MO"],
        ["RRULE:FREQ=DAILY;UNTIL=20270401"],
        ["RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=America/Chicago:20270323T080000"],
        ["RRULE:FREQ=DAILY;COUNT=2", "RDATE;TZID=America/Chicago:20270410T080000"],
    ],
)
def test_rules_are_kept_as_they_were_written(api: Api, rules: list[str]) -> None:
    """GOOGLE.md 4.1: a date UNTIL on a timed event is accepted and kept (unknown)."""
    assert series(api, *rules)["recurrence"] == rules


def test_exdate_and_rdate_shape_the_instances(api: Api) -> None:
    """GOOGLE.md 4.1, certain."""
    zone = "TZID=America/Chicago"
    lines = ["RRULE:FREQ=DAILY;COUNT=3", f"EXDATE;{zone}:20270323T080000"]
    series(api, *lines, f"RDATE;{zone}:20270410T080000")
    shown = api.events("primary", "GET", "jog00001/instances").json()["items"]
    days = [item["originalStartTime"]["dateTime"][:10] for item in shown]
    assert days == ["2027-03-22", "2027-03-24", "2027-04-10"]


# 4.2 instances


def test_instances_of_all_day_series_have_plain_dates_in_their_ids(api: Api) -> None:
    """GOOGLE.md 4.2, observed."""
    days = {"start": {"date": "2027-03-22"}, "end": {"date": "2027-03-23"}}
    series(api, "RRULE:FREQ=DAILY;COUNT=2", **days)
    items = api.events("primary", "GET", "jog00001/instances").json()["items"]
    assert [item["id"] for item in items] == ["jog00001_20270322", "jog00001_20270323"]
    assert items[1]["originalStartTime"] == {"date": "2027-03-23"}


def test_an_instance_shares_the_uid_and_has_no_rule(api: Api) -> None:
    """GOOGLE.md 4.2, certain."""
    master = series(api)
    instance = api.events("primary", "GET", on(25)).json()
    assert (instance["iCalUID"], instance["recurringEventId"]) == (master["iCalUID"], "jog00001")
    assert instance["originalStartTime"] == {"dateTime": "2027-03-25T14:00:00+01:00"} | ZONE
    assert "recurrence" not in instance


@pytest.mark.parametrize("event_id", ["jog00001_20270322T120000Z", "jog00001_20270322", on(21)])
def test_an_instance_the_rule_does_not_make_is_not_found(api: Api, event_id: str) -> None:
    """GOOGLE.md 4.2, certain."""
    series(api)
    assert reason(api.events("primary", "GET", event_id)) == (404, "notFound")


def test_a_list_shows_masters_and_exceptions_or_only_instances(api: Api) -> None:
    """GOOGLE.md 4.2, certain: cancelled instances of live masters come without being asked for."""
    series(api, "RRULE:FREQ=DAILY;COUNT=4")
    api.events("primary", "DELETE", on(23))
    api.events("primary", "PATCH", on(24), {"summary": "Run"})
    plain = {item["id"]: item["status"] for item in api.list()["items"]}
    assert plain == {"jog00001": "confirmed", on(23): "cancelled", on(24): "confirmed"}
    flat = [item["id"] for item in api.list(singleEvents="true", orderBy="startTime")["items"]]
    assert flat == [on(22), on(24), on(25)]


def test_instances_come_in_pages_of_250_and_one_can_be_picked(api: Api) -> None:
    """GOOGLE.md 4.2, certain."""
    series(api, "RRULE:FREQ=DAILY;COUNT=300")
    first = api.events("primary", "GET", "jog00001/instances").json()
    assert len(first["items"]) == 250
    page = {"pageToken": first["nextPageToken"]}
    assert len(api.events("primary", "GET", "jog00001/instances", **page).json()["items"]) == 50
    wanted = {"originalStart": "2027-03-25T08:00:00-05:00"}
    (one,) = api.events("primary", "GET", "jog00001/instances", **wanted).json()["items"]
    assert one["id"] == on(25)


def test_an_endless_series_ends_at_a_horizon(google: Google, api: Api) -> None:
    """GOOGLE.md 4.2, likely; the horizon is a knob."""
    google.knobs.expansion_days = 400
    series(api, "RRULE:FREQ=WEEKLY")
    items = api.events("primary", "GET", "jog00001/instances").json()["items"]
    assert 20 < len(items) < 60


def test_a_calendar_with_only_busy_times_lists_instances(google: Google, api: Api) -> None:
    """GOOGLE.md 4.2, certain."""
    house = google.account("ben@example.com").new_calendar("House")
    house.create("Clean", "2027-03-22T08:00", recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    house.share(ADA, "freeBusyReader")
    items = api.list(house.id)["items"]
    assert len(items) == 3
    assert not any("recurrence" in item or "summary" in item for item in items)


# 4.3 and 4.4 one instance


def test_one_cancelled_instance_delivers_master_and_tombstone_as_recorded(api: Api) -> None:
    """GOOGLE.md 4.3, tombstone fields certain, the master observed."""
    rule = "RRULE:FREQ=DAILY;UNTIL=20270401T045959Z"
    before = series(api, rule)
    token = api.list()["nextSyncToken"]
    api.events("primary", "DELETE", on(25))
    master, tombstone = api.list(syncToken=token, timeZone=CHICAGO)["items"]
    assert (master["id"], master["recurrence"], master["sequence"]) == ("jog00001", [rule], 0)
    assert master["etag"] != before["etag"]
    assert tombstone == {
        "kind": "calendar#event",
        "etag": master["etag"],
        "id": on(25),
        "status": "cancelled",
        "recurringEventId": "jog00001",
        "originalStartTime": {"dateTime": "2027-03-25T08:00:00-05:00"} | ZONE,
    }


def test_one_edited_instance_delivers_master_then_exception_and_sequence_follows_the_time(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.4, observed."""
    before = series(api)
    token = api.list()["nextSyncToken"]
    mine.edit(on(25), summary="Run")
    mine.move_time(on(26), "2027-03-26T10:00")
    items = api.list(syncToken=token)["items"]
    assert {item["id"] for item in items} == {"jog00001", on(25), on(26)}
    shown = {item["id"]: item for item in items}
    assert shown[on(25)]["summary"] == "Run"
    assert (shown[on(25)]["sequence"], shown[on(26)]["sequence"]) == (0, 1)
    assert shown[on(26)]["etag"] == shown["jog00001"]["etag"]
    same = ("recurrence", "summary", "start", "sequence")
    assert [shown["jog00001"][name] for name in same] == [before[name] for name in same]


def test_putting_a_cancelled_instance_back_makes_it_an_exception(api: Api) -> None:
    """GOOGLE.md 3.8 and 4.2."""
    series(api)
    api.events("primary", "DELETE", on(25))
    back = api.events("primary", "PATCH", on(25), {"status": "confirmed"}).json()
    assert (back["status"], back["recurringEventId"]) == ("confirmed", "jog00001")


# 4.6 the three scopes


def test_a_split_lists_earlier_exceptions_again_and_all_share_one_etag(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, observed (Chicago: the last second of the local day before, in UTC)."""
    series(api)
    mine.edit(on(23), summary="Run")
    token = api.list()["nextSyncToken"]
    mine.edit(on(26), scope="following", location="Park")
    items = {item["id"]: item for item in api.list(syncToken=token)["items"]}
    assert set(items) == {"jog00001", on(23), "jog00001_R20270326T130000"}
    assert items["jog00001"]["recurrence"] == ["RRULE:FREQ=DAILY;UNTIL=20270326T045959Z"]
    assert (items["jog00001"]["sequence"], len({i["etag"] for i in items.values()})) == (0, 1)
    assert items["jog00001"]["updated"] == items["jog00001_R20270326T130000"]["updated"]


def test_an_all_day_split_has_a_plain_date_in_its_id(mine: PersonCalendar, api: Api) -> None:
    """GOOGLE.md 4.6, observed."""
    made = mine.create("Fast", "2027-03-22", recurrence=["RRULE:FREQ=DAILY"])
    new = mine.edit(f"{made['id']}_20270325", scope="following", location="Park")
    assert new["id"] == f"{made['id']}_R20270325"
    old = api.events("primary", "GET", made["id"]).json()
    assert old["recurrence"] == ["RRULE:FREQ=DAILY;UNTIL=20270324"]


def test_a_series_with_a_fresh_id_is_split_again_under_that_id(mine: PersonCalendar) -> None:
    """GOOGLE.md 4.6, observed."""
    made = mine.create("Walk", "2027-03-22T08:00", recurrence=["RRULE:FREQ=DAILY"])
    day = f"{made['id']}_20270325T070000Z"
    fresh = mine.move_time(day, "2027-03-25T10:00", scope="following")["id"]
    assert fresh != made["id"]
    assert "_R" not in fresh
    again = mine.edit(f"{fresh}_20270327T090000Z", scope="following", location="Park")
    assert again["id"] == f"{fresh}_R20270327T090000"


def test_all_events_also_changes_the_series_that_were_split_off(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, observed."""
    series(api)
    new = mine.edit(on(26), scope="following", location="Park")["id"]
    mine.edit(on(23), scope="all", summary="Stroll")
    titles = [api.events("primary", "GET", one).json()["summary"] for one in ("jog00001", new)]
    assert titles == ["Stroll", "Stroll"]


def test_deleting_all_needs_a_tombstone_for_each_split_series(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, observed: instances and exceptions are not listed."""
    series(api)
    mine.edit(on(23), summary="Run")
    new = mine.edit(on(26), scope="following", location="Park")["id"]
    token = api.list()["nextSyncToken"]
    mine.delete(on(24), scope="all")
    items = api.list(syncToken=token)["items"]
    assert {item["id"]: set(item) for item in items} == {"jog00001": BARE, new: BARE}


def test_deleting_following_leaves_orphans_bare_and_earlier_tombstones_whole(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6 and 5.4, observed; Q5."""
    series(api)
    mine.delete(on(23))
    mine.delete(on(28))
    token = api.list()["nextSyncToken"]
    mine.delete(on(26), scope="following")
    items = {item["id"]: item for item in api.list(syncToken=token)["items"]}
    assert set(items) == {"jog00001", on(28)}
    assert set(items[on(28)]) == BARE
    shown = {item["id"]: set(item) for item in api.list()["items"] if item["id"] != "jog00001"}
    assert shown == {on(23): TOMBSTONE}


def test_moving_a_series_by_hand_takes_its_exceptions_along(
    google: Google, mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 3.9, likely."""
    series(api)
    mine.edit(on(23), summary="Run")
    token = api.list()["nextSyncToken"]
    work = google.account(ADA).new_calendar("Work")
    mine.move_to("jog00001", work)
    assert {item["id"]: set(item) for item in api.list(syncToken=token)["items"]} == {
        "jog00001": BARE
    }
    assert {event["id"] for event in work.events()} == {"jog00001", on(23)}


# 4.7 and 4.8 by API


def test_splitting_by_api_is_two_calls_and_loses_later_exceptions(api: Api) -> None:
    """GOOGLE.md 4.7, certain."""
    series(api)
    api.events("primary", "PATCH", on(28), {"summary": "Run"})
    token = api.list()["nextSyncToken"]
    until = {"recurrence": ["RRULE:FREQ=DAILY;UNTIL=20270326T045959Z"]}
    api.events("primary", "PATCH", "jog00001", until)
    items = {item["id"]: set(item) for item in api.list(syncToken=token)["items"]}
    assert items[on(28)] == BARE
    assert reason(api.events("primary", "GET", on(27))) == (404, "notFound")


@pytest.mark.parametrize("recurrence", [[], None])
def test_without_its_rule_a_master_becomes_a_single_event_with_the_same_id(
    api: Api, recurrence: object
) -> None:
    """GOOGLE.md 4.8, likely."""
    series(api)
    single = api.events("primary", "PATCH", "jog00001", {"recurrence": recurrence}).json()
    assert single["id"] == "jog00001"
    assert "recurrence" not in single
    assert api.events("primary", "GET", on(25)).status_code == 404


@pytest.mark.parametrize("answer", [410, 404])
def test_an_instance_of_a_deleted_master_is_gone_or_unknown(
    google: Google, api: Api, answer: int
) -> None:
    """GOOGLE.md 4.8 and 13, unknown which: a knob."""
    google.knobs.instance_of_deleted_master = answer
    series(api)
    api.events("primary", "DELETE", "jog00001")
    assert api.events("primary", "DELETE", on(25)).status_code == answer


def test_a_restored_series_has_its_exceptions_again(mine: PersonCalendar, api: Api) -> None:
    """GOOGLE.md 3.8, likely."""
    series(api)
    mine.edit(on(23), summary="Run")
    mine.delete("jog00001", scope="all")
    token = api.list()["nextSyncToken"]
    mine.restore("jog00001")
    items = {item["id"]: item["status"] for item in api.list(syncToken=token)["items"]}
    assert items == {"jog00001": "confirmed", on(23): "confirmed"}
