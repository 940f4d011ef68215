"""`flask doctor`: one line for each finding, with what to do (PRODUCT.md U15)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import redis

from emulator import running_emulator
from tests.cast import World
from tests.web.conftest import NOW
from tests.web.sync_rows import calendar_row, connection_row
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.queue.doorbell import Doorbell
from webapp.services import audit, self_check
from webapp.services.self_check import Finding, Installation, Level
from webapp.services.token_vault import TokenVault

PUBLIC = "https://practice.example.org"
Findings = Callable[..., dict[str, Finding]]


@pytest.fixture
def found(database: Database, settings: Settings) -> Findings:
    """`found(EXTERNAL_URL=…)`: the short check's findings by their names, with these settings."""

    def check(
        *, is_full: bool = False, now: dt.datetime = NOW, **chosen: object
    ) -> dict[str, Finding]:
        changed = replace(settings, **chosen)  # type: ignore[arg-type]
        doorbell = Doorbell(
            changed.redis_url, signing_key=derived_key(changed.secret_key, Purpose.JOBS)
        )
        installation = Installation(changed, database, doorbell, now)
        return {one.check: one for one in self_check.findings(installation, is_full=is_full)}

    return check


@pytest.fixture
def connect(database: Database, world: World, settings: Settings) -> Callable[..., None]:
    """`connect(token)` gives Ada a connection that stores this token."""

    def store(
        token: dict[str, object], *, key: str = settings.secret_key, **values: object
    ) -> None:
        with database.writing(Scope.practice(world.practice.id)) as session:
            row = connection_row(session, world, **values)
            row.sealed_token = TokenVault(key).seal(
                token, connection_id=row.id, practice_id=row.practice_id
            )
            session.commit()

    return store


def test_every_finding_that_is_not_well_says_what_to_do(found: Findings) -> None:
    findings = found(is_full=True, google_server_metadata_url="http://127.0.0.1:1/nothing")
    bad = [one for one in findings.values() if one.level is not Level.OK]
    assert {one.check for one in bad} == {"address", "queue", "workers", "mail", "clock"}
    assert all(one.advice for one in bad)


def test_a_stand_in_on_this_machine_reaches_it_without_tls(found: Findings) -> None:
    """U15: what the sync page says of Google's messages and what is found here agree."""
    stand_in = {"google_api_root": "http://127.0.0.1:8001/", "is_push_without_tls": True}
    there = found(external_url="http://127.0.0.1:8000", **stand_in)["address"]
    assert there.level is Level.OK


@pytest.mark.parametrize(
    ("address", "level"),
    [
        (PUBLIC, Level.OK),
        ("http://localhost:8000", Level.WARNING),
        ("https://192.168.1.5", Level.WARNING),
        ("https://[fd00::1]", Level.WARNING),
        ("https://practice.local", Level.WARNING),
        ("https://server", Level.WARNING),
    ],
)
def test_google_reaches_public_https_addresses_alone(
    found: Findings, address: str, level: Level
) -> None:
    """F93."""
    assert found(external_url=address)["address"].level is level


def test_a_public_server_does_not_talk_to_a_stand_in(found: Findings) -> None:
    """RELIABILITY.md 3.7: Google's addresses are the real ones."""
    there = found(external_url=PUBLIC, google_api_root="http://127.0.0.1:8001/")["address"]
    assert there.level is Level.PROBLEM


def test_a_queue_server_that_evicts_is_a_problem(found: Findings, valkey_url: str) -> None:
    """F75: eviction silently deletes jobs."""
    assert found(redis_url=valkey_url)["queue"].level is Level.OK
    with redis.Redis.from_url(valkey_url) as server:
        server.config_set("maxmemory-policy", "allkeys-lru")
        try:
            assert found(redis_url=valkey_url)["queue"].level is Level.PROBLEM
        finally:
            server.config_set("maxmemory-policy", "noeviction")


def test_a_token_of_another_key_is_a_problem_and_shows_neither(
    found: Findings, connect: Callable[..., None]
) -> None:
    """F85."""
    connect({"access_token": "ya29.secret"}, key="another secret, 32 characters or longer")
    there = found()["keys"]
    assert there.level is Level.PROBLEM
    assert there.text == "1 stored token(s) cannot be opened."
    assert found()["queue"].text


def test_a_token_of_now_is_fine(found: Findings, connect: Callable[..., None]) -> None:
    connect({"access_token": "a"})
    assert found()["keys"].level is Level.OK


def test_access_that_is_announced_to_end_in_a_week_tells_of_a_project_in_testing(
    found: Findings, connect: Callable[..., None]
) -> None:
    """K4, GOOGLE.md 1.3: refresh_token_expires_in."""
    connect({"access_token": "a"}, ends_at=NOW + dt.timedelta(seconds=604799))
    assert "Testing" in found()["google"].text


@pytest.mark.parametrize(("days", "level"), [(7, Level.PROBLEM), (3, Level.OK), (200, Level.OK)])
def test_access_that_ended_after_a_week_tells_of_it_too(
    found: Findings,
    database: Database,
    world: World,
    days: int,
    level: Level,
) -> None:
    """U15: from the lifetimes that were seen."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        audit.record(session, by=world.ada, action="google.connected", now=NOW)
        later = NOW + dt.timedelta(days=days, minutes=3)
        audit.record(session, by=world.ada, action="google.reconnect_needed", now=later)
        session.commit()
    assert found()["google"].level is level


def test_calendars_that_nobody_looks_at_tell_of_a_missing_clock_process(
    found: Findings,
    database: Database,
    world: World,
) -> None:
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar_row(session, connection_row(session, world))
        session.commit()
    assert found()["progress"].level is Level.OK
    later = found(now=NOW + dt.timedelta(hours=1))["progress"]
    assert (later.level, "jobs.schedule" in later.advice) == (Level.PROBLEM, True)


@pytest.mark.parametrize(
    ("minutes", "level"), [(0, Level.OK), (1, Level.WARNING), (-10, Level.PROBLEM)]
)
def test_the_clock_is_compared_with_google_s(found: Findings, minutes: int, level: Level) -> None:
    """F84, by the Date of an answer."""
    with running_emulator() as emulator:
        address = f"{emulator.url}/.well-known/openid-configuration"
        now = emulator.google.clock.now() + dt.timedelta(minutes=minutes)
        there = found(is_full=True, now=now, google_server_metadata_url=address)["clock"]
    assert there.level is level, there


def test_without_its_tables_it_says_so_and_asks_nothing_of_them(
    empty_database_url: str,
    settings: Settings,
) -> None:
    bare = Database(empty_database_url)
    doorbell = Doorbell(settings.redis_url, signing_key=b"k")
    found = self_check.findings(Installation(settings, bare, doorbell, NOW), is_full=False)
    bare.dispose()
    assert found[0].advice == "Run flask --app webapp.app db upgrade."
    assert "keys" not in {one.check for one in found}
