"""Brings a database to the newest migration, and says how far it is.

The migrations themselves are in `migrations/versions/`. A program that serves people never
migrates on its own: a release runs `flask --app webapp.app db upgrade` first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import webapp.db.models  # noqa: F401 - makes every table known to the metadata.
from webapp.db.engine import make_engine

FOLDER = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = 7_215_430_118


def upgrade(database_url: str) -> None:
    """Runs every pending migration in one transaction; safe when two releases start it at once.

    Raises `ForeignKeysBroken` (SQLite) and rolls back when a row would point to nothing.
    """
    with _migrating(database_url) as connection:
        command.upgrade(_config(connection), "head")


def bring_up(database_url: str) -> None:
    """As `upgrade`, for tables that an earlier version of this program may have left behind.

    Raises `OtherTables` when they do not become what the models say: while nothing is released,
    migrations are rewritten, and what was made by an earlier one stays as it was.
    """
    engine = make_engine(database_url)
    is_kept = _pending_if_known(engine) != history()
    try:
        upgrade(database_url)
        is_other = bool(differences(engine))
    except (CommandError, DBAPIError) as failed:
        if not is_kept:
            raise
        raise OtherTables from failed
    finally:
        engine.dispose()
    if is_other:
        raise OtherTables


def downgrade(database_url: str, revision: str) -> None:
    """Goes back to `revision` ("base" is the empty database). For maintainers and tests."""
    with _migrating(database_url) as connection:
        command.downgrade(_config(connection), revision)


def revise(database_url: str, message: str) -> None:
    """Writes a new migration file with what the models have and the database has not."""
    with _migrating(database_url) as connection:
        newest = len(list(_scripts().walk_revisions()))
        command.revision(_config(connection), message, autogenerate=True, rev_id=f"{newest + 1:04}")


def is_at_head(engine: Engine) -> bool:
    """Whether the database is at the newest migration."""
    return not pending(engine)


def pending(engine: Engine) -> list[str]:
    """The migrations that the database has not had, oldest first: "0002 audit entries stay"."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return [f"{step.revision} {step.doc}" for step in _steps_after(current)]


def history() -> list[str]:
    """Every migration, oldest first."""
    return [f"{step.revision} {step.doc}" for step in _steps_after(None)]


def differences(engine: Engine) -> list[Any]:
    """What models and tables disagree about, as Alembic's operations; empty when all is well."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


def _pending_if_known(engine: Engine) -> list[str]:
    """As `pending`; none for a database whose newest migration this version does not know."""
    try:
        return pending(engine)
    except RevisionError:
        return []


@contextmanager
def _migrating(database_url: str) -> Iterator[Connection]:
    engine = make_engine(database_url)
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        event.listen(engine, "connect", _leave_foreign_keys_alone)
    try:
        with engine.begin() as connection:
            if not is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ONE_AT_A_TIME})
            yield connection
            if is_sqlite:
                _check_foreign_keys(connection)
    finally:
        engine.dispose()


def _leave_foreign_keys_alone(connection: Any, _record: Any) -> None:
    """SQLite changes a table by making it anew; with foreign keys on, dropping the old one would
    delete every row that points to it. The pragma works only before a transaction begins."""
    connection.execute("PRAGMA foreign_keys=OFF")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise ForeignKeysBroken(f"rows would point to nothing in: {tables}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _steps_after(revision: str | None) -> list[Any]:
    steps = list(_scripts().iterate_revisions("head", revision or "base"))
    return steps[::-1]


class OtherTables(RuntimeError):
    """The tables were made by another version of this program and cannot become ours."""


class ForeignKeysBroken(RuntimeError):
    """A migration would have left rows that point to nothing; it was rolled back."""
