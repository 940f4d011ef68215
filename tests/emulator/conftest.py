"""A running stand-in per test, a small client that speaks to it over real HTTP, and a witness.

The witness holds every call of every in-process stand-in to Google's own document.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests

from emulator import running_emulator
from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.fixtures.witness import google_s_document_holds, witness  # noqa: F401 - fixtures
from tests.signing import google_s_key

ADA = "ada@example.com"
ALL = ["calendar"]


class Api:
    """Calls to the Calendar API as one person with given scopes."""

    def __init__(self, url: str, token: str) -> None:
        self.root = url + "/calendar/v3/"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(
        self, http: str, path: str, body: object = None, *, match: str = "", **query: object
    ) -> requests.Response:
        headers = {"If-Match": match} if match else {}
        return self.session.request(
            http, self.root + path, json=body, params=query, headers=headers, timeout=20
        )

    def events(self, calendar: str, http: str, rest: str = "", body: object = None, **more: object):
        path = f"calendars/{quote(calendar, safe='')}/events" + (f"/{rest}" if rest else "")
        return self(http, path, body, **more)

    def list(self, calendar: str = "primary", **query: object) -> dict:
        return self.events(calendar, "GET", **query).json()


@pytest.fixture
def emu() -> Iterator[RunningEmulator]:
    with running_emulator(google=Google(seed=7)) as running:
        running.google.key_pem = google_s_key()
        yield running


@pytest.fixture
def google(emu: RunningEmulator) -> Google:
    return emu.google


@pytest.fixture
def api(emu: RunningEmulator) -> Iterator[Api]:
    made = api_for(emu, ADA, ALL)
    yield made
    made.session.close()


def api_for(emu: RunningEmulator, user: str, scopes: list[str]) -> Api:
    return Api(emu.url, emu.google.account(user).token(scopes))


def timed(start: str, end: str, zone: str = "Europe/Berlin", **members: object) -> dict:
    """An event body between two local times."""
    times = {
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
    }
    return times | members


def reason(response: requests.Response) -> tuple[int, str]:
    """Status and Google's reason."""
    return response.status_code, response.json()["error"]["errors"][0]["reason"]
