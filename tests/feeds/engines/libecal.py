"""libical and libecal, the engine of Evolution and GNOME Calendar, under the system's Python.

In and out as in python_engines.py; libical's own check of RFC 5546 and RFC 5545 must be content.
"""

import json
import sys
from pathlib import Path
from typing import Any

import gi

gi.require_version("ECal", "2.0")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, ICalGLib  # noqa: E402

UTC = ICalGLib.Timezone.get_utc_timezone()


def occurrences(path: str, after: str, before: str) -> list[tuple[str, str, str]]:
    calendar = ICalGLib.Parser.parse_string(Path(path).read_bytes().decode())
    if not calendar.check_restrictions() or calendar.count_errors():
        raise ValueError("libical refuses the calendar")
    zones = {}
    for one in components(calendar, ICalGLib.ComponentKind.VTIMEZONE_COMPONENT):
        zone = ICalGLib.Timezone.new()
        zone.set_component(one.clone())
        zones[zone.get_tzid()] = zone
    rows: list[tuple[str, str, str]] = []
    events = components(calendar, ICalGLib.ComponentKind.VEVENT_COMPONENT)
    overridden = {
        (one.get_uid(), replaced(one, zones))
        for one in events
        if not one.get_recurrenceid().is_null_time()
    }
    for one in events:

        def found(_one: Any, start: Any, end: Any, *_: Any, event: Any = one) -> bool:
            begins = written(start)
            is_own = event.get_recurrenceid().is_null_time()
            if not is_own or (event.get_uid(), begins) not in overridden:
                rows.append((begins, written(end), event.get_summary()))
            return True

        ECal.recur_generate_instances_sync(
            one,
            ICalGLib.Time.new_from_string(f"{after}T000000Z"),
            ICalGLib.Time.new_from_string(f"{before}T000000Z"),
            found,
            None,
            lambda tzid, *_: zones.get(tzid),
            None,
            UTC,
            None,
        )
    return rows


def components(calendar: Any, kind: Any) -> list[Any]:
    found = []
    one = calendar.get_first_component(kind)
    while one is not None:
        found.append(one)
        one = calendar.get_next_component(kind)
    return found


def replaced(event: Any, zones: dict[str, Any]) -> str:
    """RECURRENCE-ID; libical leaves its zone to the caller."""
    time = event.get_recurrenceid()
    line = event.get_first_property(ICalGLib.PropertyKind.RECURRENCEID_PROPERTY)
    parameter = line.get_first_parameter(ICalGLib.ParameterKind.TZID_PARAMETER)
    if parameter is not None:
        time.set_timezone(zones[parameter.get_tzid()])
    return written(time)


def written(time: Any) -> str:
    """A date as it is, an instant in UTC."""
    if time.is_date():
        return str(time.as_ical_string())
    return str(time.convert_to_zone(UTC).as_ical_string())


asked = json.load(sys.stdin)
json.dump(
    [occurrences(path, asked["after"], asked["before"]) for path in asked["paths"]], sys.stdout
)
