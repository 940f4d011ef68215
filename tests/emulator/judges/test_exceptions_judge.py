"""Series with exceptions, made through the API, beside a third party's reading of the calendar.

recurring-ical-events does its own zones, UNTIL, EXDATE, RDATE and overrides; it runs in the judges'
environment on the iCalendar text of what the calls asked for.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from emulator import front
from emulator.google import Google
from emulator.wire import Request
from tests.emulator.conftest import ADA
from tests.emulator.judges import clients
from tests.emulator.judges.rule_maker import Series, series

SERIES = 400
WINDOW = timedelta(days=200)


@dataclass
class Case:
    """One series, and what is done to it after it was made."""

    series: Series
    lines: list[str]
    gone: list[str] = field(default_factory=list)
    overrides: list[tuple[str, str]] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        """At noon, so that no all-day event begins with the window in one zone only."""
        return self.series.first.replace(hour=12, tzinfo=UTC) - timedelta(days=3)

    @property
    def until(self) -> datetime:
        return self.since + WINDOW


@pytest.mark.long
def test_four_hundred_series_with_exceptions_read_the_same_elsewhere() -> None:
    """Issue 3, Show 4: EXDATE, RDATE, a cancelled, a moved and a renamed instance."""
    google, dice = Google(seed=5), random.Random(5)
    google.quota.lift()
    token = google.account(ADA).token(["calendar"])
    ours, cases = [], []
    for _ in range(SERIES):
        case = with_lines(dice, series(dice))
        ours.append(through_the_api(google, token, dice, case))
        cases.append(
            {
                "text": as_icalendar(case),
                "since": case.since.isoformat(),
                "until": case.until.isoformat(),
            }
        )
    theirs = clients.run("occurrences.py", text=json.dumps(cases))
    wrong = [
        (case["text"], mine, other)
        for case, mine, other in zip(cases, ours, theirs, strict=True)
        if mine != other
    ]
    assert wrong == []
    assert sum(len(one) for one in ours) > 8 * SERIES


def with_lines(dice: random.Random, one: Series) -> Case:
    """The rule, often with an EXDATE on one of its starts and an RDATE beside them."""
    starts = list(one.starts())
    lines = [one.line]
    if dice.random() < 0.4 and len(starts) > 2:
        lines.append(_dates("EXDATE", one, dice.choice(starts[1:])))
    if dice.random() < 0.4:
        lines.append(_dates("RDATE", one, starts[-1] + timedelta(days=11)))
    return Case(one, lines)


def _dates(name: str, one: Series, at: datetime) -> str:
    if one.is_all_day:
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    return f"{name};TZID={one.zone}:{at:%Y%m%dT%H%M%S}"


def through_the_api(google: Google, token: str, dice: random.Random, case: Case) -> list[list[str]]:
    """Make it, change some instances, and list what there is."""
    made = ask(google, token, "POST", "", body(case))
    window = {"timeMin": case.since.isoformat(), "timeMax": case.until.isoformat()}
    path = f"/{made['id']}/instances"
    items = ask(google, token, "GET", path, maxResults="2500", **window)["items"]
    for verb in dice.sample(["cancel", "move", "rename"], dice.randrange(4)):
        if len(items) > 3:
            item = items.pop(dice.randrange(1, len(items)))
            _change(google, token, case, item, verb)
    items = ask(google, token, "GET", path, maxResults="2500", **window)["items"]
    return sorted([_shown(item), item["summary"]] for item in items)


def body(case: Case) -> dict[str, Any]:
    first, zone = case.series.first, case.series.zone
    if case.series.is_all_day:
        times = {"start": {"date": f"{first:%Y-%m-%d}"}}
        times["end"] = {"date": f"{first + timedelta(days=1):%Y-%m-%d}"}
    else:
        times = {
            name: {"dateTime": at.isoformat(), "timeZone": zone}
            for name, at in (("start", first), ("end", first + timedelta(minutes=30)))
        }
    return times | {"summary": "Series", "recurrence": case.lines}


def _change(google: Google, token: str, case: Case, item: dict[str, Any], verb: str) -> None:
    path = "/" + item["id"]
    original = _original(item)
    if verb == "cancel":
        ask(google, token, "DELETE", path)
        case.gone.append(original)
    elif verb == "rename":
        ask(google, token, "PATCH", path, {"summary": "Renamed"})
        case.overrides.append((original, _ics_start(item["start"]) + "\r\nSUMMARY:Renamed"))
    else:
        moved = {name: _later(item[name]) for name in ("start", "end")}
        ask(google, token, "PATCH", path, moved)
        case.overrides.append((original, _ics_start(moved["start"]) + "\r\nSUMMARY:Series"))


def _later(time: dict[str, str]) -> dict[str, str]:
    if "date" in time:
        return {"date": (date.fromisoformat(time["date"]) + timedelta(days=1)).isoformat()}
    at = datetime.fromisoformat(time["dateTime"]) + timedelta(minutes=95)
    return time | {"dateTime": at.isoformat()}


def _ics_start(time: dict[str, str]) -> str:
    if "date" in time:
        return f"DTSTART;VALUE=DATE:{time['date'].replace('-', '')}"
    return f"DTSTART:{_utc(time):%Y%m%dT%H%M%SZ}\r\nDURATION:PT30M"


def _original(item: dict[str, Any]) -> str:
    """The value of RECURRENCE-ID or EXDATE for an instance, with what stands before the colon."""
    original = item["originalStartTime"]
    if "date" in original:
        return ";VALUE=DATE:" + original["date"].replace("-", "")
    return f":{_utc(original):%Y%m%dT%H%M%SZ}"


def _utc(time: dict[str, str]) -> datetime:
    return datetime.fromisoformat(time["dateTime"]).astimezone(UTC).replace(tzinfo=None)


def _shown(item: dict[str, Any]) -> str:
    return item["start"].get("date") or _utc(item["start"]).isoformat()


def as_icalendar(case: Case) -> str:
    """The series as a file would have it; a cancelled instance is one EXDATE more."""
    first, zone = case.series.first, case.series.zone
    if case.series.is_all_day:
        start = f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    else:
        start = f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}\r\nDURATION:PT30M"
    gone = [f"EXDATE{original}" for original in case.gone]
    events = [["UID:1", start, "SUMMARY:Series", *case.lines, *gone]]
    for original, rest in case.overrides:
        events.append(["UID:1", f"RECURRENCE-ID{original}", rest])
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:judge"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def ask(
    google: Google, token: str, http: str, path: str, content: object = None, **query: str
) -> Any:
    """One call without a socket."""
    request = Request(
        http,
        f"/calendar/v3/calendars/primary/events{path}",
        {name: [value] for name, value in query.items()},
        {"authorization": f"Bearer {token}"},
        json.dumps(content).encode() if content is not None else b"",
    )
    answer = front.answer(google, request)
    assert answer.status < 300, answer.body
    return json.loads(answer.body) if answer.body else None
