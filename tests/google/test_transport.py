"""Tokens and connections: refreshed when due, once, by one of many; trouble told apart."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.google.conftest import ADA, Shelf, body
from webapp.config import Settings
from webapp.google.calendar import CalendarClient
from webapp.google.errors import GrantGone, Unavailable
from webapp.google.transport import open_client


def test_a_401_is_met_with_one_fresh_token_and_one_repetition(
    client: CalendarClient, google: Google, shelf: Shelf
) -> None:
    """F20"""
    google.grants.expire_access(now=google.clock.now())
    client.calendars()
    assert google.calls.count("token.refresh") == 1
    assert shelf.saves == 1


def test_a_second_401_is_a_dead_grant(client: CalendarClient, google: Google) -> None:
    """F20: no hot loop."""
    google.faults.add("calendar.calendarList.list", "unauthorized", times=0)
    with pytest.raises(GrantGone):
        client.calendars()
    assert google.calls.count("calendar.calendarList.list") == 2
    assert google.calls.count("token.refresh") == 1


def test_a_token_that_is_about_to_expire_is_refreshed_before_it_is_used(
    settings: Settings, google: Google, shelf: Shelf
) -> None:
    shelf.token["expires_at"] = int(time.time()) + 30
    client = open_client(settings, token=shelf.load(), store=shelf)
    client.calendars()
    client.close()
    assert google.calls.count("token.refresh") == 1
    assert shelf.token["expires_at"] > time.time() + 3000


def test_the_refresh_token_is_kept_though_google_does_not_repeat_it(
    client: CalendarClient, google: Google, shelf: Shelf
) -> None:
    """GOOGLE.md 1.4"""
    kept = shelf.token["refresh_token"]
    google.grants.expire_access(now=google.clock.now())
    client.calendars()
    assert shelf.token["refresh_token"] == kept


def test_a_dead_refresh_token_asks_for_a_reconnect(client: CalendarClient, google: Google) -> None:
    """F21"""
    google.grants.forget(user=ADA)
    with pytest.raises(GrantGone, match="invalid_grant"):
        client.calendars()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "status": 503},
        {"kind": "error", "status": 429, "reason": "rateLimitExceeded"},
        {"kind": "html", "status": 200},
        {"kind": "html", "status": 400},
        {"kind": "empty", "status": 200},
        {"kind": "truncated"},
        {"kind": "drop"},
    ],
)
def test_a_failing_token_endpoint_never_costs_the_grant(
    client: CalendarClient, google: Google, shelf: Shelf, fault: dict[str, Any]
) -> None:
    """F22: the token is kept and works again when Google does."""
    google.grants.expire_access(now=google.clock.now())
    google.faults.add("token.refresh", **fault)
    with pytest.raises(Unavailable):
        client.calendars()
    assert shelf.saves == 0
    assert client.calendars().items


def test_many_clients_that_are_refused_at_once_refresh_once(
    settings: Settings, google: Google, shelf: Shelf
) -> None:
    """F23: the others take the token that the first one stored."""
    google.grants.expire_access(now=google.clock.now())
    clients = [open_client(settings, token=shelf.load(), store=shelf) for _ in range(8)]
    failures: list[BaseException] = []

    def list_calendars(one: CalendarClient) -> None:
        try:
            one.calendars()
        except BaseException as failed:  # noqa: BLE001 - a thread must not swallow it.
            failures.append(failed)
        finally:
            one.close()

    threads = [threading.Thread(target=list_calendars, args=(one,)) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert google.calls.count("token.refresh") == 1
    assert shelf.saves == 1


def test_an_erased_token_stops_the_client(
    client: CalendarClient, google: Google, shelf: Shelf
) -> None:
    """F64: disconnected while a worker was busy."""
    google.grants.expire_access(now=google.clock.now())
    shelf.token = {}
    with pytest.raises(GrantGone):
        client.calendars()
    assert google.calls.count("token.refresh") == 0


def test_a_lost_connection_is_unavailable(client: CalendarClient, google: Google) -> None:
    """F14, F32: never an authentication problem, never a deletion."""
    google.faults.add("calendar.calendarList.list", "drop")
    with pytest.raises(Unavailable):
        client.calendars()
    assert google.calls.count("token.refresh") == 0


def test_google_out_of_reach_is_unavailable(settings: Settings, shelf: Shelf) -> None:
    nowhere = replace(settings, google_api_root="http://127.0.0.1:9/")
    client = open_client(nowhere, token=shelf.load(), store=shelf)
    with pytest.raises(Unavailable):
        client.calendars()
    client.close()


def test_a_call_ends_by_the_clock(settings: Settings, google: Google, shelf: Shelf) -> None:
    """F33"""
    google.faults.add("calendar.calendarList.list", "delay", seconds=2)
    client = open_client(settings, token=shelf.load(), store=shelf, call_seconds=0.5)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        client.calendars()
    client.close()
    assert time.monotonic() - began < 1.5


def test_no_error_carries_a_title_or_a_token(
    client: CalendarClient, google: Google, shelf: Shelf, calendar_id: str
) -> None:
    """S39: errors end up in logs."""
    google.faults.add("calendar.events.insert", "error", status=400, reason="invalid")
    with pytest.raises(Exception, match="invalid") as refused:
        client.insert(calendar_id, body("abc12", summary="Cleo Marsh"))
    told = f"{refused.value!r} {refused.value.__cause__!r} {refused.value.__context__!r}"
    assert "Cleo" not in told
    assert shelf.token["access_token"] not in told


def test_the_environment_does_not_steer_the_client(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, shelf: Shelf, emulator: RunningEmulator
) -> None:
    """No proxy from outside sees a token."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    client = open_client(settings, token=shelf.load(), store=shelf)
    assert client.calendars().items
    client.close()
