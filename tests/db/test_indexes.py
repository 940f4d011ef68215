"""The questions that pages and workers ask all day have an index that fits them.

On SQLite, whose plan does not depend on how much there is; a table that is read from end to end
shows in it as SCAN.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from tests.cast import World, make_world
from tests.db.conftest import NOW
from webapp.db import migrate
from webapp.db.engine import Database
from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.queries.activity import newest_entries
from webapp.db.queries.calendar import calendar_entries
from webapp.db.queries.tiles import member_tiles
from webapp.db.scope import Scope
from webapp.domain.calendar_pages import Window
from webapp.services import outbox, push

WEEK = dt.timedelta(days=7)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database, whatever the rest of the run is on."""
    url = f"sqlite:///{tmp_path / 'plans.sqlite3'}"
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture
def connected(database: Database) -> World:
    """The cast, with Ada's Google calendars switched on."""
    with database.writing(Scope.installation()) as session:
        world = make_world(session, NOW)
        session.add_all(two_way(world))
        session.commit()
    return world


Question = Callable[[Session, World], Any]

QUESTIONS: dict[str, Question] = {
    "a week of the calendar": lambda session, world: calendar_entries(
        session,
        viewer=world.ada,
        member=world.ada,
        window=Window(NOW, NOW + WEEK, "Europe/Berlin"),
    ),
    "the tiles": lambda session, world: member_tiles(session, member_id=world.ada.id),
    "what is on its way to Google": lambda session, _: push._pending(
        session,
        SimpleNamespace(calendar_id="default"),
        SimpleNamespace(size=50),
        is_edits_only=False,
        after=0,
    ),
    "what belongs in Google": lambda session, world: outbox.in_window(
        session, member_id=world.ada.id, now=NOW
    ),
    "the newest activity": lambda session, world: newest_entries(
        session, member=world.ada, actions=["sync.enabled"]
    ),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_table_is_read_from_end_to_end(
    database: Database, connected: World, question: Question
) -> None:
    steps = plan(database, connected, question)

    assert steps
    assert [step for step in steps if is_full_scan(step)] == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_nothing_is_found_by_its_practice_alone(
    database: Database, connected: World, question: Question
) -> None:
    """Every query names its practice; an index on that alone reads the whole practice."""
    assert [one for one in plan(database, connected, question) if "(practice_id=?)" in one] == []


def test_a_week_of_the_calendar_is_found_by_its_time_and_not_by_whose_it_is(
    database: Database, connected: World
) -> None:
    """A range costs what it holds: no event is read because it is somebody's or of some series."""
    found = plan(database, connected, QUESTIONS["a week of the calendar"])
    steps = [one for one in found if one.startswith("SEARCH ")]
    events = [one for one in steps if " google_event " in one or " appointment" in one]

    assert len(events) >= 9
    whole = ("(member_id=?)", "(calendar_id=?)", "recurring_google_id=?")
    assert [one for one in events if any(name in one for name in whole)] == []


def test_a_scan_would_be_noticed(database: Database, connected: World) -> None:
    """The tests above can fail."""
    with database.engine.begin() as connection:
        for name in ("of_member", "of_revision", "on_days", "series"):
            connection.exec_driver_sql(f"DROP INDEX appointment_{name}")

    steps = plan(database, connected, QUESTIONS["what belongs in Google"])

    assert [one for one in steps if is_full_scan(one) or "(practice_id=?)" in one]


def two_way(world: World) -> list[SyncSettings | GoogleConnection | SyncedCalendar]:
    """Ada's settings, connection and two calendars."""
    here = {"practice_id": world.practice.id, "member_id": world.ada.id}
    connection = GoogleConnection(
        **here,
        google_sub="1",
        email="ada@example.com",
        granted_scopes="",
        sealed_token="",
        state=ConnectionState.CONNECTED,
        state_since=NOW,
        connected_at=NOW,
    )
    calendars = [
        SyncedCalendar(
            **here,
            connection_id=connection.id,
            google_id=role,
            id=role,
            role=role,
            name=role,
            is_on=True,
        )
        for role in CalendarRole
    ]
    settings = SyncSettings(**here, is_enabled=True, mode=SyncMode.TWO_WAY)
    return [settings, connection, *calendars]


def plan(database: Database, world: World, question: Question) -> list[str]:
    """How SQLite goes about every query that `question` makes."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading(Scope.practice(world.practice.id)) as session:
        question(session, world)
    event.remove(database.engine, "before_cursor_execute", note)
    queries = [one for one in asked if one[0].startswith("SELECT")]
    with database.engine.connect() as connection:
        return [
            str(step[-1])
            for statement, parameters in queries
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


def is_full_scan(step: str) -> bool:
    """SQLite also scans what it has made itself: lists of parameters and the like."""
    return step.startswith("SCAN ") and not step.startswith(("SCAN CONSTANT", "SCAN (", "SCAN 2"))
