"""Rows of the fault matrix that no other file shows: each can be staged here (RELIABILITY.md 2)."""

from __future__ import annotations

import threading

import pytest
import requests

from emulator.google import Google
from emulator.person import PersonCalendar
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, Api, reason, timed

LUNCH = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", summary="Lunch", id="lunch0001")
STRANGE = [
    "\U0001f469\u200d\U0001f4bb meets Zo\u0308e",
    "\u202ereversed",
    "nul\x00 escape\x1b tab\x0b",
    "line\u2028paragraph\u0085",
    "half a pair \ud83d",
    "x" * 5000,
    '<script>alert(1)</script> & "quotes"',
]


@pytest.fixture
def mine(google: Google) -> PersonCalendar:
    return google.account(ADA).calendar()


def test_somebody_elses_event_can_stand_under_our_id(mine: PersonCalendar, api: Api) -> None:
    """F17."""
    mine.create("Not ours", "2026-11-05T12:00", id="lunch0001")
    assert reason(api.events("primary", "POST", body=LUNCH)) == (409, "duplicate")
    assert api.events("primary", "GET", "lunch0001").json()["summary"] == "Not ours"


def test_two_refreshes_at_once_both_work(emu: RunningEmulator, google: Google) -> None:
    """GOOGLE.md 1.5, likely; F23."""
    now = google.clock.now()
    ada, client = google.account(ADA), "1234-x"
    token = google.grants.issue_refresh(user=ada.email, client=client, scopes=["openid"], now=now)
    form = {"client_id": client, "grant_type": "refresh_token", "refresh_token": token.value}
    answers: list[int] = []

    def refresh() -> None:
        answers.append(requests.post(emu.url + "/token", data=form, timeout=20).status_code)

    threads = [threading.Thread(target=refresh) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 10


def test_google_can_fail_twice_and_then_work_or_for_ever(google: Google, api: Api) -> None:
    """F30, F43: hours of outage are a fault without end, lifted later."""
    google.faults.add("calendar.events.list", status=500, times=2)
    answers = [api.events("primary", "GET").status_code for _ in range(3)]
    assert answers == [500, 500, 200]
    outage = google.faults.add("*", status=503, times=0)
    assert {api.events("primary", "GET").status_code for _ in range(5)} == {503}
    google.faults.remove(outage)
    assert api.events("primary", "GET").status_code == 200


def test_every_sync_token_can_be_dead_again_and_again(google: Google, api: Api) -> None:
    """F39."""
    dead = {"status": 410, "reason": "fullSyncRequired", "times": 0}
    google.faults.add("calendar.events.list", **dead)
    for _ in range(3):
        assert reason(api.events("primary", "GET", syncToken="x")) == (410, "fullSyncRequired")


def test_an_exception_can_come_on_an_earlier_page_than_its_master(
    google: Google, mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, likely; F49, Q6."""
    google.knobs.lists_run_backwards = True
    made = mine.create("Walk", "2026-11-05T09:00", recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    mine.edit(f"{made['id']}_20261106T080000Z", summary="Run")
    first = api.list(maxResults=1)
    second = api.list(maxResults=1, pageToken=first["nextPageToken"])
    assert [page["items"][0]["summary"] for page in (first, second)] == ["Run", "Walk"]
    mine.edit(f"{made['id']}_20261107T080000Z", summary="Swim")
    changes = api.list(syncToken=second["nextSyncToken"])["items"]
    assert [event["summary"] for event in changes] == ["Swim", "Walk"]


def test_one_can_be_invited_to_one_occurrence_whose_master_is_not_there(
    mine: PersonCalendar, api: Api
) -> None:
    """GOOGLE.md 4.6, likely; F49, Q6."""
    made = mine.get_invited("Board meeting", "2026-11-05T12:00", host="ben@example.com")
    (listed,) = api.list()["items"]
    assert (listed["id"], listed["organizer"]["email"]) == (made["id"], "ben@example.com")
    assert reason(api.events("primary", "GET", listed["recurringEventId"])) == (404, "notFound")
    assert len(api.list(singleEvents="true")["items"]) == 1


def test_both_sides_can_edit_and_delete_at_the_same_time(mine: PersonCalendar, api: Api) -> None:
    """F52 to F55: a person's change between reading and writing is a 412."""
    event = api.events("primary", "POST", body=LUNCH).json()
    mine.edit("lunch0001", location="Park")
    late = api.events("primary", "PUT", "lunch0001", event, match=event["etag"])
    assert reason(late) == (412, "conditionNotMet")
    mine.delete("lunch0001")
    assert reason(api.events("primary", "DELETE", "lunch0001")) == (410, "deleted")


def test_a_person_deletes_everything(mine: PersonCalendar, api: Api) -> None:
    """F57."""
    for number in range(30):
        mine.create(str(number), "2026-11-05T12:00")
    token = api.list()["nextSyncToken"]
    for event in mine.events():
        mine.delete(event["id"])
    changes = api.list(syncToken=token)["items"]
    assert {event["status"] for event in changes} == {"cancelled"}
    assert len(changes) == 30


def test_a_feed_can_be_subscribed_back_with_its_uids(google: Google, api: Api) -> None:
    """F60, F61."""
    feed = "\r\n".join(
        [
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", "BEGIN:VEVENT"),
            *("UID:a-1@practice.example", "DTSTAMP:20261101T000000Z", "DTSTART:20261105T120000Z"),
            *("SUMMARY:Busy", "END:VEVENT", "END:VCALENDAR", ""),
        ]
    )
    calendar = google.account(ADA).import_ics(feed, name="Back").calendar
    (event,) = api.list(calendar.id)["items"]
    assert event["iCalUID"] == "a-1@practice.example"


def test_a_calendar_of_ten_thousand_events_is_read_in_full_pages(
    google: Google, mine: PersonCalendar, api: Api
) -> None:
    """F95."""
    google.quota.lift()
    day = {"start": {"date": "2026-11-05"}, "end": {"date": "2026-11-06"}}
    for number in range(10_000):
        mine.insert(day | {"summary": str(number)})
    seen, query = 0, {"maxResults": 2500, "fields": "items(id),nextPageToken"}
    page = api.list(**query)
    while page:
        seen += len(page["items"])
        token = page.get("nextPageToken")
        page = api.list(**query, pageToken=token) if token else {}
    assert seen == 10_000


@pytest.mark.parametrize("text", STRANGE)
def test_strange_texts_come_through_as_valid_json(
    mine: PersonCalendar, api: Api, text: str
) -> None:
    """F96, F97."""
    made = mine.create(text, "2026-11-05T12:00", location=text, description=text)
    shown = api.events("primary", "GET", made["id"]).json()
    assert (shown["summary"], shown["location"]) == (text, text)


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "RRULE:FREQ=MINUTELY",
        "RRULE:FREQ=DAILY;COUNT=99999999",
    ],
)
def test_a_rule_that_makes_far_too_much_is_kept_and_harms_nobody(
    mine: PersonCalendar, api: Api, rule: str
) -> None:
    """F98, F99."""
    made = mine.create("Bomb", "2026-11-05T12:00", recurrence=[rule])
    (master,) = api.list()["items"]
    assert master["recurrence"] == [rule]
    page = api.events("primary", "GET", f"{made['id']}/instances", maxResults=5)
    assert page.status_code == 200
    assert len(page.json()["items"]) <= 5
