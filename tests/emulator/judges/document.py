"""Google's description of Calendar v3, as its Python client ships it: methods, parameters, shapes.

`breaches` compares one JSON value with a schema of that document. What the document says only in
words is read too: "Possible values are" lists become choices, `annotations.required` names the
methods that need a member. No HTTP and nothing of the emulator lives here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient

Json = dict[str, Any]
PATH = Path(googleapiclient.__file__).parent / "discovery_cache/documents/calendar.v3.json"
WHOLE_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
LOCAL_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d)?(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
CHOICE = re.compile(r'^- "(\w+)" - ', re.MULTILINE)
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
    "any": object,
}


@dataclass(frozen=True)
class Method:
    """One method as the document describes it."""

    id: str
    http: str
    path: str
    request: str | None
    response: str | None
    parameters: dict[str, Json]
    scopes: tuple[str, ...]

    @property
    def query(self) -> dict[str, Json]:
        """Parameters that stand behind the question mark."""
        return {name: one for name, one in self.parameters.items() if one["location"] == "query"}


@cache
def read() -> Json:
    """The whole document."""
    document: Json = json.loads(PATH.read_text(encoding="utf-8"))
    return document


@cache
def methods() -> dict[str, Method]:
    """Every method by its id, e.g. `calendar.events.list`."""
    found = {}
    for resource in read()["resources"].values():
        for one in resource["methods"].values():
            found[one["id"]] = Method(
                one["id"],
                one["httpMethod"],
                one["path"],
                one.get("request", {}).get("$ref"),
                one.get("response", {}).get("$ref"),
                one.get("parameters", {}),
                tuple(one["scopes"]),
            )
    return found


def schema(name: str) -> Json:
    """A named shape, e.g. `Event`."""
    found: Json = read()["schemas"][name]
    return found


def members(name: str) -> set[str]:
    """Every member below a shape as a dotted path, shapes inside it included: `start.dateTime`."""
    return set(_members(schema(name), ""))


def _members(shape: Json, at: str) -> Iterator[str]:
    shape = schema(shape["$ref"]) if "$ref" in shape else shape
    for name, member in shape.get("properties", {}).items():
        yield f"{at}{name}"
        yield from _members(member, f"{at}{name}.")
    for inner in (shape.get("items"), shape.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from _members(inner, at)


def met(value: object, shape: Json, at: str = "") -> Iterator[str]:
    """Which of these members an actual value holds."""
    shape = schema(shape["$ref"]) if "$ref" in shape else shape
    if isinstance(value, list):
        for one in value:
            yield from met(one, shape.get("items", {}), at)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in shape.get("properties", {}):
                yield f"{at}{name}"
                yield from met(member, shape["properties"][name], f"{at}{name}.")
            elif isinstance(shape.get("additionalProperties"), dict):
                yield from met(member, shape["additionalProperties"], at)


def breaches(value: object, shape: Json, *, at: str, method: str, is_answer: bool) -> Iterator[str]:
    """Each way in which a value leaves its shape, as a sentence.

    Answers are held to everything. Requests may hold members that the document does not know
    (Google ignores them), null for "clear this", and local times beside a zone.
    """
    if "$ref" in shape:
        shape = schema(shape["$ref"])
    if value is None and not is_answer:
        return
    kind = shape.get("type", "any")
    if not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
        yield f"{at} is {value!r}, not {kind}"
    elif isinstance(value, dict):
        yield from _object(value, shape, at, method, is_answer=is_answer)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from breaches(
                one, shape["items"], at=f"{at}[{number}]", method=method, is_answer=is_answer
            )
    else:
        yield from _plain(value, shape, at, is_answer=is_answer)


def parameter_breaches(text: str, shape: Json, *, at: str) -> Iterator[str]:
    """The same for a query parameter, which always comes as text."""
    kind = shape["type"]
    if kind == "boolean" and text not in ("true", "false"):
        yield f"{at} is {text!r}, not a boolean"
    elif kind == "integer" and not re.fullmatch(r"-?\d+", text, re.ASCII):
        yield f"{at} is {text!r}, not a whole number"
    else:
        value = int(text) if kind == "integer" else text
        yield from _plain(value, shape, at, is_answer=True)
        bounds = [shape.get("minimum", value), shape.get("maximum", value)]
        if kind == "integer" and not int(bounds[0]) <= int(value) <= int(bounds[1]):
            yield f"{at} is {text}, outside of its range"


def _object(value: Json, shape: Json, at: str, method: str, *, is_answer: bool) -> Iterator[str]:
    known, rest = shape.get("properties", {}), shape.get("additionalProperties")
    for name, member in value.items():
        inner = known.get(name, rest)
        if inner is not None:
            yield from breaches(
                member, inner, at=f"{at}.{name}", method=method, is_answer=is_answer
            )
        elif is_answer:
            yield f"{at}.{name} is unknown to the document"
    for name, member in known.items():
        needs = method in member.get("annotations", {}).get("required", ())
        if needs and not is_answer and value.get(name) in (None, ""):
            yield f"{at}.{name} is required and missing"


def _plain(value: object, shape: Json, at: str, *, is_answer: bool) -> Iterator[str]:
    choices = shape.get("enum") or CHOICE.findall(shape.get("description", ""))
    if choices and value not in choices:
        yield f"{at} is {value!r}, not one of {', '.join(choices)}"
    if is_answer and at.endswith(".kind") and value != shape.get("default", value):
        yield f"{at} is {value!r}, not {shape['default']!r}"
    if not _has_form(value, shape.get("format"), is_answer=is_answer):
        yield f"{at} is {value!r}, which is no {shape['format']}"


def _has_form(value: object, form: str | None, *, is_answer: bool) -> bool:
    if form == "int32":
        return isinstance(value, int) and -(2**31) <= value < 2**31
    if form == "int64":
        return bool(re.fullmatch(r"-?\d{1,19}", str(value), re.ASCII))
    if form == "date":
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value), re.ASCII)) and _reads(date, value)
    if form == "date-time":
        wanted = WHOLE_DATE_TIME if is_answer else LOCAL_DATE_TIME
        return bool(wanted.fullmatch(str(value))) and _reads(datetime, value)
    return form is None


def _reads(kind: type[date], value: object) -> bool:
    try:
        kind.fromisoformat(str(value).upper())
    except ValueError:
        return False
    return True
