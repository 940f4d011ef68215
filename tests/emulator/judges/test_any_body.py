"""Bodies made at random from Google's document: answered or refused, never a crash.

Values of the right type but of any content, in any combination. The witness of the conftest holds
what is accepted, and every answer, to the document.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import front
from emulator.google import Google
from emulator.wire import Request
from tests.emulator.conftest import ADA, timed
from tests.emulator.judges import document

TIMES = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00")
WORDS = st.sampled_from(["", "x", "é" * 60, "<b>a</b>", "2026-11-05", "Europe/Berlin", "#123456"])
MOMENTS = st.sampled_from(
    [
        "2026-11-05T12:00:00Z",
        "2026-03-29T02:30:00+01:00",
        "1850-06-01T12:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-11-05T12:00:00.123+14:00",
    ]
)
DATES = st.sampled_from(["2026-11-05", "0001-01-01", "9999-12-31", "2028-02-29"])
RULES = st.sampled_from(
    [
        "RRULE:FREQ=DAILY",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "RRULE:FREQ=SECONDLY;COUNT=3",
        "RRULE:FREQ=WEEKLY;UNTIL=2026",
        "EXDATE:20261105T110000Z",
        "RDATE;VALUE=DATE:20261108",
    ]
)
ZONES = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "UTC"])
SPANS = st.sampled_from([(0, 1), (-1, 1), (-200, 1), (-700_000, 3), (2_900_000, 9), (0, 400)])


def values(shape: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """Values that have the shape's type, and often its choices and formats."""
    shape = document.schema(shape["$ref"]) if "$ref" in shape else shape
    kind = shape.get("type", "any")
    if kind == "object" or kind == "any":
        return _objects(shape)
    if kind == "array":
        inner = RULES if name == "recurrence" else values(shape["items"])
        return st.lists(inner, max_size=3)
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.sampled_from([0, 1, 30, 40320, 2**31 - 1, -1])
    return _texts(shape)


def _objects(shape: dict[str, Any]) -> st.SearchStrategy[Any]:
    if isinstance(shape.get("additionalProperties"), dict):
        return st.dictionaries(
            WORDS.filter(bool), values(shape["additionalProperties"]), max_size=2
        )
    members = {name: values(one, name) for name, one in shape.get("properties", {}).items()}
    return st.fixed_dictionaries({}, optional=members)


def _texts(shape: dict[str, Any]) -> st.SearchStrategy[str]:
    choices = document.CHOICE.findall(shape.get("description", ""))
    if choices:
        return st.sampled_from(choices)
    forms = {"date-time": MOMENTS, "date": DATES, "int64": st.just("12")}
    return forms.get(shape.get("format", ""), WORDS)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event whose times mostly fit together, all else being as it comes."""
    body = draw(values(document.schema("Event")))
    body.pop("id", None)
    body.pop("iCalUID", None)
    if draw(st.integers(0, 5)):
        body |= draw(_times())
    if draw(st.booleans()):
        body.pop("eventType", None)
    return dict(body)


@st.composite
def _times(draw: st.DrawFn) -> dict[str, Any]:
    zone, (ahead, days) = draw(ZONES), draw(SPANS)
    start = datetime(2026, 11, 5, 12) + timedelta(days=ahead)
    end = start + timedelta(days=days)
    if draw(st.booleans()):
        return {"start": {"date": f"{start.date()}"}, "end": {"date": f"{end.date()}"}}
    return timed(start.isoformat(), end.isoformat(), zone)


@pytest.fixture(scope="module")
def ask(witness: object) -> Any:
    """One call without a socket; 500 would be a crash of ours."""
    google = Google(seed=3)
    google.quota.lift()
    google.push.random.seed(3)
    token = google.account(ADA).token(["calendar"])

    def called(http: str, path: str, body: object = None, **query: str) -> tuple[int, Any]:
        request = Request(
            http,
            f"/calendar/v3/{path}",
            {name: [value] for name, value in query.items()},
            {"authorization": f"Bearer {token}"},
            json.dumps(body).encode() if body is not None else b"",
        )
        answer = front.answer(google, request)
        assert answer.status < 500
        return answer.status, json.loads(answer.body) if answer.body else None

    return called


SUPPORTS = {"conferenceDataVersion": "1", "supportsAttachments": "true"}
often = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@often
@given(body=events(), version=st.sampled_from("01"))
def test_any_event_is_taken_or_refused_and_reads_back(ask: Any, body: Any, version: str) -> None:
    """Issue 3, Show 1: what is accepted comes back the same from get, and can be listed."""
    status, made = ask(
        "POST", "calendars/primary/events", body, eventLabelVersion=version, **SUPPORTS
    )
    if status == 200:
        _, read = ask("GET", f"calendars/primary/events/{made['id']}")
        assert read == made
        put, same = ask(
            "PUT",
            f"calendars/primary/events/{made['id']}",
            made,
            eventLabelVersion=version,
            **SUPPORTS,
        )
        if made["status"] != "cancelled":
            assert (put, same) == (200, made)
        assert ask("GET", "calendars/primary/events", singleEvents="true")[0] == 200
        ask("DELETE", f"calendars/primary/events/{made['id']}")


@often
@given(body=events())
def test_any_patch_is_taken_or_refused(ask: Any, body: Any) -> None:
    status, made = ask("POST", "calendars/primary/events", TIMES | {"summary": "Lunch"})
    assert status == 200
    ask("PATCH", f"calendars/primary/events/{made['id']}", body, **SUPPORTS)
    ask("GET", "calendars/primary/events")
    ask("DELETE", f"calendars/primary/events/{made['id']}")


@often
@given(
    calendar=values(document.schema("Calendar")), entry=values(document.schema("CalendarListEntry"))
)
def test_any_calendar_and_entry_is_taken_or_refused(ask: Any, calendar: Any, entry: Any) -> None:
    status, made = ask("POST", "calendars", calendar)
    if status == 200:
        ask("PATCH", f"users/me/calendarList/{made['id']}", entry)
        ask("PUT", f"users/me/calendarList/{made['id']}", entry, colorRgbFormat="true")
        ask("GET", "users/me/calendarList", showHidden="true")
        assert ask("DELETE", f"calendars/{made['id']}")[0] == 204


@often
@given(since=MOMENTS, until=MOMENTS, single=st.sampled_from(["true", "false"]))
def test_any_window_is_taken_or_refused(ask: Any, since: str, until: str, single: str) -> None:
    ask("GET", "calendars/primary/events", timeMin=since, timeMax=until, singleEvents=single)
    ask("POST", "freeBusy", {"timeMin": since, "timeMax": until, "items": [{"id": "primary"}]})
