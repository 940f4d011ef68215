"""The audit log is a chain: what is changed, removed or slipped in shows (RELIABILITY.md S40)."""

import datetime as dt
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from tests.cast import World
from webapp.db.audit_chain import Break, breaks, heads
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, Member
from webapp.db.scope import Scope
from webapp.services import audit

NOW = dt.datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=dt.UTC)


def record(database: Database, by: Member, *actions: str) -> None:
    """These acts of somebody, in one transaction."""
    with database.writing(Scope.practice(by.practice_id)) as session:
        for action in actions:
            audit.record(session, by=by, action=action, now=NOW)
        session.commit()


def positions(database: Database, by: Member) -> list[int]:
    """Of the practice's entries."""
    with database.reading(Scope.practice(by.practice_id)) as session:
        return list(session.exec(select(AuditEntry.position).order_by(col(AuditEntry.position))))


def broken(database: Database) -> list[Break]:
    """Every break of the installation."""
    with database.reading(Scope.installation()) as session:
        return list(breaks(session))


def tamper(database: Database, statement: str) -> None:
    """Somebody with all rights takes the guard off first."""
    guards = {
        "sqlite": ["DROP TRIGGER audit_entry_update", "DROP TRIGGER audit_entry_delete"],
        "postgresql": ["ALTER TABLE audit_entry DISABLE TRIGGER USER"],
    }
    with database.engine.begin() as connection:
        for guard in guards[database.engine.dialect.name]:
            connection.execute(text(guard))
        connection.execute(text(statement))


def test_each_practice_has_a_chain_of_its_own(database: Database, world: World) -> None:
    record(database, world.ada, "sync.enabled", "mode.changed")
    record(database, world.mallory, "sync.enabled")
    record(database, world.ben, "sync.enabled")

    assert positions(database, world.ada) == [1, 2, 3]
    assert positions(database, world.mallory) == [1]
    assert broken(database) == []


def test_what_is_rolled_back_leaves_no_gap(database: Database, world: World) -> None:
    with database.writing(Scope.practice(world.practice.id)) as session:
        audit.record(session, by=world.ada, action="sync.enabled", now=NOW)
        session.rollback()
        session.commit()
    record(database, world.ada, "mode.changed")

    assert positions(database, world.ada) == [1]


def test_many_at_once_are_numbered_one_after_the_other(database: Database, world: World) -> None:
    """No two get the same place, and nobody waits for somebody who waits for them."""
    threads = [
        threading.Thread(target=record, args=(database, world.ada, "a", "b")) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert positions(database, world.ada) == list(range(1, 13))
    assert broken(database) == []


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("UPDATE audit_entry SET action = 'nothing' WHERE position = 2", 2),
        ("DELETE FROM audit_entry WHERE position = 1", 1),
        ("UPDATE audit_entry SET position = 9 WHERE position = 3", 3),
    ],
)
def test_tampering_shows_where_it_was_done(
    database: Database, world: World, statement: str, position: int
) -> None:
    record(database, world.ada, "sync.enabled", "mode.changed", "google.connected")
    tamper(database, statement)

    assert broken(database) == [Break(world.practice.id, position)]


def test_a_head_that_was_kept_elsewhere_shows_that_the_end_was_cut_off(
    database: Database, world: World
) -> None:
    """A chain without its last entries holds; the daily head in the log knows better."""
    record(database, world.ada, "sync.enabled", "mode.changed")
    with database.reading(Scope.installation()) as session:
        (kept,) = heads(session)
    tamper(database, "DELETE FROM audit_entry WHERE position = 2")

    with database.reading(Scope.installation()) as session:
        (left,) = heads(session)
    assert broken(database) == []
    assert (left.position, kept.position) == (1, 2)


def test_postgresql_does_not_let_the_table_be_emptied(database: Database, world: World) -> None:
    """TRUNCATE fires no row's trigger. SQLite has no TRUNCATE."""
    record(database, world.ada, "sync.enabled")
    if database.engine.dialect.name == "postgresql":
        with pytest.raises(DBAPIError), database.engine.begin() as connection:
            connection.execute(text("TRUNCATE audit_entry"))

    assert positions(database, world.ada) == [1]
