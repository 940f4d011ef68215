"""The user settings and the colours that clients ask for; read-only."""

from __future__ import annotations

from emulator import errors
from emulator.api_call import Answer, ApiCall
from emulator.model import Json
from emulator.palette import colours_resource


def list_(call: ApiCall) -> Answer:
    items = [_resource(name, value) for name, value in _settings(call).items()]
    return Answer(
        {"kind": "calendar#settings", "etag": '"p1"', "nextSyncToken": "settings", "items": items}
    )


def get(call: ApiCall) -> Answer:
    settings = _settings(call)
    if call.path["setting"] not in settings:
        raise errors.not_found()
    return Answer(_resource(call.path["setting"], settings[call.path["setting"]]))


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
