"""The production client against the stand-in for Google, over real sockets."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from emulator import running_emulator
from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.fixtures.witness import google_s_document_holds, witness  # noqa: F401 - fixtures
from tests.signing import google_s_key
from webapp.config import Settings
from webapp.google import oauth
from webapp.google.calendar import CalendarClient
from webapp.google.errors import GrantGone
from webapp.google.transport import open_client

ADA = "ada@example.com"
VERIFIER = "v" * 64
CLIENT_ID = "4711-practice.apps.googleusercontent.com"


@dataclass
class Shelf:
    """A token store in memory: one token, one lock."""

    token: dict[str, Any]
    saves: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> dict[str, Any]:
        if not self.token:
            raise GrantGone("erased")
        return dict(self.token)

    def save(self, token: dict[str, Any]) -> None:
        assert self._lock.locked()
        self.saves += 1
        self.token = dict(token)

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self._lock:
            yield


@pytest.fixture
def emulator() -> Iterator[RunningEmulator]:
    with running_emulator() as running:
        running.google.key_pem = google_s_key()
        running.google.register_client(CLIENT_ID, "secret")
        yield running


@pytest.fixture
def google(emulator: RunningEmulator) -> Google:
    return emulator.google


@pytest.fixture
def settings(emulator: RunningEmulator) -> Settings:
    plain = Settings.from_environment({"SECRET_KEY": "s" * 32})
    return replace(
        plain,
        google_client_id=CLIENT_ID,
        google_client_secret="secret",
        google_server_metadata_url=emulator.url + "/.well-known/openid-configuration",
        google_api_root=emulator.url + "/",
    )


@pytest.fixture
def shelf(settings: Settings, google: Google) -> Shelf:
    return Shelf(consented(settings, google).token)


@pytest.fixture
def client(settings: Settings, shelf: Shelf) -> Iterator[CalendarClient]:
    opened = open_client(settings, token=shelf.load(), store=shelf)
    yield opened
    opened.close()


@pytest.fixture
def calendar_id(client: CalendarClient) -> str:
    """A calendar of Ada's that the app made."""
    made = client.create_calendar(name="Sessions", time_zone="Europe/Berlin", description="[ref 1]")
    return str(made["id"])


def consented(settings: Settings, google: Google, **answer: Any) -> oauth.Grant:
    """What Ada grants when she goes through the consent page."""
    code = code_for(settings, google, **answer)
    return oauth.exchange(
        settings, code=code, verifier=VERIFIER, nonce="n", now=dt.datetime.now(dt.UTC)
    )


def code_for(settings: Settings, google: Google, *, user: str = ADA, **answer: Any) -> str:
    google.answer_consent(user, **answer)
    address = oauth.authorisation(settings, state="s", nonce="n", verifier=VERIFIER)
    return came_back(address)["code"]


def came_back(address: str) -> dict[str, str]:
    """The query with which Google sends the browser back."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[-1] for name, values in query.items()}


def body(event_id: str = "", *, summary: str = "C-1042") -> dict[str, Any]:
    """A timed event of one hour."""
    times = {
        "start": {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-11-05T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    }
    return {"summary": summary, **times} | ({"id": event_id} if event_id else {})
