"""What peers do on a first sync (PEERS.md 4), as plainly as can be: one request after another.

They use the product's HTTP client, so that only the way of asking differs. Where Google limits
them, they wait and double the wait, as Google's guide says (GOOGLE.md 6.4).
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.installation import ZONE, Installation
from webapp.google.calendar import CalendarClient
from webapp.google.errors import Throttled
from webapp.google.transport import open_client

Work = Callable[[], None]
SESSION = dt.timedelta(minutes=50)
WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True)
class Planned:
    """A session, or with `weeks` a weekly series; `moved` says by how much which week is off."""

    start: dt.datetime
    weeks: int = 1
    moved: Mapping[int, dt.timedelta] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The RRULE value, or "" for a single session."""
        return f"FREQ=WEEKLY;COUNT={self.weeks}" if self.weeks > 1 else ""

    def starts(self) -> list[dt.datetime]:
        """When its sessions take place."""
        nothing = dt.timedelta()
        return [self.start + n * WEEK + self.moved.get(n, nothing) for n in range(self.weeks)]


def call_per_session(here: Installation, sessions: list[Planned], name: str) -> None:
    """Flattens every series and inserts each session by itself."""
    with _calendar(here, name) as (client, calendar_id):
        for planned in sessions:
            for start in planned.starts():
                _patiently(client.insert, calendar_id, _body(start))


def call_per_series(here: Installation, sessions: list[Planned], name: str) -> None:
    """One insert for each series or single session, and one update for each moved session."""
    with _calendar(here, name) as (client, calendar_id):
        for planned in sessions:
            body = _body(planned.start)
            if planned.rule:
                body["recurrence"] = [f"RRULE:{planned.rule}"]
            made = _patiently(client.insert, calendar_id, body)
            for week, by in planned.moved.items():
                original = planned.start + week * WEEK
                occurrence = f"{made['id']}_{original.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
                _patiently(client.update, calendar_id, occurrence, _body(original + by))


@contextmanager
def _calendar(here: Installation, name: str) -> Iterator[tuple[CalendarClient, str]]:
    """A new calendar in a new account, and a client for it."""
    grant = here.grant(f"{name}@example.com")
    client = open_client(here.settings, token=grant.token, store=Shelf(grant.token))
    with closing(client):
        made = client.create_calendar(name="Sessions", time_zone=ZONE, description="")
        yield client, str(made["id"])


@dataclass
class Shelf:
    """Keeps one token for the minutes of a measurement."""

    token: dict[str, Any]

    def load(self) -> dict[str, Any]:
        """The token."""
        return self.token

    def save(self, token: dict[str, Any]) -> None:
        """Replaces it."""
        self.token = token

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Nobody else is here."""
        yield


def _body(start: dt.datetime) -> dict[str, Any]:
    return {
        "summary": "Session",
        "start": {"dateTime": start.isoformat(), "timeZone": ZONE},
        "end": {"dateTime": (start + SESSION).isoformat(), "timeZone": ZONE},
        "visibility": "private",
    }


def _patiently(call: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    wait = 1.0
    while True:
        try:
            return call(*arguments)
        except Throttled:
            time.sleep(wait)
            wait = min(wait * 2, 64)
