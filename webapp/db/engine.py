"""Engine and session factory for SQLite and PostgreSQL.

On SQLite every writing transaction begins with BEGIN IMMEDIATE: with the driver's default, 71 % of
concurrent updates were lost without an error (STACK.md B5). Requests that only read take a
`reading` session, which does not wait for writers. No transaction is ever open during a call to
Google.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlmodel import Session

from webapp.db.calendar_revisions import follow
from webapp.db.scope import Scope, guard_session

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=5000",
)


class Database:
    """One engine, and the two kinds of session over it."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reading = self.engine.execution_options(is_read_only=True)

    @contextmanager
    def writing(self, scope: Scope | None = None) -> Iterator[Session]:
        """A session that may write. The caller commits; leaving it uncommitted rolls back."""
        with Session(self.engine, expire_on_commit=False) as session:
            guard_session(session, scope)
            follow(session)
            yield session

    @contextmanager
    def reading(self, scope: Scope | None = None) -> Iterator[Session]:
        """A session for reads alone."""
        with Session(self._reading, expire_on_commit=False) as session:
            guard_session(session, scope)
            yield session

    def dispose(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine whose errors never print what was in a row: it may be a client's name (S39)."""
    is_sqlite = url.startswith("sqlite")
    options: dict[str, Any] = {} if is_sqlite else {"pool_pre_ping": True, "pool_timeout": 5}
    engine = create_engine(url, hide_parameters=True, **options)
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "handle_error", _leave_out_values)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_read_only = connection.get_execution_options().get("is_read_only", False)
    connection.exec_driver_sql("BEGIN" if is_read_only else "BEGIN IMMEDIATE")


def _leave_out_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes the row in its details, and bad input in its message (class 22)."""
    refused = context.original_exception
    if not isinstance(refused, psycopg.Error) or refused.sqlstate is None:
        return
    is_about_input = refused.sqlstate.startswith("22")
    words = ["" if is_about_input else refused.diag.message_primary, f"SQLSTATE {refused.sqlstate}"]
    refused.args = (" ".join(filter(None, words)),)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(refused).__name__}) {refused}",)
