"""Expands calendars with recurring-ical-events. A program of its own, in .venv-judges.

Reads a JSON list of {"text", "since", "until"} and prints, for each, the sorted occurrences as
[start, title]: naive UTC, or a date.
"""

import json
import sys
from datetime import UTC, datetime

import icalendar
import recurring_ical_events


def occurrences(case: dict) -> list[list[str]]:
    calendar = icalendar.Calendar.from_ical(case["text"])
    found = recurring_ical_events.of(calendar).between(
        datetime.fromisoformat(case["since"]), datetime.fromisoformat(case["until"])
    )
    return sorted([shown(event["DTSTART"].dt), str(event["SUMMARY"])] for event in found)


def shown(start: object) -> str:
    if isinstance(start, datetime):
        return start.astimezone(UTC).replace(tzinfo=None).isoformat()
    return start.isoformat()


if __name__ == "__main__":
    print(json.dumps([occurrences(case) for case in json.load(sys.stdin)]))
