"""The database goes away, fills up or refuses in the middle of a booking: the person reads that
nothing was changed, nothing was, and the next try is an ordinary one (RELIABILITY.md 2.5)."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from werkzeug.test import TestResponse

from tests.cast import World
from tests.web.conftest import SignIn
from tests.web.test_appointments import booking
from webapp.db.engine import Database
from webapp.db.models import Appointment, AuditEntry
from webapp.db.scope import Scope

AUDIT = "INSERT INTO audit_entry"

Trouble = Callable[[sqlalchemy.Connection], None]


class Refused(Exception):
    """What a driver raises; `sqlite_errorname` as SQLite's does."""

    sqlite_errorname = "SQLITE_FULL"


@pytest.fixture
def ada(as_member: SignIn, world: World) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


@contextmanager
def before_the_audit_row(database: Database, trouble: Trouble) -> Iterator[None]:
    """Strikes in the middle of a booking's transaction: the appointment is written, and its line
    in the audit log is about to be."""

    def strike(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(AUDIT):
            trouble(connection)

    sqlalchemy.event.listen(database.engine, "before_cursor_execute", strike)
    yield
    sqlalchemy.event.remove(database.engine, "before_cursor_execute", strike)


def booked(database: Database, world: World) -> tuple[int, int]:
    """How many appointments there are, and how many bookings the audit log tells of."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        rows = session.exec(select(Appointment)).all()
        told = session.exec(select(AuditEntry).where(AuditEntry.action == "appointment.booked"))
        return len(rows), len(told.all())


def is_said(answer: TestResponse) -> bool:
    """Whether it is the calm page."""
    return answer.status_code == 503 and "Nothing was changed." in answer.text


def lose_the_connection(connection: sqlalchemy.Connection) -> None:
    """As when the server is restarted at once: PostgreSQL ends the session; SQLite has no server,
    and its file can not be read."""
    if connection.dialect.name == "postgresql":
        pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        server = sqlalchemy.create_engine(connection.engine.url, poolclass=sqlalchemy.NullPool)
        with server.begin() as other:
            other.execute(sqlalchemy.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    else:
        raise OperationalError(None, None, Refused("disk I/O error"))


def fill_the_disk(connection: sqlalchemy.Connection) -> None:
    """SQLite may use no further page; PostgreSQL says the same in its own words."""
    if connection.dialect.name == "postgresql":
        raise connection.dialect.loaded_dbapi.errors.DiskFull("could not extend file")
    connection.connection.cursor().execute("PRAGMA max_page_count=1")
    connection.connection.cursor().execute("CREATE TABLE ballast AS SELECT zeroblob(9000)")


def be_the_victim_of_a_deadlock(connection: sqlalchemy.Connection) -> None:
    """Two transactions waited for each other, and the database ended this one."""
    if connection.dialect.name == "postgresql":
        raise connection.dialect.loaded_dbapi.errors.DeadlockDetected("deadlock detected")
    raise OperationalError(None, None, Refused("database is locked"))


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(lose_the_connection, id="F77 restarted in mid-transaction"),
        pytest.param(fill_the_disk, id="F78 F79 the disk is full"),
        pytest.param(be_the_victim_of_a_deadlock, id="F80 a deadlock"),
    ],
)
def test_a_booking_is_lost_as_a_whole_and_can_be_sent_again(
    database: Database, world: World, ada: FlaskClient, trouble: Trouble
) -> None:
    """F77 to F80: no half of it stays, and the same form books once."""
    with before_the_audit_row(database, trouble):
        assert is_said(ada.post("/appointments", data=booking(world)))
    assert booked(database, world) == (0, 0)
    for _ in range(2):
        assert ada.post("/appointments", data=booking(world)).status_code < 400
    assert booked(database, world) == (1, 1)


def test_what_can_not_be_told_in_the_audit_log_does_not_happen(
    database: Database, world: World, ada: FlaskClient
) -> None:
    """F82: whatever it is that keeps the log from being written."""

    def refuse(_connection: sqlalchemy.Connection) -> None:
        raise PermissionError("the audit log is closed")

    ada.application.config["PROPAGATE_EXCEPTIONS"] = False
    with before_the_audit_row(database, refuse):
        assert ada.post("/appointments", data=booking(world)).status_code == 500
    assert booked(database, world) == (0, 0)


def test_the_program_goes_on_when_its_log_can_not_be_written(
    database: Database, world: World, ada: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F82: the disk with the log is full."""

    class FullDisk:
        def write(self, _text: str) -> None:
            raise OSError(28, "No space left on device")

        flush = write

    monkeypatch.setattr("sys.stderr", FullDisk())
    logging.getLogger().addHandler(logging.StreamHandler(FullDisk()))  # type: ignore[arg-type]
    assert ada.post("/appointments", data=booking(world)).status_code < 400
    assert booked(database, world) == (1, 1)
