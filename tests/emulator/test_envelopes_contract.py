"""Errors in both envelopes, headers, batches, and what a bad client is told (GOOGLE.md 6, 7.4)."""

from __future__ import annotations

import json

import pytest
import requests

from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA, Api, api_for, reason, timed

LUNCH = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", summary="Lunch", id="lunch0001")
NO_CACHE = "no-cache, no-store, max-age=0, must-revalidate"


# 6 errors


def test_a_backend_refusal_has_no_status_member_and_is_indented_by_one_space(api: Api) -> None:
    """GOOGLE.md 6.1, certain."""
    answer = api.events("primary", "GET", "nothing00")
    entry = {"domain": "global", "reason": "notFound", "message": "Not Found"}
    assert answer.json() == {"error": {"errors": [entry], "code": 404, "message": "Not Found"}}
    assert answer.text.startswith('{\n "error": {\n  "errors"')
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.headers["Cache-Control"] == NO_CACHE


def test_a_front_end_refusal_names_status_details_and_the_scopes_that_would_do(
    emu: RunningEmulator,
) -> None:
    """GOOGLE.md 6.1, likely."""
    reader = api_for(emu, ADA, ["calendar.events.readonly"])
    answer = reader.events("primary", "POST", body=LUNCH)
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert error["details"][0]["metadata"]["method"] == "calendar.v3.Events.Insert"
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert "calendar.app.created" in answer.headers["WWW-Authenticate"]


def test_success_has_the_documented_headers(api: Api) -> None:
    """GOOGLE.md 6.1 and 11.15, recorded."""
    answer = api.events("primary", "POST", body=LUNCH)
    assert answer.headers["ETag"] == answer.json()["etag"]
    assert answer.headers["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert answer.headers["Vary"] == "Origin, X-Origin, Referer"
    assert answer.headers["Server"] == "ESF"
    assert "Date" in answer.headers
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"


def test_no_token_and_a_bad_token_have_their_own_reasons(emu: RunningEmulator) -> None:
    """GOOGLE.md 1.11 and 6.2."""
    url = emu.url + "/calendar/v3/calendars/primary/events"
    missing = requests.get(url, timeout=10)
    bad = requests.get(url, headers={"Authorization": "Bearer ya29.no"}, timeout=10)
    assert (reason(missing), reason(bad)) == ((401, "required"), (401, "authError"))
    assert bad.json()["error"]["status"] == "UNAUTHENTICATED"
    assert bad.json()["error"]["errors"][0]["location"] == "Authorization"
    assert missing.json()["error"]["message"].startswith("Request is missing required")


# bad clients


def newest(google: Google) -> str:
    return list(google.calls)[-1].note


@pytest.mark.parametrize("body", [b"{broken", b"[1]", b'"text"', b""])
def test_a_body_that_is_no_json_object_is_a_parse_error_and_the_log_says_so(
    google: Google, api: Api, body: bytes
) -> None:
    """GOOGLE.md 6.3, likely; issue 3."""
    address = api.root + "calendars/primary/events"
    headers = {"Content-Type": "application/json"}
    answer = api.session.post(address, data=body, headers=headers, timeout=10)
    assert reason(answer) == (400, "parseError")
    assert "no JSON" in newest(google)


def test_an_unknown_parameter_is_ignored_and_the_log_says_so(google: Google, api: Api) -> None:
    """Issue 3: answered as Google would, and told why in the call log."""
    assert api.events("primary", "GET", maxResult=5, colour="blue").status_code == 200
    assert newest(google) == "ignored unknown parameters: colour, maxResult"


def test_a_page_token_of_another_list_is_refused_and_the_log_says_why(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.1; issue 3."""
    google.account(ADA).new_calendar("Work")
    page = api("GET", "users/me/calendarList", maxResults=1).json()["nextPageToken"]
    refused = api.events("primary", "GET", pageToken=page)
    assert refused.json()["error"]["message"] == "Invalid page token value."
    assert "of another list" in newest(google)


def test_a_sync_token_of_another_person_or_list_is_refused_and_the_log_says_why(
    emu: RunningEmulator, google: Google, api: Api
) -> None:
    """GOOGLE.md 5.3, likely."""
    google.account(ADA).calendar().share("ben@example.com", "reader")
    token = api.list()["nextSyncToken"]
    ben = api_for(emu, "ben@example.com", ["calendar"])
    refused = ben.events(ADA, "GET", syncToken=token)
    assert refused.json()["error"]["message"] == "Invalid sync token value."
    assert "another person" in newest(google)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"singleEvents": "yes"}, "invalidParameter"),
        ({"maxResults": "many"}, "invalid"),
        ({"maxResults": "0"}, "invalid"),
        ({"timeZone": "Mars/Base"}, "invalid"),
        ({"timeMin": "tomorrow"}, "badRequest"),
        ({"timeMin": "2026-11-05T09:00:00"}, "badRequest"),
        ({"orderBy": "colour"}, "invalidParameter"),
        ({"orderBy": "startTime"}, "badRequest"),
        ({"timeMin": "2026-11-05T09:00:00Z", "timeMax": "2026-11-05T09:00:00Z"}, "timeRangeEmpty"),
        ({"fields": "items(id"}, "invalidParameter"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(api: Api, query: dict, why: str) -> None:
    """GOOGLE.md 5.1 and 6.3."""
    assert reason(api.events("primary", "GET", **query)) == (400, why)


def test_an_address_that_is_no_method_is_a_page_not_json(google: Google, api: Api) -> None:
    """GOOGLE.md 6.1: parse defensively."""
    answer = api("GET", "nonsense")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")
    assert newest(google) == "no such method"


def test_a_field_mask_cuts_the_answer_and_tokens_must_be_named_in_it(
    google: Google, api: Api
) -> None:
    """GOOGLE.md 5.1, certain; Q12."""
    google.account(ADA).calendar().create("Lunch", "2026-11-05T12:00")
    body = api.list(fields="items(summary,start/dateTime)")
    assert body == {
        "items": [{"summary": "Lunch", "start": {"dateTime": "2026-11-05T12:00:00+01:00"}}]
    }
    assert set(api.list(fields="nextSyncToken")) == {"nextSyncToken"}


def test_the_log_keeps_bodies_only_when_asked(google: Google, api: Api) -> None:
    """Issue 3."""
    google.calls.keep_bodies = True
    api.events("primary", "POST", body=LUNCH)
    call = list(google.calls)[-1]
    assert json.loads(call.request_body or "")["summary"] == "Lunch"
    assert json.loads(call.response_body or "")["id"] == "lunch0001"
    assert (call.user, call.method, call.units, call.status) == (ADA, "POST", 1, 200)


# 7.4 batches


def part(number: int, line: str, body: object = None, *headers: str) -> str:
    inner = [f"{line} HTTP/1.1", "Content-Type: application/json", *headers, ""]
    text = json.dumps(body) if body is not None else ""
    head = f"--b\r\nContent-Type: application/http\r\nContent-ID: <item-{number}>\r\n\r\n"
    return head + "\r\n".join(inner) + f"\r\n{text}\r\n"


def send(api: Api, parts: list[str]) -> requests.Response:
    return api.session.post(
        api.root.replace("/calendar/v3/", "/batch/calendar/v3"),
        data="".join(parts) + "--b--\r\n",
        headers={"Content-Type": "multipart/mixed; boundary=b"},
        timeout=20,
    )


EVENTS = "/calendar/v3/calendars/primary/events"


def test_a_batch_answers_in_request_order_with_content_ids(google: Google, api: Api) -> None:
    """GOOGLE.md 7.4, likely; executed in any order."""
    bodies = [
        timed("2026-11-05T12:00:00", "2026-11-05T13:00:00", id=f"lunch{n:04d}") for n in range(9)
    ]
    answer = send(api, [part(n, f"POST {EVENTS}", body) for n, body in enumerate(bodies)])
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batch_")
    places = [answer.text.index(f"<response-item-{n}>") for n in range(9)]
    assert places == sorted(places)
    executed = google.account(ADA).calendar().record.order
    assert executed != sorted(executed)
    assert sorted(executed) == [body["id"] for body in bodies]


def test_one_part_fails_alone(api: Api) -> None:
    """GOOGLE.md 7.4, certain: no atomicity."""
    answer = send(api, [part(0, f"POST {EVENTS}", LUNCH), part(1, f"GET {EVENTS}/nothing00")])
    assert answer.status_code == 200
    assert "HTTP/1.1 200" in answer.text
    assert "HTTP/1.1 404" in answer.text
    assert api.events("primary", "GET", "lunch0001").status_code == 200


def test_a_part_may_bring_its_own_authorization(emu: RunningEmulator, api: Api) -> None:
    """GOOGLE.md 7.4, likely."""
    token = emu.google.account("ben@example.com").token(["calendar"])
    his = part(0, "GET /calendar/v3/calendars/primary", None, f"Authorization: Bearer {token}")
    answer = send(api, [his, part(1, "GET /calendar/v3/calendars/primary")])
    assert answer.text.index("ben@example.com") < answer.text.index(ADA)


def test_too_many_parts_are_refused_as_a_whole(google: Google, api: Api) -> None:
    """GOOGLE.md 7.4: 1000 certain, what happens above unknown; 50 by knob."""
    google.knobs.batch_limit = 50
    many = [part(n, "GET /calendar/v3/colors") for n in range(51)]
    assert reason(send(api, many)) == (400, "badRequest")
    assert send(api, many[:50]).text.count("HTTP/1.1 200") == 50


def test_a_batch_without_a_boundary_and_the_global_address_are_refused(
    emu: RunningEmulator, api: Api
) -> None:
    """GOOGLE.md 7.4, certain: the global address is discontinued."""
    address = emu.url + "/batch/calendar/v3"
    headers = {"Content-Type": "multipart/mixed"}
    refused = api.session.post(address, data="x", headers=headers, timeout=10)
    assert reason(refused) == (400, "badRequest")
    assert api.session.post(emu.url + "/batch", data="x", timeout=10).status_code == 404


def test_the_whole_batch_can_fail_after_its_work_was_done(google: Google, api: Api) -> None:
    """GOOGLE.md 7.4, certain; F31."""
    google.faults.add("batch", when="after", status=503)
    assert send(api, [part(0, f"POST {EVENTS}", LUNCH)]).status_code == 503
    assert api.events("primary", "GET", "lunch0001").status_code == 200
