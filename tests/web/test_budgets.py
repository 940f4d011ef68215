"""What pages may cost, counted and not timed: statements and octets (RELIABILITY.md 5)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.cast import World, make_appointment
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.test_calendar import connect, rows
from tests.web.test_freshness import address
from webapp.db.engine import Database
from webapp.db.models import SyncedCalendar
from webapp.db.scope import Scope
from webapp.domain.timespan import TimedSpan

__all__ = ["rows"]

MOST_OCTETS, MOST_STATEMENTS = 1024, 2
POLL = HTMX | {"X-Background": "true"}
SESSION = dt.timedelta(minutes=50)


@pytest.fixture
def ada(as_member: SignIn, world: World) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(*call: object) -> None:
        if not str(call[2]).startswith("BEGIN"):
            asked.append(str(call[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def add_sessions(database: Database, world: World, count: int, *, first: dt.datetime) -> None:
    """Ada's, one an hour, with Cleo."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        for number in range(count):
            start = first + dt.timedelta(hours=number)
            span = TimedSpan(start, start + SESSION, "Europe/Berlin")
            make_appointment(session, world.ada, span, now=NOW, client=world.cleo)
        session.commit()


def cost(ada: FlaskClient, database: Database) -> int:
    """How many statements this week takes, after the first time."""
    ada.get("/calendar?view=week")
    with statements(database) as asked:
        assert ada.get("/calendar?view=week").status_code == 200
    return len(asked)


def test_a_week_costs_as_many_statements_when_it_is_full_and_the_practice_is_large(
    ada: FlaskClient, database: Database, world: World
) -> None:
    add_sessions(database, world, 2, first=NOW)
    few = cost(ada, database)
    add_sessions(database, world, 60, first=NOW)
    add_sessions(database, world, 200, first=NOW - dt.timedelta(days=90))
    assert cost(ada, database) == few


def test_a_poll_that_finds_something_new_is_small_and_cheap_too(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """One that finds nothing new is empty (test_freshness.py)."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar_id = connect(session, world).id
        session.commit()
    asks = address(ada.get("/calendar").text)
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = session.get(SyncedCalendar, calendar_id)
        assert calendar is not None
        calendar.completed += 1
        session.commit()
    with statements(database) as asked:
        answer = ada.get(asks, headers=POLL)
    assert answer.status_code == 200
    assert 0 < len(answer.data) <= MOST_OCTETS
    assert len(asked) <= MOST_STATEMENTS, asked
