"""Faults on demand strike where they were told to, and count (RELIABILITY.md 2)."""

from __future__ import annotations

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
