"""Google tokens at rest: sealed to their row, renewed by one process at a time."""

import datetime as dt
import multiprocessing
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from tests.cast import World
from webapp.db.engine import Database
from webapp.db.models import ConnectionState, GoogleConnection, Member
from webapp.db.scope import Scope
from webapp.google.deadline import CALL_SECONDS
from webapp.google.errors import GrantGone
from webapp.services import key_rotation, token_vault
from webapp.services.key_rotation import Rotation
from webapp.services.token_vault import StoredToken, TokenUnreadable, TokenVault

SECRET = "s" * 32
TOKEN = {"access_token": "canary-access", "refresh_token": "canary-refresh", "expires_at": 1}

Stored = Callable[[], StoredToken]


@pytest.fixture
def vault() -> TokenVault:
    return TokenVault(SECRET)


@pytest.fixture
def connection(
    database: Database, world: World, vault: TokenVault, now: dt.datetime
) -> GoogleConnection:
    """Ada's connection, with `TOKEN` in it."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = _connection(world.ada, now)
        row.sealed_token = vault.seal(TOKEN, connection_id=row.id, practice_id=row.practice_id)
        session.add(row)
        session.commit()
        return row


@pytest.fixture
def stored(vault: TokenVault, database: Database, connection: GoogleConnection) -> Stored:
    """Each call is another process that reads the same row."""
    return lambda: StoredToken(vault, database, connection)


def test_a_token_comes_out_as_it_went_in(stored: Stored) -> None:
    assert stored().load() == TOKEN


def test_the_row_shows_nothing_of_the_token(connection: GoogleConnection) -> None:
    """S18, R142"""
    assert connection.sealed_token.startswith("v1:")
    assert "canary" not in connection.sealed_token
    assert "v1:" not in repr(connection)


def test_a_token_that_was_moved_to_another_row_is_refused(vault: TokenVault) -> None:
    """RELIABILITY.md 3.7: somebody who can write rows cannot swap accounts."""
    sealed = vault.seal(TOKEN, connection_id="a", practice_id="p")
    for connection_id, practice_id in (("b", "p"), ("a", "q")):
        with pytest.raises(TokenUnreadable):
            vault.unseal(sealed, connection_id=connection_id, practice_id=practice_id)


def test_another_secret_key_opens_nothing(vault: TokenVault) -> None:
    sealed = vault.seal(TOKEN, connection_id="a", practice_id="p")
    with pytest.raises(TokenUnreadable):
        TokenVault("t" * 32).unseal(sealed, connection_id="a", practice_id="p")


def test_an_unreadable_token_asks_for_a_reconnect(
    database: Database, connection: GoogleConnection
) -> None:
    with pytest.raises(GrantGone, match="token_unreadable"):
        StoredToken(TokenVault("t" * 32), database, connection).load()


def test_an_erased_connection_stops_whoever_still_uses_it(
    stored: Stored, database: Database, connection: GoogleConnection
) -> None:
    """F64, F71"""
    worker = stored()
    _erase(database, connection)
    with pytest.raises(GrantGone, match="disconnected"):
        worker.load()
    with pytest.raises(GrantGone, match="disconnected"), worker.lock():
        pass


def test_a_new_token_is_what_the_next_process_finds(stored: Stored) -> None:
    worker = stored()
    with worker.lock():
        worker.load()
        worker.save(TOKEN | {"access_token": "new"})
    assert stored().load()["access_token"] == "new"


def test_an_older_token_never_replaces_a_newer_one(stored: Stored) -> None:
    """F23: a process that was asleep comes back with what it fetched long ago."""
    slow, quick = stored(), stored()
    slow.load()
    quick.load()
    quick.save(TOKEN | {"access_token": "newer"})
    slow.save(TOKEN | {"access_token": "older"})
    assert stored().load()["access_token"] == "newer"


def test_one_process_at_a_time_may_ask_for_a_token(stored: Stored) -> None:
    """F23: ten at once, one request to Google."""
    fetched: list[str] = []

    def refresh() -> None:
        worker = stored()
        with worker.lock():
            if worker.load()["access_token"] == TOKEN["access_token"]:
                time.sleep(0.05)
                fetched.append("new")
                worker.save(TOKEN | {"access_token": "new"})

    _in_threads(refresh, count=10)
    assert fetched == ["new"]


def test_a_process_that_died_is_not_waited_for_beyond_its_lease(
    stored: Stored, database: Database, connection: GoogleConnection
) -> None:
    with database.writing(Scope.practice(connection.practice_id)) as session:
        row = _row(session, connection)
        row.refreshing_until = dt.datetime.fromtimestamp(time.time() + 0.3, dt.UTC)
        session.add(row)
        session.commit()
    began = time.monotonic()
    with stored().lock():
        assert time.monotonic() - began >= 0.25


def test_a_failure_gives_the_right_to_ask_back(
    stored: Stored, database: Database, connection: GoogleConnection
) -> None:
    with pytest.raises(RuntimeError), stored().lock():
        raise RuntimeError
    with database.reading(Scope.practice(connection.practice_id)) as session:
        assert _row(session, connection).refreshing_until is None


def test_a_lease_lasts_longer_than_a_call_may() -> None:
    assert token_vault.LEASE_SECONDS > CALL_SECONDS


def test_the_row_is_not_locked_while_google_is_asked(
    stored: Stored, database: Database, connection: GoogleConnection
) -> None:
    """No transaction stays open during a call: others write while one refreshes."""
    with stored().lock(), database.writing(Scope.practice(connection.practice_id)) as session:
        row = _row(session, connection)
        row.email = "changed@example.com"
        session.add(row)
        session.commit()


# ------------------------------------------------------------------ rotation

OLD, NEW = "o" * 32, "n" * 32


def test_an_older_key_still_opens_what_it_sealed(
    database: Database, connection: GoogleConnection
) -> None:
    """F85: put the new key in front, restart, and nobody notices."""
    assert StoredToken(TokenVault(SECRET, token_keys=[NEW]), database, connection).load() == TOKEN


def test_after_a_rotation_the_old_key_can_be_taken_out(
    database: Database, connection: GoogleConnection
) -> None:
    """F85, S18: from the key of SECRET_KEY to a first one of its own, and on to the next."""
    first = TokenVault(SECRET, token_keys=[OLD])
    assert key_rotation.rotate(database, first) == Rotation(sealed=1, unreadable=0)
    second = TokenVault(SECRET, token_keys=[NEW, OLD])
    assert key_rotation.rotate(database, second) == Rotation(sealed=1, unreadable=0)
    assert StoredToken(TokenVault("another " * 8, token_keys=[NEW]), database, connection).load()


def test_a_rotation_that_was_interrupted_goes_on(
    database: Database, connection: GoogleConnection
) -> None:
    """What is sealed with the newest key is left alone; twice is as good as once."""
    vault = TokenVault(SECRET, token_keys=[NEW])
    key_rotation.rotate(database, vault)
    with database.reading(Scope.practice(connection.practice_id)) as session:
        before = _row(session, connection).sealed_token
    assert before.startswith(vault.prefix)
    assert key_rotation.rotate(database, vault) == Rotation(sealed=0, unreadable=0)
    with database.reading(Scope.practice(connection.practice_id)) as session:
        assert _row(session, connection).sealed_token == before


def test_a_token_that_no_key_opens_is_counted_and_left(
    database: Database, connection: GoogleConnection
) -> None:
    """The key may come back: nothing is thrown away."""
    strange = TokenVault("another " * 8)
    assert key_rotation.rotate(database, strange) == Rotation(sealed=0, unreadable=1)
    assert StoredToken(TokenVault(SECRET), database, connection).load() == TOKEN


def test_two_processes_refresh_one_token_once(
    database: Database, connection: GoogleConnection
) -> None:
    """F23: real processes, which share nothing but the row."""
    database.dispose()
    context = multiprocessing.get_context("fork")
    given = (database.engine.url.render_as_string(hide_password=False), connection.id)
    with context.Pool(2) as pool:
        fetched = pool.starmap(refresh_in_another_process, [given, given])
    assert sorted(fetched) == [False, True]


def refresh_in_another_process(url: str, connection_id: str) -> bool:
    """Whether this process was the one that asked for a new token."""
    own = Database(url)
    with own.reading(Scope.installation()) as session:
        row = session.exec(
            select(GoogleConnection).where(GoogleConnection.id == connection_id)
        ).one()
    store = StoredToken(TokenVault(SECRET), own, row)
    is_first = False
    with store.lock():
        if store.load()["access_token"] == TOKEN["access_token"]:
            is_first = True
            time.sleep(0.5)  # As long as Google takes, so that the other one has to wait.
            store.save(TOKEN | {"access_token": "new"})
    own.dispose()
    return is_first


def _connection(member: Member, now: dt.datetime) -> GoogleConnection:
    return GoogleConnection(
        practice_id=member.practice_id,
        member_id=member.id,
        google_sub="1",
        email="ada@example.com",
        granted_scopes="",
        sealed_token="",
        state=ConnectionState.CONNECTED,
        state_since=now,
        connected_at=now,
    )


def _row(session: Session, connection: GoogleConnection) -> GoogleConnection:
    return session.exec(select(GoogleConnection).where(GoogleConnection.id == connection.id)).one()


def _erase(database: Database, connection: GoogleConnection) -> None:
    with database.writing(Scope.practice(connection.practice_id)) as session:
        session.delete(_row(session, connection))
        session.commit()


def _in_threads(work: Callable[[], Any], *, count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
