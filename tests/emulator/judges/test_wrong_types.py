"""A value of a wrong type is refused, for every member and every parameter of the document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator import methods
from tests.emulator.conftest import ADA, Api, timed
from tests.emulator.judges import document

WRONG = {"string": 7, "boolean": "yes", "integer": "1", "array": "x", "object": "x"}
WRONG_TEXT = {"boolean": "yes", "integer": "few"}
TIMES = timed("2026-11-05T12:00:00", "2026-11-05T13:00:00")
RULE = {"role": "reader", "scope": {"type": "user", "value": "ben@example.com"}}
CHANNEL = {"id": "judge", "type": "web_hook", "address": "https://receiver.invalid/"}
WINDOW = {"timeMin": "2026-11-01T00:00:00Z", "timeMax": "2026-12-01T00:00:00Z"}


def spoilt(shape: dict[str, Any], whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The body once per member below the shape, with that one member of a wrong type."""
    for name, member in shape.get("properties", {}).items():
        for at, value in _values(member, whole.get(name), name):
            yield at, whole | {name: value}


def _values(shape: dict[str, Any], good: Any, at: str) -> Iterator[tuple[str, Any]]:
    shape = document.schema(shape["$ref"]) if "$ref" in shape else shape
    kind = shape.get("type", "any")
    if kind in WRONG:
        yield at, WRONG[kind]
    if document.CHOICE.search(shape.get("description", "")):
        yield f"{at} (choice)", "nonsense"
    if kind == "array":
        for inner, value in _values(shape["items"], None, f"{at}[]"):
            yield inner, [value]
    if kind == "object":
        for name, value in spoilt(shape, good or {}):
            yield f"{at}.{name}", value
        if isinstance(shape.get("additionalProperties"), dict):
            yield f"{at}.*", {"key": {"not": "text"}}


@pytest.mark.parametrize(
    ("schema", "http", "path", "good"),
    [
        ("Event", "POST", "calendars/primary/events", TIMES),
        ("Calendar", "POST", "calendars", {"summary": "Work"}),
        ("CalendarListEntry", "PATCH", f"users/me/calendarList/{ADA}", {}),
        ("AclRule", "POST", "calendars/primary/acl", RULE),
        ("Channel", "POST", "calendars/primary/events/watch", CHANNEL),
        ("FreeBusyRequest", "POST", "freeBusy", WINDOW),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_member_of_a_wrong_type_is_refused(
    api: Api, schema: str, http: str, path: str, good: dict[str, Any]
) -> None:
    """Issue 3: bad input gets Google's own error body (the conftest's witness reads it)."""
    bodies = dict(spoilt(document.schema(schema), good))
    assert len(bodies) > 5
    accepted = {at: api(http, path, body).status_code for at, body in bodies.items()}
    assert {at: status for at, status in accepted.items() if status != 400} == {}
    assert api.list()["items"] == []


def test_a_parameter_of_a_wrong_form_is_refused(api: Api) -> None:
    """Each typed parameter of each method, with a value that its type cannot have."""
    api.session.headers["Content-Type"] = "application/json"
    wrong = {}
    for method in methods.METHODS:
        for name, shape in document.methods()[method.id].query.items():
            value = "nonsense" if "enum" in shape else WRONG_TEXT.get(shape["type"])
            if value is not None:
                path = method.template.replace("{calendarId}", "primary")
                answer = api(method.http, path.format_map(Anything()), **{name: value})
                wrong[f"{method.id} {name}"] = answer.status_code
    assert len(wrong) > 60
    assert {at: status for at, status in wrong.items() if status != 400} == {}


class Anything(dict[str, str]):
    """Some id for every other place in a path."""

    def __missing__(self, name: str) -> str:
        return "anything0"


def test_members_that_the_document_does_not_have_are_ignored(api: Api) -> None:
    """GOOGLE.md 3.1, likely; the witness would see them in the answer."""
    odd = {"colour": "blue", "attendees": [{"email": ADA, "mood": "fine"}], "source": {"x": 1}}
    made = api.events("primary", "POST", body=TIMES | odd)
    assert made.status_code == 200
    assert made.json()["attendees"] == [
        {"responseStatus": "needsAction", "email": ADA, "self": True, "organizer": True}
    ]
