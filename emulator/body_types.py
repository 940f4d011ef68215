"""Types of request bodies: what a member may hold, before anybody looks at what it means.

`cleaned` refuses a wrong type with 400 and drops members that the API does not have, as Google
ignores them (GOOGLE.md 3.1). Times, choices and limits with words of their own are checked by the
resources (`event_body` and its neighbours).
"""

from __future__ import annotations

from emulator import errors
from emulator.model import Json
from emulator.shapes import CHANNEL, DAY, FLAG, MOMENT, NUMBER_AS_TEXT, SHAPES, WHOLE, Shape
from emulator.times import UnreadableTime, parse_date, parse_moment


def cleaned(method_id: str, body: object, *, keeps_null: bool) -> object:
    """The body with known members only; `keeps_null` leaves null in objects, where PATCH means
    "clear". Raises Refused (400 invalid) for a wrong type.
    """
    _, resource, verb = method_id.split(".")
    shape = CHANNEL if verb in ("watch", "stop") else SHAPES.get(resource, {})
    return _object(body, shape, "", keeps_null) if isinstance(body, dict) else body


def _value(value: object, shape: Shape, at: str, keeps_null: bool) -> object:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise _wrong(at, "an object")
        return _object(value, shape, at, keeps_null)
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise _wrong(at, "a list")
        return [_value(one, shape[0], f"{at}[]", keeps_null=False) for one in value]
    return _plain(value, shape, at)


def _object(value: Json, shape: Shape, at: str, keeps_null: bool) -> Json:
    kept: Json = {}
    for name, member in value.items():
        inner = shape.get(name, shape.get("*"))
        if inner is None or (member is None and not keeps_null):
            continue
        kept[name] = None if member is None else _value(member, inner, f"{at}.{name}", keeps_null)
    return kept


def _plain(value: object, shape: Shape, at: str) -> object:
    if shape == FLAG:
        if not isinstance(value, bool):
            raise _wrong(at, "a boolean")
    elif shape == WHOLE:
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**31:
            raise _wrong(at, "a whole number")
    elif shape == NUMBER_AS_TEXT:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise _wrong(at, "a whole number as text")
        return str(value)
    elif not isinstance(value, str):
        raise _wrong(at, "text")
    elif isinstance(shape, tuple):
        if value not in shape:
            raise errors.invalid_choice(value, parameter=at.strip("."))
    elif not _has_form(value, shape):
        raise _wrong(at, f"a {shape}")
    return value


def _has_form(value: str, shape: str) -> bool:
    try:
        if shape == MOMENT:
            parse_moment(value)
        elif shape == DAY:
            parse_date(value)
    except UnreadableTime:
        return False
    return True


def _wrong(at: str, wanted: str) -> errors.Refused:
    return errors.invalid(why=f"{at.strip('.') or 'the body'} must be {wanted}")
