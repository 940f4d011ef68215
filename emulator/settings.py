"""The user settings and the colours that clients ask for; read-only."""

from __future__ import annotations

from emulator import errors, small_lists
from emulator.api_call import Answer, ApiCall
from emulator.model import Json
from emulator.palette import colours_resource
from emulator.small_lists import SmallList


def list_(call: ApiCall) -> Answer:
    """They never change here, so an increment is empty."""
    items = [_resource(name, value) for name, value in _settings(call).items()]
    shape = SmallList("settings", "calendar#settings", 0)
    return small_lists.answer(call, shape, lambda since: items if since < 0 else [])


def get(call: ApiCall) -> Answer:
    settings = _settings(call)
    if call.path["setting"] not in settings:
        raise errors.not_found()
    shown = _resource(call.path["setting"], settings[call.path["setting"]])
    return Answer(shown, shown["etag"])


def colours(call: ApiCall) -> Answer:
    return Answer(colours_resource())


def _settings(call: ApiCall) -> dict[str, str]:
    return {
        "timezone": call.account.time_zone,
        "locale": call.account.locale,
        "format24HourTime": "true",
        "weekStart": "1",
        "defaultEventLength": "60",
        "dateFieldOrder": "DMY",
        "hideWeekends": "false",
        "showDeclinedEvents": "true",
    }


def _resource(name: str, value: str) -> Json:
    return {"kind": "calendar#setting", "etag": '"1"', "id": name, "value": value}
