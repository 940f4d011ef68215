"""Nothing is lost when many write, readers never wait, and errors carry no client's name."""

import datetime as dt
import multiprocessing
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, select

from tests.cast import CANARY, World
from webapp.db.engine import Database
from webapp.db.models import Client, ClientKind, Practice, SyncSettings
from webapp.db.scope import Scope

PROCESSES, TIMES = 3, 40


def test_concurrent_changes_of_one_row_are_all_kept(database: Database, world: World) -> None:
    """STACK.md B5: with the driver's own transactions 71 % of these were lost without an error."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.add(SyncSettings(practice_id=world.practice.id, member_id=world.ada.id))
        session.commit()
    url = database.engine.url.render_as_string(hide_password=False)
    fresh = multiprocessing.get_context("forkserver")  # Which imports all that for them once.
    fresh.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(PROCESSES, mp_context=fresh) as pool:
        list(pool.map(raise_version, [url] * PROCESSES, [world.ada.id] * PROCESSES))

    with database.reading(Scope.installation()) as session:
        found = session.exec(select(SyncSettings)).one()
    assert found.version == 1 + PROCESSES * TIMES


def raise_version(url: str, member_id: str) -> None:
    """Reads and raises one number, again and again: what a version column lives through."""
    database = Database(url)
    for _ in range(TIMES):
        with database.writing(Scope.installation()) as session:
            mine = select(SyncSettings).where(SyncSettings.member_id == member_id)
            settings = session.exec(mine.with_for_update()).one()
            settings.version += 1
            session.add(settings)
            session.commit()
    database.dispose()


def test_a_reader_does_not_wait_for_a_writer(database: Database, world: World) -> None:
    with database.writing(Scope.installation()) as writing:
        rename(writing, world, "Renamed Practice")
        began = time.monotonic()
        with database.reading(Scope.installation()) as reading:
            seen = reading.get(Practice, world.practice.id)
        waited = time.monotonic() - began

    assert seen is not None
    assert seen.name == "Harbour Practice"
    assert waited < 1.0


def test_what_is_not_committed_is_rolled_back(database: Database, world: World) -> None:
    with database.writing(Scope.installation()) as session:
        rename(session, world, "Renamed Practice")

    with database.reading(Scope.installation()) as session:
        found = session.get(Practice, world.practice.id)
    assert found is not None
    assert found.name == "Harbour Practice"


def test_a_second_writer_waits_its_turn(database: Database, world: World) -> None:
    """F70's neighbour: waiting is not failing."""
    with ThreadPoolExecutor(1) as other, database.writing(Scope.installation()) as session:
        rename(session, world, "First")
        second = other.submit(commit_name, database, world, "Second")
        time.sleep(0.2)
        session.commit()
        second.result(timeout=10)

    with database.reading(Scope.installation()) as session:
        found = session.get(Practice, world.practice.id)
    assert found is not None
    assert found.name == "Second"


def test_a_failed_write_prints_no_client(
    database: Database, world: World, now: dt.datetime
) -> None:
    """RELIABILITY.md S39: neither the parameters nor PostgreSQL's details reach the error."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.add(canary_client(world, now))
        session.commit()
        session.add(canary_client(world, now))
        with pytest.raises(IntegrityError) as refused:
            session.commit()

    printed = "".join(traceback.format_exception(refused.value))
    assert CANARY not in printed
    assert "internal_id" in printed


def test_refused_input_is_not_printed_either(database: Database) -> None:
    """PostgreSQL quotes it in the message itself; SQLite has no such check to fail."""
    if database.engine.dialect.name == "sqlite":
        return
    query = text("SELECT CAST(:word AS integer)")
    with database.engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(query, {"word": CANARY})

    assert CANARY not in "".join(traceback.format_exception(refused.value))


def canary_client(world: World, now: dt.datetime) -> Client:
    """A client record that has the canary in every text."""
    return Client(
        practice_id=world.practice.id,
        internal_id=CANARY,
        kind=ClientKind.INDIVIDUAL,
        email=f"{CANARY}@example.test",
        phone=CANARY,
        created_at=now,
    )


def rename(session: Session, world: World, name: str) -> None:
    """Changes the practice's name without committing."""
    practice = session.get(Practice, world.practice.id)
    assert practice is not None
    practice.name = name
    session.add(practice)
    session.flush()


def commit_name(database: Database, world: World, name: str) -> None:
    """The same from another thread, committed."""
    with database.writing(Scope.installation()) as session:
        rename(session, world, name)
        session.commit()
