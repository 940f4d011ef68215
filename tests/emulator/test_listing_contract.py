"""`events.list` and its tokens (GOOGLE.md 5)."""

from __future__ import annotations

import time

import pytest

from emulator.google import Google
from tests.emulator.conftest import ADA, Api, reason


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
    token = api.list()["nextSyncToken"]
    google.move_clock(days=31)
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
    """Issue 3, Show 5: ten times the events, the same increment."""
    times = []
    google.quota.lift()
    for size in (500, 5000):
        fill(google, size - len(google.account(ADA).calendar().record.events))
        token = api.list(maxResults=2500, fields="nextSyncToken,nextPageToken")
        while "nextSyncToken" not in token:
            token = api.list(
                maxResults=2500, pageToken=token["nextPageToken"], fields="nextSyncToken"
            )
        fill(google, 3)
        rounds = []
        for _ in range(7):
            begin = time.perf_counter()
            assert len(api.list(syncToken=token["nextSyncToken"])["items"]) == 3
            rounds.append(time.perf_counter() - begin)
        times.append(min(rounds))
    assert times[1] < 4 * times[0]


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
