"""The stand-in for Google: a full list, a write, and what an increment costs in a big calendar.

Two calendars, one a hundred times the other, get the same changes; their increments are asked for
turn by turn. The list of 2,500 events is set beside the encoding of its own JSON, which is the
least that any server has to do.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import requests

from benchmarks.report import Report, Series
from emulator import running_emulator
from emulator.event_body import read as read_body
from emulator.event_store import create
from emulator.google import Google

ADA = "ada@example.com"
SMALL, LARGE, PAGE = 500, 50_000, 2_500
CHANGES = 50
ROUNDS = 60
BODY = {
    "summary": "Lunch",
    "description": "Bring the plan",
    "start": {"dateTime": "2026-11-05T12:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-11-05T13:00:00", "timeZone": "Europe/Berlin"},
    "extendedProperties": {"private": {"key": "value"}},
}


def run() -> Report:
    """Fills three calendars, then measures over HTTP."""
    with _served() as ask:
        listed, encoding = _lists(ask)
        inserted = _series("insert", ROUNDS, lambda: ask.write(PAGE))
        small, large = _increments(ask)
    return Report(
        name="emulator",
        series=[listed, encoding, inserted, small, large],
        ratios={
            f"increment with {LARGE:,} events / with {SMALL:,}, median": large.median
            / small.median,
            f"list of {PAGE:,} / encoding its JSON, median": listed.median / encoding.median,
        },
        facts={"rounds": ROUNDS, "changes per increment": CHANGES, "events": LARGE},
    )


@dataclass(frozen=True)
class Asking:
    """One person's session, and their calendars by size."""

    session: requests.Session
    google: Google
    addresses: dict[int, str]

    def list(self, size: int, **query: str | int) -> dict[str, object]:
        answer = self.session.get(self.addresses[size], params=query, timeout=60)
        answer.raise_for_status()
        page: dict[str, object] = answer.json()
        return page

    def write(self, size: int) -> None:
        self.session.post(self.addresses[size], json=BODY, timeout=60).raise_for_status()

    def token(self, size: int) -> str:
        """The sync token behind the last page."""
        page = self.list(size, maxResults=PAGE, fields="nextPageToken,nextSyncToken")
        while "nextSyncToken" not in page:
            following = str(page["nextPageToken"])
            page = self.list(
                size, maxResults=PAGE, pageToken=following, fields="nextPageToken,nextSyncToken"
            )
        return str(page["nextSyncToken"])


@contextmanager
def _served() -> Iterator[Asking]:
    google = Google(seed=1)
    google.quota.lift()
    ada = google.account(ADA)
    with running_emulator(google=google) as emu, requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {ada.token(['calendar'])}"
        addresses = {}
        for size in (SMALL, PAGE, LARGE):
            calendar = ada.new_calendar(f"{size} events")
            _fill(google, calendar.id, size)
            addresses[size] = (
                f"{emu.url}/calendar/v3/calendars/{quote(calendar.id, safe='')}/events"
            )
        yield Asking(session, google, addresses)


def _fill(google: Google, calendar_id: str, count: int) -> None:
    calendar = google.calendars[calendar_id]
    for number in range(count):
        body = BODY | {"summary": f"Event {number}"}
        draft = read_body(body, zone=calendar.time_zone)
        create(google, calendar, draft, creator=ADA)


def _lists(ask: Asking) -> tuple[Series, Series]:
    page = ask.list(PAGE, maxResults=PAGE)
    listed = _series(
        f"list of {PAGE:,} events", ROUNDS // 3, lambda: ask.list(PAGE, maxResults=PAGE)
    )
    return listed, _series("  encoding and reading its JSON", ROUNDS, lambda: _there_and_back(page))


def _there_and_back(page: dict[str, object]) -> None:
    json.loads(json.dumps(page, ensure_ascii=False).encode())


def _increments(ask: Asking) -> tuple[Series, Series]:
    """The same changes in both, asked for turn by turn."""
    tokens = {size: ask.token(size) for size in (SMALL, LARGE)}
    for size in tokens:
        for _ in range(CHANGES):
            ask.write(size)
    seconds: dict[int, list[float]] = {size: [] for size in tokens}
    for _ in range(ROUNDS):
        for size, token in tokens.items():
            began = time.perf_counter()
            page = ask.list(size, syncToken=token)
            seconds[size].append(time.perf_counter() - began)
            if len(page["items"]) != CHANGES:  # type: ignore[arg-type]
                raise SystemExit("an increment did not hold the changes")
    small, large = (
        Series(f"increment, {size:,} events", taken, len(taken) / sum(taken))
        for size, taken in seconds.items()
    )
    return small, large


def _series(name: str, rounds: int, work: Callable[[], object]) -> Series:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return Series(name, taken, rounds / sum(taken))
