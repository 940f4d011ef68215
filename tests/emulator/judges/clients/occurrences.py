"""Expands calendars with recurring-ical-events. A program of its own, in .venv-judges.

Reads a JSON list of {"text", "since", "until", "zone"}; prints for each the sorted occurrences as
[start, title]: naive UTC, or a date. Times without a zone are taken in "zone", UTC unless given.
"""

import json
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events


def occurrences(case: dict) -> list[list[str]]:
    calendar = icalendar.Calendar.from_ical(case["text"])
    found = recurring_ical_events.of(calendar).between(
        datetime.fromisoformat(case["since"]), datetime.fromisoformat(case["until"])
    )
    zone = ZoneInfo(case.get("zone", "UTC"))
    return sorted(
        [shown(event["DTSTART"].dt, zone), str(event.get("SUMMARY", ""))] for event in found
    )


def shown(start: object, zone: ZoneInfo) -> str:
    if isinstance(start, datetime):
        start = start if start.tzinfo else start.replace(tzinfo=zone)
        return start.astimezone(UTC).replace(tzinfo=None).isoformat()
    return start.isoformat()


if __name__ == "__main__":
    print(json.dumps([occurrences(case) for case in json.load(sys.stdin)]))
