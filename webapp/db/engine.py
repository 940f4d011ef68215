"""Engine and session factory for SQLite and PostgreSQL.

On SQLite every writing transaction begins with BEGIN IMMEDIATE: with the driver's default, 71 % of
concurrent updates were lost without an error (STACK.md B5). Writers queue up for it, first come,
first served (db/writers.py). Requests that only read take a `reading` session, which does not wait
for writers. No transaction is ever open during a call to Google.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlmodel import Session

from webapp.db import audit_chain, calendar_revisions, writers
from webapp.db.glances import Glances
from webapp.db.questions import Unanswered, Within, asked_of
from webapp.db.scope import Scope, guard

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=5000",
)
POOL = {"pool_size": 8, "max_overflow": 16, "pool_timeout": 5}
"""Connections of one process: one is kept for each of gunicorn's threads (gunicorn.conf.py), and at
most three times as many are open; then whoever wants one waits, in seconds (F81)."""
IN_MEMORY = ("sqlite://", "sqlite:///:memory:")
"""Addresses of databases that one connection alone sees."""

UNAVAILABLE = (OperationalError, NoConnection)
"""What a statement raises when the database does not answer, or not in time; see `is_passing`."""


class ReadingSession(Session):
    """Reads within its scope, which is in `info`."""


class WritingSession(Session):
    """Writes within its scope, too; what it changes in calendars and audit is counted."""


guard(ReadingSession)
guard(WritingSession)
calendar_revisions.follow(WritingSession)
audit_chain.follow(WritingSession)


class Database:
    """One engine, and the two kinds of session over it."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reading = self.engine.execution_options(is_read_only=True)
        self._glances = Glances(self.engine)

    @contextmanager
    def writing(self, scope: Scope | None = None) -> Iterator[Session]:
        """A session that may write. The caller commits; leaving it uncommitted rolls back."""
        with WritingSession(self.engine, expire_on_commit=False, info={"scope": scope}) as session:
            yield session

    @contextmanager
    def reading(self, scope: Scope | None = None) -> Iterator[Session]:
        """A session for reads alone."""
        with ReadingSession(
            self._reading, expire_on_commit=False, info={"scope": scope}
        ) as session:
            yield session

    def read_on(self, session: Session) -> None:
        """Takes back what a writing session has not committed; from here on it reads, and keeps
        nobody from writing."""
        session.rollback()
        session.bind = self._reading

    @contextmanager
    def glancing(self) -> Iterator[Within]:
        """Who answers questions within a scope, without a session (glances.py).

        Raises `Unanswered` while the database does not answer.
        """
        try:
            connection = self._glances.take()
            try:
                yield partial(asked_of, connection, self.engine.dialect)
            finally:
                self._glances.give_back(connection)
        except (DBAPIError, NoConnection, self.engine.dialect.loaded_dbapi.Error):
            raise Unanswered from None

    def dispose(self) -> None:
        """Closes every connection."""
        self._glances.close()
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine whose errors never print what was in a row: it may be a client's name (S39)."""
    is_sqlite = url.startswith("sqlite")
    options: dict[str, Any] = {} if url in IN_MEMORY else POOL
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=not is_sqlite, **options)
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        writers.queue_up(engine)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "handle_error", _leave_out_values)
    return engine


def is_passing(error: Exception) -> bool:
    """Whether one of `UNAVAILABLE` goes away by itself; a statement that SQLite cannot make sense
    of is a mistake of ours."""
    refused = getattr(error, "orig", None)
    return getattr(refused, "sqlite_errorname", "") != "SQLITE_ERROR"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if writers.is_read_only(connection) else "BEGIN IMMEDIATE")


def _leave_out_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes the row in its details, and bad input in its message (class 22)."""
    refused: Any = context.original_exception
    if not isinstance(refused, context.dialect.loaded_dbapi.Error) or refused.sqlstate is None:
        return
    is_about_input = refused.sqlstate.startswith("22")
    words = ["" if is_about_input else refused.diag.message_primary, f"SQLSTATE {refused.sqlstate}"]
    refused.args = (" ".join(filter(None, words)),)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(refused).__name__}) {refused}",)
