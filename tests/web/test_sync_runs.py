"""Start Sync, Sync, the poll and Cancel, over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import Session, select

from tests.cast import World
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.sync_rows import calendar_row, connection_row, default_row, run_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import ConnectionState, SyncedCalendar, SyncRun
from webapp.db.scope import Scope
from webapp.domain.run_state import RunState

POLL = {**HTMX, "X-Background": "true"}


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


@contextmanager
def adas(database: Database, world: World) -> Iterator[Session]:
    """A writing session in Ada's practice that commits."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session
        session.commit()


def all_runs(database: Database, world: World) -> list[SyncRun]:
    """Every run of Ada's practice."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return list(session.exec(select(SyncRun)))


def given_run(database: Database, world: World, state: RunState, **values: Any) -> str:
    """A run of a calendar of Ada's that has never been synced; its id."""
    with adas(database, world) as session:
        settings_row(session, world)
        calendar = calendar_row(session, connection_row(session, world), last_success_at=None)
        return run_row(session, calendar, state, **values).id


def test_start_sync_makes_one_run_however_often_it_is_pressed(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R62, F62: ten clicks, one calendar, one run."""
    with adas(database, world) as session:
        settings_row(session, world)
        connection_row(session, world)
    for _ in range(10):
        answer = ada.post("/sync-runs", data={"calendar": "new"}, headers=HTMX)
        assert answer.status_code == 200
    assert [run.state for run in all_runs(database, world)] == [RunState.QUEUED]
    assert "Waiting to start" in answer.text
    with database.reading(Scope.practice(world.practice.id)) as session:
        assert len(session.exec(select(SyncedCalendar)).all()) == 1


def test_start_sync_works_without_htmx(ada: FlaskClient, database: Database, world: World) -> None:
    with adas(database, world) as session:
        settings_row(session, world)
        connection_row(session, world)
    answer = ada.post("/sync-runs", data={"calendar": "new"})
    assert (answer.status_code, answer.location) == (303, "/sync-settings")


def test_the_primary_calendar_is_refused_as_the_default(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R59: on the server too, with the reason at the field."""
    with adas(database, world) as session:
        settings_row(session, world)
        account = connection_row(session, world)
        primary = calendar_row(
            session, account, name="ada@example.com", is_primary=True, is_on=False
        )
    for headers in ({}, HTMX):
        answer = ada.post("/sync-runs", data={"calendar": primary.id}, headers=headers)
        assert answer.status_code == 422
        assert 'id="error-calendar"' in answer.text
    assert all_runs(database, world) == []


def test_nothing_starts_before_google_is_connected(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R65."""
    assert ada.post("/sync-runs", data={"calendar": "new"}).status_code == 422
    with adas(database, world) as session:
        settings_row(session, world)
        connection_row(session, world, state=ConnectionState.RECONNECT_NEEDED)
    assert ada.post("/sync-runs", data={"calendar": "new"}).status_code == 422
    assert all_runs(database, world) == []


def test_sync_on_a_tile_answers_with_that_tile(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R76: and the focus stays with the tile, as its button is gone."""
    with adas(database, world) as session:
        settings_row(session, world)
        account = connection_row(session, world)
        default_row(session, account)
        other = calendar_row(session, account, is_on=False, last_success_at=None)
    answer = ada.post("/sync-runs", data={"calendar_id": other.id}, headers=HTMX)
    assert answer.text.count("<article") == 1
    assert f'id="tile-{other.id}"' in answer.text
    assert 'data-state="queued"' in answer.text
    assert "autofocus" in answer.text
    assert "Sync of Family started" in answer.headers["HX-Trigger"]


def test_nobody_else_starts_looks_at_or_ends_adas_runs(
    database: Database, world: World, as_member: SignIn
) -> None:
    """Ben is a colleague, Mallory a stranger: for both it is not there."""
    run_id = given_run(database, world, RunState.RUNNING)
    calendar_id = all_runs(database, world)[0].calendar_id
    for person in (world.ben, world.mallory):
        browser = as_member(person)
        assert browser.get(f"/sync-runs/{run_id}").status_code == 404
        assert browser.delete(f"/sync-runs/{run_id}").status_code == 404
        started = browser.post("/sync-runs", data={"calendar_id": calendar_id})
        assert started.status_code in (404, 422)
    assert [run.state for run in all_runs(database, world)] == [RunState.RUNNING]


def test_the_poll_shows_n_of_m_and_asks_again(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R68: a live tile says nothing to the rest of the page."""
    run_id = given_run(database, world, RunState.RUNNING, done=12, total=640)
    answer = ada.get(f"/sync-runs/{run_id}", headers=POLL)
    assert "Syncing 12 of 640" in answer.text
    assert f"/sync-runs/{run_id}?said=0" in answer.text
    assert "HX-Trigger" not in answer.headers


@pytest.mark.parametrize(
    ("done", "said", "spoken"),
    [(10, 0, ""), (25, 0, "25 percent"), (49, 25, ""), (51, 25, "50 percent"), (99, 75, "")],
)
def test_progress_is_spoken_at_quarters_only(
    ada: FlaskClient, database: Database, world: World, done: int, said: int, spoken: str
) -> None:
    """PRODUCT.md 6.2, WCAG 4.1.3: not each number."""
    run_id = given_run(database, world, RunState.RUNNING, done=done, total=100)
    answer = ada.get(f"/sync-runs/{run_id}?said={said}", headers=POLL)
    assert spoken in answer.headers.get("HX-Trigger", "")
    assert bool(spoken) is ("HX-Trigger" in answer.headers)


@pytest.mark.parametrize("state", [RunState.SYNCED, RunState.SYNCED_WITH_NOTES, RunState.FAILED])
def test_a_run_that_ended_stops_the_poll_and_wakes_the_other_tiles(
    ada: FlaskClient, database: Database, world: World, state: RunState
) -> None:
    """R69, R75: no refresh is ever asked for."""
    with adas(database, world) as session:
        settings_row(session, world)
        calendar = calendar_row(session, connection_row(session, world))
        run_id = run_row(session, calendar, state, done=5, total=5).id
    answer = ada.get(f"/sync-runs/{run_id}", headers=POLL)
    assert "hx-get" not in answer.text
    assert "tiles-changed" in answer.headers["HX-Trigger"]
    assert "calendar-changed" in answer.headers["HX-Trigger"]


def test_a_poll_for_a_run_that_was_taken_away_reloads_the_group(
    ada: FlaskClient, world: World
) -> None:
    """Disconnected in another tab: the tile must not stand there for ever."""
    answer = ada.get("/sync-runs/gone", headers=POLL)
    assert answer.status_code == 204
    assert "tiles-changed" in answer.headers["HX-Trigger"]
    assert ada.get("/sync-runs/gone").status_code == 404


MOST_OCTETS = 2_500
"""A tile comes whole, in whatever state; what pages ask all day is in test_budgets.py."""


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.SYNCED])
def test_the_poll_costs_two_queries_at_most_besides_signing_in_and_is_small(
    ada: FlaskClient, database: Database, world: World, state: RunState
) -> None:
    run_id = given_run(database, world, state, done=1, total=2)
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "FROM member" not in statement:
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    answer = ada.get(f"/sync-runs/{run_id}", headers=POLL)
    event.remove(database.engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    assert 1 <= len(asked) <= 2
    assert len(answer.data) <= MOST_OCTETS


@pytest.mark.parametrize("address", ["/sync-runs/{}", "/sync-runs/{}/cancellation"])
def test_it_cancels_a_live_run(
    ada: FlaskClient, database: Database, world: World, address: str
) -> None:
    """R73: DELETE for programs, a form without scripts for people."""
    run_id = given_run(database, world, RunState.RUNNING, done=1, total=9)
    call = ada.post if address.endswith("cancellation") else ada.delete
    assert call(address.format(run_id)).status_code == 303
    assert [run.state for run in all_runs(database, world)] == [RunState.CANCELLED]
    assert all_runs(database, world)[0].finished_at == NOW
