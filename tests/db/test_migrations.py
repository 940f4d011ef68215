"""The tables are what the models say, on every database, however one gets there."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from tests.cast import World
from webapp.db import audit_chain, migrate
from webapp.db.engine import Database, make_engine
from webapp.db.models import AuditEntry, Practice
from webapp.db.scope import Scope


def test_models_and_migrations_agree(database: Database) -> None:
    """A column added to a model and to no migration fails here, before it fails in a clinic."""
    assert migrate.differences(database.engine) == []


def test_the_database_checks_the_same_choices_as_the_models(
    database: Database, empty_database_url: str
) -> None:
    """Alembic compares no check constraints, so a new enum member would slip through."""
    from_models = make_engine(empty_database_url)
    SQLModel.metadata.create_all(from_models)

    assert checks(database.engine) == checks(from_models)
    from_models.dispose()


def test_a_missing_column_is_a_difference(database: Database) -> None:
    """The test above can fail."""
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE practice DROP COLUMN is_full_name_allowed"))

    assert "is_full_name_allowed" in str(migrate.differences(database.engine))


def test_an_empty_database_has_everything_pending(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)

    assert migrate.pending(engine) == migrate.history()
    assert not migrate.is_at_head(engine)

    migrate.upgrade(empty_database_url)

    assert migrate.pending(engine) == []
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_the_way_back_leaves_nothing(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    migrate.downgrade(empty_database_url, "base")

    engine = make_engine(empty_database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(empty_database_url)
    assert migrate.differences(engine) == []
    engine.dispose()


def test_two_releases_may_migrate_at_the_same_time(empty_database_url: str) -> None:
    with ThreadPoolExecutor(2) as releases:
        list(releases.map(migrate.upgrade, [empty_database_url] * 2))

    engine = make_engine(empty_database_url)
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_migrating_again_keeps_every_row(database: Database, world: World) -> None:
    migrate.upgrade(database.engine.url.render_as_string(hide_password=False))

    with database.reading(Scope.installation()) as session:
        assert session.get(Practice, world.practice.id) is not None


def test_every_constraint_has_a_name() -> None:
    """Only a constraint with a name can be changed by a later migration."""
    unnamed = [
        f"{table.name}: {constraint}"
        for table in SQLModel.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert unnamed == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"]
)
def test_an_audit_entry_stays_as_it_was_written(
    database: Database, world: World, statement: str
) -> None:
    """RELIABILITY.md S40, enforced by the database itself."""
    add_audit_entry(database, world)

    with pytest.raises(DBAPIError), database.engine.begin() as connection:
        connection.execute(text(statement))

    with database.engine.connect() as connection:
        actions = connection.execute(text("SELECT action FROM audit_entry")).scalars().all()
    assert actions == ["sync.enabled"]


def test_a_practice_takes_its_audit_entries_with_it(database: Database, world: World) -> None:
    add_audit_entry(database, world)

    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM practice"))

    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == 0


def checks(engine: Engine) -> dict[str, list[tuple[str, str]]]:
    """Name and text of every check constraint, by table."""
    return {
        table: sorted(
            (str(check["name"]), " ".join(check["sqltext"].split()))
            for check in inspect(engine).get_check_constraints(table)
        )
        for table in SQLModel.metadata.tables
    }


def add_audit_entry(database: Database, world: World) -> None:
    """One entry, by Ada."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        entry = AuditEntry(
            practice_id=world.practice.id,
            member_id=world.ada.id,
            action="sync.enabled",
            at=world.practice.created_at,
        )
        audit_chain.append(session, entry)
        session.commit()
