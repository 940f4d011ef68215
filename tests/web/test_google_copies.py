"""Copies of own events that somebody made in Google: named, and removed on request (R98)."""

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.sync_rows import calendar_row, connection_row, default_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.db.scope import Scope
from webapp.services.apply_foreign import COPY

TUESDAY = dt.datetime(2026, 11, 24, 13, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LINK = "https://www.google.com/calendar/event?eid=copy"


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


def given_copy(
    database: Database, world: World, *, is_elsewhere: bool = False, **values: Any
) -> str:
    """A weekly copy in Ada's default calendar, or in another one; its id."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        connection = connection_row(session, world)
        default = default_row(session, connection)
        calendar = calendar_row(session, connection) if is_elsewhere else default
        given = {"problem": COPY, "is_free": True, "recurrence": ["RRULE:FREQ=WEEKLY"], **values}
        row = GoogleEvent(
            practice_id=world.practice.id,
            calendar_id=calendar.id,
            google_id="copy",
            summary="Team meeting",
            html_link=LINK,
            starts_at=TUESDAY,
            ends_at=TUESDAY + HOUR,
            first_starts_at=TUESDAY,
            time_zone="Europe/Berlin",
            **given,
        )
        session.add(row)
        session.commit()
        return row.id


def wished(database: Database, world: World) -> tuple[dt.datetime | None, int]:
    """When the copy was wished gone, and how many wishes its calendar has open."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        row = session.exec(select(GoogleEvent)).one()
        calendar = session.exec(
            select(SyncedCalendar).where(SyncedCalendar.id == row.calendar_id)
        ).one()
        return row.removal_wished_at, calendar.requested - calendar.completed


def test_a_copy_is_named_with_the_way_to_it_and_a_button(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R98, F48, F56."""
    copy_id = given_copy(database, world)
    page = ada.get("/sync-settings").text
    assert "Copies of your own events" in page
    assert "Team meeting, a series, in Practice Calendar" in page
    assert LINK in page
    assert f'action="/google-copies/{copy_id}/removal"' in page
    assert "Only this copy is deleted, with all its sessions." in page


def test_the_button_wishes_the_copy_gone(
    ada: FlaskClient, database: Database, world: World
) -> None:
    copy_id = given_copy(database, world)
    answer = ada.post(f"/google-copies/{copy_id}/removal", headers=HTMX)
    assert answer.status_code == 200
    assert "Being removed from Google" in answer.text
    assert "Remove the copy" not in answer.text
    assert wished(database, world) == (NOW, 1)
    assert "Being removed from Google" in ada.get("/sync-settings").text


def test_without_scripts_the_button_leads_back_to_the_page(
    ada: FlaskClient, database: Database, world: World
) -> None:
    copy_id = given_copy(database, world)
    answer = ada.post(f"/google-copies/{copy_id}/removal")
    assert (answer.status_code, answer.location) == (303, "/sync-settings")


def test_a_copy_in_a_calendar_that_is_only_read_leads_to_google(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """What is not ours to write is not offered, and not done for whoever asks all the same."""
    copy_id = given_copy(database, world, is_elsewhere=True)
    page = ada.get("/sync-settings").text
    assert LINK in page
    assert "Remove the copy" not in page
    assert ada.post(f"/google-copies/{copy_id}/removal").status_code == 404
    assert wished(database, world)[0] is None


@pytest.mark.parametrize(
    "values",
    [{"problem": ""}, {"is_cancelled": True}, {"recurring_google_id": "series"}],
    ids=["somebody's own event", "gone", "one session of a copy"],
)
def test_only_whole_copies_can_be_removed(
    ada: FlaskClient, database: Database, world: World, values: dict[str, Any]
) -> None:
    copy_id = given_copy(database, world, **values)
    assert ada.post(f"/google-copies/{copy_id}/removal").status_code == 404
    assert wished(database, world)[0] is None


@pytest.mark.parametrize("who", ["ben", "mallory"])
def test_nobody_removes_copies_of_others(
    as_member: SignIn, database: Database, world: World, who: str
) -> None:
    copy_id = given_copy(database, world)
    browser = as_member(getattr(world, who))
    assert browser.post(f"/google-copies/{copy_id}/removal").status_code == 404
    assert wished(database, world)[0] is None
