"""Faults on demand strike where they were told to, and count (RELIABILITY.md 2)."""

from __future__ import annotations

import json

import pytest
import requests

from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, Api, reason, timed

LUNCH = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", summary="Lunch", id="lunch0001")


def test_an_answer_can_get_lost_after_the_work_was_done(google: Google, api: Api) -> None:
    """F14."""
    fault = google.faults.add("calendar.events.insert", "drop", when="after")
    with pytest.raises(requests.ConnectionError):
        api.events("primary", "POST", body=LUNCH)
    assert fault.fired == 1
    assert google.account(ADA).calendar().event("lunch0001")["summary"] == "Lunch"


def test_a_connection_can_drop_before_anything_happened(google: Google, api: Api) -> None:
    google.faults.add("calendar.events.insert", "drop")
    with pytest.raises(requests.ConnectionError):
        api.events("primary", "POST", body=LUNCH)
    assert google.account(ADA).calendar().events() == []


def test_a_503_after_the_commit(google: Google, api: Api) -> None:
    """F31."""
    google.faults.add("calendar.events.insert", when="after", status=503)
    assert reason(api.events("primary", "POST", body=LUNCH)) == (503, "backendError")
    assert api.events("primary", "GET", "lunch0001").status_code == 200


def test_the_third_call_alone_is_struck(google: Google, api: Api) -> None:
    fault = google.faults.add(
        "calendar.events.list", status=429, reason="rateLimitExceeded", at=[3]
    )
    statuses = [api.events("primary", "GET").status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 200]
    assert (fault.seen, fault.fired) == (4, 1)


def test_bodies_that_are_no_json(google: Google, api: Api) -> None:
    """F34."""
    google.faults.add("calendar.events.list", "html", status=502)
    google.faults.add("calendar.events.list", "empty", status=200, at=[2])
    google.faults.add("calendar.events.list", "truncated", when="after", at=[3])
    answers = [api.events("primary", "GET") for _ in range(3)]
    assert answers[0].headers["Content-Type"].startswith("text/html")
    assert answers[1].content == b""
    with pytest.raises(ValueError):
        answers[2].json()


def test_a_good_token_can_be_refused_once(google: Google, api: Api) -> None:
    """F20."""
    google.faults.add("calendar.*", "unauthorized")
    assert reason(api.events("primary", "GET")) == (401, "authError")
    assert api.events("primary", "GET").status_code == 200


def test_quota_counts_patches_three_times(google: Google, api: Api) -> None:
    """GOOGLE.md 7.1, certain."""
    google.quota.per_user = 10
    event = api.events("primary", "POST", body=LUNCH).json()
    statuses = [
        api.events("primary", "PATCH", event["id"], {"summary": str(n)}).status_code
        for n in range(4)
    ]
    assert statuses == [200, 200, 200, 403]
    google.move_clock(seconds=61)
    assert api.events("primary", "GET").status_code == 200


def test_usage_limits_stop_writes_for_hours_but_not_reads(google: Google, api: Api) -> None:
    """GOOGLE.md 7.3, certain; F25."""
    google.account(ADA).stop_for_usage_limits(hours=0.9)
    assert reason(api.events("primary", "POST", body=LUNCH)) == (403, "quotaExceeded")
    assert api.events("primary", "GET").status_code == 200
    google.move_clock(minutes=55)
    assert api.events("primary", "POST", body=LUNCH).status_code == 200


def test_the_call_log_counts_units_and_keeps_no_bodies(google: Google, api: Api) -> None:
    mark = google.calls.mark()
    api.events("primary", "POST", body=LUNCH)
    api.events("primary", "PATCH", "lunch0001", {"summary": "Late lunch"})
    assert google.calls.units(since=mark) == 4
    assert google.calls.count("calendar.events.*", user=ADA, since=mark) == 2
    assert all(call.request_body is None for call in google.calls)


def test_control_over_http_does_the_same(emu: RunningEmulator) -> None:
    """Issue 3: a token at once, a person's verbs, faults, the log."""
    control = emu.url + "/control"
    asked = {"user": "new@example.com", "scopes": ["calendar.events"]}
    assert requests.post(control + "/token", json=asked, timeout=10).json()["access_token"]
    wish = {"summary": "Lunch", "start": "2026-11-05T12:00"}
    act = {"user": ADA, "calendar": "primary", "verb": "create", "with": wish}
    made = requests.post(control + "/person", json=act, timeout=10).json()["result"]
    assert made["end"]["dateTime"] == "2026-11-05T13:00:00+01:00"
    fault = {"method": "token", "kind": "invalid_grant", "times": 0}
    assert requests.post(control + "/faults", json=fault, timeout=10).json()["fired"] == 0
    wrong = requests.post(control + "/faults", json={"method": "token", "kind": "bad"}, timeout=10)
    assert wrong.status_code == 400
    assert "kind must be one of" in wrong.json()["error"]


def test_a_reply_can_drip_byte_by_byte(google: Google, api: Api) -> None:
    """F33."""
    google.faults.add("calendar.colors.get", "drip", seconds=0.0005)
    answer = api("GET", "colors")
    assert answer.elapsed.total_seconds() < 1
    assert answer.json()["kind"] == "calendar#colors"


@pytest.mark.parametrize(
    ("kind", "error"),
    [("wrong_type", None), ("not_utf8", UnicodeDecodeError), ("truncated", ValueError)],
)
def test_bytes_that_no_reader_expects(
    google: Google, api: Api, kind: str, error: type[Exception] | None
) -> None:
    """F34."""
    google.faults.add("calendar.events.list", kind, when="after")
    answer = api.events("primary", "GET")
    if error is None:
        assert isinstance(answer.json(), list)
    else:
        with pytest.raises(error):
            json.loads(answer.content.decode())


def test_a_small_answer_can_unpack_to_sixty_four_megabytes(google: Google, api: Api) -> None:
    """F34."""
    google.faults.add("calendar.events.list", "gzip_bomb")
    answer = api.session.get(api.root + "calendars/primary/events", stream=True, timeout=20)
    with answer:
        assert int(answer.headers["Content-Length"]) < 200_000
        assert sum(len(part) for part in answer.iter_content(1 << 20)) > 60_000_000


def seven_events(google: Google) -> None:
    mine = google.account(ADA).calendar()
    for number in range(7):
        mine.create(str(number), f"2026-11-0{number + 1}T12:00")


def spoilt(google: Google, api: Api, kind: str, **query: object) -> dict:
    fault = google.faults.add("calendar.events.list", kind)
    body = api.list(**query)
    assert fault.fired == 1
    return body


def test_kinds_of_events_that_do_not_exist_yet(google: Google, api: Api) -> None:
    """F35."""
    seven_events(google)
    items = spoilt(google, api, "unknown_kinds")["items"]
    assert {item["eventType"] for item in items} == {"hologram"}
    assert not any("summary" in item for item in items)
    assert not any("start" in item for item in spoilt(google, api, "no_times")["items"])


def test_a_page_token_can_lead_to_the_same_page_for_ever(google: Google, api: Api) -> None:
    """F36."""
    seven_events(google)
    token = api.list(maxResults=5)["nextPageToken"]
    google.faults.add("calendar.events.list", "same_page", times=0)
    again = api.list(maxResults=5, pageToken=token)
    assert again["nextPageToken"] == token
    assert "nextSyncToken" not in again


def test_a_page_can_be_empty_although_more_follow(google: Google, api: Api) -> None:
    """GOOGLE.md 5.1, certain; F36."""
    seven_events(google)
    google.knobs.empty_page_rate = 1.0
    first = api.list()
    assert first["items"] == []
    second = api.list(pageToken=first["nextPageToken"])
    assert second["items"] == []
    google.knobs.empty_page_rate = 0.0
    rest = api.list(pageToken=second["nextPageToken"])
    assert len(rest["items"]) == 7
    assert rest["nextSyncToken"]


def test_items_can_come_twice_or_hardly_at_all(google: Google, api: Api) -> None:
    """F36, F42."""
    seven_events(google)
    assert len(spoilt(google, api, "doubled_items")["items"]) == 14
    assert spoilt(google, api, "empty_list")["items"] == []
    assert len(spoilt(google, api, "thin_list")["items"]) == 1


def test_the_last_page_can_forget_its_sync_token(google: Google, api: Api) -> None:
    """F41."""
    assert "nextSyncToken" not in spoilt(google, api, "no_sync_token")


def test_etags_can_change_without_a_reason_or_be_missing(google: Google, api: Api) -> None:
    """F44."""
    seven_events(google)
    true = [item["etag"] for item in api.list()["items"]]
    assert not set(true) & {item["etag"] for item in spoilt(google, api, "other_etags")["items"]}
    assert not any("etag" in item for item in spoilt(google, api, "no_etags")["items"])


@pytest.mark.parametrize("after", ["7", "Wed, 21 Oct 2026 07:28:00 GMT", "-5", "soon"])
def test_a_refusal_can_bring_any_retry_after(google: Google, api: Api, after: str) -> None:
    """F26."""
    limit = {"status": 429, "reason": "rateLimitExceeded", "headers": {"Retry-After": after}}
    google.faults.add("calendar.events.list", **limit)
    answer = api.events("primary", "GET")
    assert (answer.headers["Retry-After"], reason(answer)[0]) == (after, 429)


def test_a_transient_412_without_a_condition_and_a_404_right_after_the_insert(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 3.4, likely, and 6.3; F19."""
    words = "Precondition check failed."
    lag = {"status": 412, "reason": "failedPrecondition", "message": words}
    google.faults.add("calendar.events.insert", **lag)
    refused = api.events("primary", "POST", body=LUNCH)
    assert refused.json()["error"]["message"] == words
    assert api.events("primary", "POST", body=LUNCH).status_code == 200
    google.faults.add("calendar.events.get", status=404, reason="notFound")
    answers = [api.events("primary", "GET", "lunch0001").status_code for _ in range(2)]
    assert answers == [404, 200]


def test_the_token_endpoint_fails_in_its_own_form(emu: RunningEmulator, google: Google) -> None:
    """GOOGLE.md 1.5; F21, F22."""
    form = {"client_id": "1234-x", "grant_type": "refresh_token", "refresh_token": "any"}
    google.faults.add("token.refresh", "oauth_error", status=400, reason="admin_policy_enforced")
    google.faults.add("token.refresh", "html", status=502, at=[2])
    answers = [requests.post(emu.url + "/token", data=form, timeout=10) for _ in range(2)]
    assert answers[0].json() == {"error": "admin_policy_enforced"}
    assert (answers[1].status_code, answers[1].text[:9]) == (502, "<!DOCTYPE")


def test_a_fault_may_strike_by_chance_but_the_same_for_the_same_seed() -> None:
    def struck() -> list[bool]:
        google = Google(seed=3)
        google.faults.add("calendar.*", probability=0.3)
        return [bool(google.faults.due("calendar.events.get")) for _ in range(200)]

    first = struck()
    assert first == struck()
    assert 30 < sum(first) < 90


def test_a_fault_may_strike_one_person_or_one_calendar_only(google: Google) -> None:
    google.faults.add("*", user="ben@example.com", times=0)
    google.faults.add("*", calendar="primary", times=0)
    assert not google.faults.due("calendar.colors.get", user=ADA)
    assert google.faults.due("calendar.colors.get", user="ben@example.com")
    assert google.faults.due("calendar.events.list", user=ADA, calendar="primary")


def test_the_weather_and_the_messages_over_http(emu: RunningEmulator) -> None:
    """Issue 3: profiles, channels and messages for programs in other processes."""
    control = emu.url + "/control"
    wish = {"latency": 0.01, "quotas": "google", "push": "google"}
    told = requests.post(control + "/weather", json=wish, timeout=10).json()
    assert told == {"latency": 0.01, "moves_clock": False}
    assert emu.google.quota.calendar_writes_per_second == 10
    assert requests.post(control + "/push", json={}, timeout=10).json()["messages"] == []
    wrong = requests.post(control + "/weather", json={"push": "rainy"}, timeout=10)
    assert wrong.status_code == 400


def test_a_client_may_give_up_waiting_for_work_that_was_done(google: Google, api: Api) -> None:
    """F14: a timeout after the commit."""
    google.faults.add("calendar.events.insert", "delay", when="after", seconds=0.6)
    address = api.root + "calendars/primary/events"
    with pytest.raises(requests.ReadTimeout):
        api.session.post(address, json=LUNCH, timeout=0.2)
    assert google.account(ADA).calendar().event("lunch0001")["summary"] == "Lunch"
