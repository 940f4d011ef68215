"""`events.list` and its tokens (GOOGLE.md 5)."""

from __future__ import annotations

import json
import time

import pytest

from emulator import front
from emulator.google import Google
from emulator.serving import RunningEmulator
from emulator.wire import Request
from tests.emulator.conftest import ADA, Api, api_for, reason


def fill(google: Google, count: int) -> None:
    mine = google.account(ADA).calendar()
    for number in range(count):
        mine.create(f"Event {number}", "2026-11-05T09:00", "2026-11-05T10:00")


def test_only_the_last_page_has_the_sync_token(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain."""
    fill(google, 5)
    first = api.list(maxResults=3)
    assert len(first["items"]) == 3
    assert "nextSyncToken" not in first
    last = api.list(maxResults=3, pageToken=first["nextPageToken"])
    assert len(last["items"]) == 2
    assert "nextPageToken" not in last
    assert "nextSyncToken" in last


def test_what_changes_while_paging_is_not_lost(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain."""
    fill(google, 4)
    first = api.list(maxResults=2)
    seen = first["items"][0]["id"]
    google.account(ADA).calendar().edit(seen, summary="Changed meanwhile")
    last = api.list(maxResults=2, pageToken=first["nextPageToken"])
    changed = api.list(syncToken=last["nextSyncToken"])["items"]
    assert [(event["id"], event["summary"]) for event in changed] == [(seen, "Changed meanwhile")]


def test_a_damaged_token_is_400_and_a_dead_one_410(google: Google, api: Api) -> None:
    """GOOGLE.md 5.3, 410 certain, 400 likely; F37, F40."""
    token = api.list()["nextSyncToken"]
    assert reason(api.events("primary", "GET", syncToken="nonsense")) == (400, "invalid")
    google.expire_all_sync_tokens()
    assert reason(api.events("primary", "GET", syncToken=token)) == (410, "fullSyncRequired")


def test_a_token_dies_of_age(google: Google, api: Api) -> None:
    """GOOGLE.md 5.2, certain that they age; the age is a knob."""
    google.knobs.sync_token_days = 60
    token = api.list()["nextSyncToken"]
    google.move_clock(days=59)
    fresh = google.account(ADA).token(["calendar"])
    api.session.headers["Authorization"] = f"Bearer {fresh}"
    assert api.events("primary", "GET", syncToken=token).status_code == 200
    google.move_clock(days=2)
    fresh = google.account(ADA).token(["calendar"])
    api.session.headers["Authorization"] = f"Bearer {fresh}"
    assert reason(api.events("primary", "GET", syncToken=token)) == (410, "fullSyncRequired")


def test_other_parameters_with_a_token_are_refused(api: Api) -> None:
    """GOOGLE.md 5.2, certain; Q13 as a knob."""
    token = api.list()["nextSyncToken"]
    refused = api.events("primary", "GET", syncToken=token, timeMin="2026-01-01T00:00:00Z")
    assert reason(refused) == (400, "badRequest")
    assert reason(api.events("primary", "GET", syncToken=token, singleEvents="true"))[0] == 400


def test_a_page_token_of_another_list_is_refused(google: Google, api: Api) -> None:
    fill(google, 3)
    page = api.list(maxResults=2)["nextPageToken"]
    assert reason(api.events("primary", "GET", pageToken=page, q="x")) == (400, "invalid")


@pytest.mark.parametrize("filters", [{"q": "Event"}, {"orderBy": "updated"}])
def test_some_filters_give_no_sync_token(google: Google, api: Api, filters: dict) -> None:
    """GOOGLE.md 5.2, likely (Q12)."""
    fill(google, 1)
    assert "nextSyncToken" not in api.list(**filters)


def test_an_increment_costs_the_changes_not_the_calendar(google: Google, api: Api) -> None:
    """Issue 3, Show 5: ten times the events, the same increment. Counted in this thread's own
    processor time, without sockets, so that a busy machine changes nothing.
    """
    google.quota.lift()
    times = []
    for size in (500, 5000):
        fill(google, size - len(google.account(ADA).calendar().record.events))
        query = {"maxResults": "2500", "fields": "nextSyncToken,nextPageToken"}
        page = api.list(**query)
        while "nextPageToken" in page:
            page = api.list(pageToken=page["nextPageToken"], **query)
        fill(google, 3)
        rounds = [increment_seconds(google, api, page["nextSyncToken"]) for _ in range(30)]
        times.append(min(rounds))
    assert times[1] < 2 * times[0]


def increment_seconds(google: Google, api: Api, token: str) -> float:
    request = Request(
        "GET",
        "/calendar/v3/calendars/primary/events",
        {"syncToken": [token]},
        {"authorization": str(api.session.headers["Authorization"])},
    )
    begin = time.thread_time()
    answer = front.answer(google, request)
    taken = time.thread_time() - begin
    assert len(json.loads(answer.body)["items"]) == 3
    return taken


def test_deleted_events_come_only_when_asked_for(google: Google, api: Api) -> None:
    """GOOGLE.md 3.8 and 5.4, certain."""
    mine = google.account(ADA).calendar()
    event = mine.create("Picnic", "2026-11-07")
    mine.delete(event["id"])
    assert api.list()["items"] == []
    (shown,) = api.list(showDeleted="true")["items"]
    assert (shown["status"], shown["summary"]) == ("cancelled", "Picnic")


def test_a_window_looks_at_the_end_and_the_start(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain: both bounds are exclusive."""
    fill(google, 1)
    inside = {"timeMin": "2026-11-05T08:59:00Z", "timeMax": "2026-11-05T12:00:00Z"}
    assert len(api.list(**inside)["items"]) == 1
    assert api.list(timeMin="2026-11-05T09:00:00Z")["items"] == []
    assert api.list(timeMax="2026-11-05T08:00:00Z")["items"] == []


def test_private_events_of_a_calendar_one_may_only_read_have_no_details(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.6, likely."""
    house = google.account("ben@example.com").new_calendar("House")
    house.create("Gas reading", "2026-11-05T14:00", visibility="private")
    house.share(ADA)
    (event,) = api.list(house.id)["items"]
    assert event["visibility"] == "private"
    assert "summary" not in event
    assert "organizer" not in event


def test_the_list_tells_about_its_calendar(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain."""
    fill(google, 1)
    body = api.list()
    assert list(body) == [
        *("kind", "etag", "summary", "description", "updated", "timeZone", "accessRole"),
        *("defaultReminders", "nextSyncToken", "items"),
    ]
    assert (body["kind"], body["timeZone"]) == ("calendar#events", "Europe/Berlin")
    assert (body["accessRole"], body["etag"][:2]) == ("owner", '"p')


def test_pages_hold_250_and_at_most_2500(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain; the cap likely."""
    fill(google, 2510)
    counts = [len(api.list(**query)["items"]) for query in ({}, {"maxResults": 9999})]
    assert counts == [250, 2500]


def test_without_a_change_the_increment_is_empty_and_has_a_token(api: Api) -> None:
    """GOOGLE.md 5.2, likely."""
    body = api.list(syncToken=api.list()["nextSyncToken"])
    assert body["items"] == []
    assert body["nextSyncToken"]


def test_own_writes_come_back_once_however_often_they_were_made(google: Google, api: Api) -> None:
    """GOOGLE.md 5.2: complete state, one entry per event; the echo observed (Q7)."""
    fill(google, 1)
    token = api.list()["nextSyncToken"]
    (event,) = api.list()["items"]
    for title in ("one", "two", "three"):
        api.events("primary", "PATCH", event["id"], {"summary": title})
    (shown,) = api.list(syncToken=token)["items"]
    assert shown["summary"] == "three"


def test_an_increment_comes_in_pages_under_the_old_token(google: Google, api: Api) -> None:
    """GOOGLE.md 5.2, certain."""
    token = api.list()["nextSyncToken"]
    fill(google, 5)
    first = api.list(syncToken=token, maxResults=3)
    assert "nextSyncToken" not in first
    last = api.list(syncToken=token, maxResults=3, pageToken=first["nextPageToken"])
    assert len(first["items"] + last["items"]) == 5
    assert "nextSyncToken" in last


def test_tokens_may_expire_between_pages(google: Google, api: Api) -> None:
    """GOOGLE.md 11; F38."""
    token = api.list()["nextSyncToken"]
    fill(google, 5)
    page = api.list(syncToken=token, maxResults=3)["nextPageToken"]
    google.expire_all_sync_tokens()
    refused = api.events("primary", "GET", syncToken=token, maxResults=3, pageToken=page)
    assert reason(refused) == (410, "fullSyncRequired")


@pytest.mark.parametrize(
    "wrong",
    [
        {"q": "x"},
        {"orderBy": "updated"},
        {"iCalUID": "x"},
        {"timeMin": "2026-01-01T00:00:00Z"},
        {"timeMax": "2026-01-01T00:00:00Z"},
        {"updatedMin": "2026-11-20T00:00:00Z"},
        {"privateExtendedProperty": "a=b"},
        {"sharedExtendedProperty": "a=b"},
        {"showDeleted": "false"},
    ],
)
def test_these_cannot_stand_beside_a_sync_token(google: Google, api: Api, wrong: dict) -> None:
    """GOOGLE.md 5.2, certain."""
    google.knobs.updated_min_days = 9999
    token = api.list()["nextSyncToken"]
    assert api.events("primary", "GET", syncToken=token, **wrong).status_code == 400


def test_foreign_parameters_with_a_token_may_be_ignored_by_knob(google: Google, api: Api) -> None:
    """GOOGLE.md 5.2; Q13."""
    google.knobs.sync_parameters_are_strict = False
    token = api.list()["nextSyncToken"]
    assert api.events("primary", "GET", syncToken=token, singleEvents="true").status_code == 200


def test_a_first_list_with_a_window_gives_a_token_whose_increments_have_no_window(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.2, likely: filter locally."""
    token = api.list(timeMin="2026-12-01T00:00:00Z")["nextSyncToken"]
    fill(google, 1)
    assert len(api.list(syncToken=token)["items"]) == 1


def test_updated_min_brings_what_was_deleted_since_and_may_be_too_old(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.1, certain; thirty days seen."""
    since = google.clock.now().isoformat()
    mine = google.account(ADA).calendar()
    mine.delete(mine.create("Picnic", "2026-11-07")["id"])
    (gone,) = api.list(updatedMin=since)["items"]
    assert gone["status"] == "cancelled"
    old = api.events("primary", "GET", updatedMin="2020-01-01T00:00:00Z")
    assert reason(old) == (410, "updatedMinTooLongAgo")


def test_words_are_searched_in_title_text_place_and_people(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain."""
    mine = google.account(ADA).calendar()
    mine.create("Picnic", "2026-11-07")
    mine.create("a", "2026-11-07", description="a PICNIC")
    mine.create("b", "2026-11-07", location="picnic field")
    mine.create("c", "2026-11-07", attendees=[{"email": "picnic@example.com"}])
    mine.create("Other", "2026-11-07")
    assert len(api.list(q="picnic")["items"]) == 4


def test_a_uid_finds_the_master_and_its_exceptions(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain."""
    mine = google.account(ADA).calendar()
    made = mine.create("Walk", "2026-11-07T09:00", recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    mine.edit(f"{made['id']}_20261108T080000Z", summary="Run")
    fill(google, 1)
    found = api.list(iCalUID=made["iCalUID"])["items"]
    assert [event["summary"] for event in found] == ["Walk", "Run"]


def test_order_by_start_and_by_update(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain."""
    mine = google.account(ADA).calendar()
    first, second = (mine.create(f"{day}", f"2026-11-{day}T09:00")["id"] for day in (12, 11))
    mine.edit(first, summary="late change")
    by_start = [e["id"] for e in api.list(singleEvents="true", orderBy="startTime")["items"]]
    by_update = [e["id"] for e in api.list(orderBy="updated")["items"]]
    assert (by_start, by_update) == ([second, first], [second, first])


def test_too_many_guests_leave_only_oneself(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain; Q29."""
    people = [{"email": ADA}, {"email": "b@example.com"}, {"email": "c@example.com"}]
    google.account(ADA).calendar().create("Party", "2026-11-07", attendees=people)
    (event,) = api.list(maxAttendees=2)["items"]
    assert [person["email"] for person in event["attendees"]] == [ADA]
    assert event["attendeesOmitted"] is True


def test_deleted_singles_are_bare_in_increments_and_whole_when_asked_for(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.4, certain."""
    mine = google.account(ADA).calendar()
    event = mine.create("Picnic", "2026-11-07")
    token = api.list()["nextSyncToken"]
    mine.delete(event["id"])
    (bare,) = api.list(syncToken=token)["items"]
    assert set(bare) == {"kind", "etag", "id", "status"}
    (whole,) = api.list(showDeleted="true")["items"]
    assert whole["summary"] == "Picnic"


def test_single_events_flood_when_a_series_is_touched_and_starve_when_it_is_deleted(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.5, observed."""
    mine = google.account(ADA).calendar()
    made = mine.create("Walk", "2026-11-02T09:00", recurrence=["RRULE:FREQ=WEEKLY"])
    token = api.list(singleEvents="true", maxResults=2500)["nextSyncToken"]
    mine.edit(made["id"], summary="Stroll", scope="all")
    flood = api.list(syncToken=token, singleEvents="true", maxResults=2500)
    assert len(flood["items"]) > 100
    mine.delete(made["id"], scope="all")
    token = flood["nextSyncToken"]
    left = api.list(syncToken=token, singleEvents="true", maxResults=2500)["items"]
    assert len(left) < len(flood["items"]) / 2
    assert {item["status"] for item in left} == {"cancelled"}


def test_only_busy_times_have_exactly_the_recorded_members(google: Google, api: Api) -> None:
    """GOOGLE.md 5.6, observed."""
    house = google.account("ben@example.com").new_calendar("House")
    house.create("Gas reading", "2026-11-05", location="Cellar")
    house.share(ADA, "freeBusyReader")
    (event,) = api.list(house.id)["items"]
    assert list(event) == [
        *("kind", "etag", "id", "status", "htmlLink", "updated", "start", "end"),
        *("visibility", "iCalUID"),
    ]
    assert event["visibility"] == "private"


def test_a_free_busy_scope_sees_the_same_reduced_shape(emu: RunningEmulator) -> None:
    """GOOGLE.md 5.6, likely."""
    emu.google.account(ADA).calendar().create("Lunch", "2026-11-05T12:00")
    narrow = api_for(emu, ADA, ["calendar.events.freebusy"])
    assert "summary" not in narrow.list()["items"][0]


def test_free_busy_merges_skips_free_times_and_answers_in_utc_or_the_zone_asked_for(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.7, certain."""
    mine = google.account(ADA).calendar()
    mine.create("A", "2026-11-05T09:00", "2026-11-05T10:00")
    mine.create("B", "2026-11-05T09:30", "2026-11-05T11:00")
    mine.create("Free", "2026-11-05T15:00", transparency="transparent")
    mine.create("Walk", "2026-11-05T18:00", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    ask = {"timeMin": "2026-11-05T00:00:00Z", "timeMax": "2026-11-06T00:00:00Z"}
    ask |= {"items": [{"id": "primary"}, {"id": "nobody@example.com"}]}
    told = api("POST", "freeBusy", ask).json()["calendars"]
    assert told["primary"]["busy"] == [
        {"start": "2026-11-05T08:00:00Z", "end": "2026-11-05T10:00:00Z"},
        {"start": "2026-11-05T17:00:00Z", "end": "2026-11-05T18:00:00Z"},
    ]
    assert told["nobody@example.com"] == {
        "errors": [{"domain": "global", "reason": "notFound"}],
        "busy": [],
    }
    local = api("POST", "freeBusy", ask | {"timeZone": "Europe/Berlin"}).json()["calendars"]
    assert local["primary"]["busy"][0]["start"] == "2026-11-05T09:00:00+01:00"
    many = ask | {"items": [{"id": str(n)} for n in range(51)]}
    assert api("POST", "freeBusy", many).status_code == 400


def test_an_increment_may_not_know_ones_own_write_yet_and_tells_it_later(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.2, likely: reading one's own writes is usual, not promised; Q31."""
    fill(google, 1)
    google.move_clock(minutes=1)
    google.knobs.list_lag_seconds = 5
    token = api.list()["nextSyncToken"]
    google.clock.freeze()
    fill(google, 1)
    early = api.list(syncToken=token)
    assert early["items"] == []
    google.move_clock(seconds=6)
    assert len(api.list(syncToken=early["nextSyncToken"])["items"]) == 1
