"""The question about what is gone in Google, and the list of what was removed, as pages."""

import datetime as dt
import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.google_rows import given_google, google_row
from tests.web.sync_rows import calendar_row
from tests.web.test_appointments import at
from webapp.db.engine import Database
from webapp.db.models import GoogleConnection, GoogleEvent, RemovedEvent, SyncedCalendar
from webapp.db.scope import Scope
from webapp.services import removals

TITLES = ("Piano", "Swimming", "Choir")


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


@pytest.fixture
def family(database: Database, world: World) -> str:
    """Ada's calendar with four events, three of which Google does not have any more; its id."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = given_google(session, world)
        for day, title in enumerate((*TITLES, "Dentist"), start=24):
            span = at(f"2026-11-{day}T17:00")
            gone = None if title == "Dentist" else NOW
            google_row(session, calendar, span, google_id=title, summary=title, gone_since=gone)
        removals.count(session, calendar=calendar, now=NOW)
        session.commit()
        return calendar.id


def events(database: Database, world: World) -> dict[str, dt.datetime | None]:
    """What is here, and since when it is kept on purpose."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return {row.summary: row.kept_at for row in session.exec(select(GoogleEvent))}


def test_the_tile_and_the_calendar_ask(ada: FlaskClient, family: str) -> None:
    """R125, 6.3: what happened, what it means, and three answers."""
    tile = ada.get("/synced-calendars", headers=HTMX).text
    assert "Google reports 3 of 4 events gone. Nothing was removed here yet." in tile
    assert f"/removals/{family}" in tile
    banner = ada.get("/calendar").text
    assert "Google now shows 3 fewer events in “Family”" in banner
    assert "We have not removed them." in banner


def test_the_review_lists_what_is_gone(ada: FlaskClient, family: str) -> None:
    """F57: a page with the list."""
    page = ada.get(f"/removals/{family}").text
    assert [title for title in (*TITLES, "Dentist") if title in page] == list(TITLES)
    assert "Tuesday 24 November 2026, 17:00 to 17:50" in page


def test_remove_takes_them_away_and_restore_brings_them_back(
    ada: FlaskClient, family: str, database: Database, world: World
) -> None:
    """R125, U5: one alone, then the rest."""
    answer = ada.post(f"/removals/{family}/acceptance")
    assert answer.headers["Location"].endswith("/removed-events")
    assert events(database, world).keys() == {"Dentist"}
    page = ada.get("/removed-events").text
    assert "3 events removed on" in page
    assert re.findall(r"<strong>(\w+)</strong>", page) == list(TITLES)
    with database.reading(Scope.practice(world.practice.id)) as session:
        at_once = session.exec(select(RemovedEvent.removed_at)).first()
    assert at_once is not None
    form = {"calendar_id": family, "removed_at": at_once.isoformat()}
    ada.post("/removed-events/restoration", data=form | {"google_id": "Piano"})
    assert events(database, world).keys() == {"Dentist", "Piano"}
    ada.post("/removed-events/restoration", data=form)
    assert events(database, world)["Choir"] == NOW
    assert "Nothing was removed" in ada.get("/removed-events").text


def test_keep_leaves_them_and_asks_no_more(
    ada: FlaskClient, family: str, database: Database, world: World
) -> None:
    """R125."""
    assert ada.post(f"/removals/{family}/refusal").status_code == 303
    assert events(database, world) == {"Dentist": None, **dict.fromkeys(TITLES, NOW)}
    assert "is gone in Google" not in ada.get("/synced-calendars", headers=HTMX).text
    assert ada.get(f"/removals/{family}").status_code == 404


def test_ask_google_again_reads_all_of_it_where_one_can_watch(
    ada: FlaskClient, family: str, database: Database, world: World
) -> None:
    """F42."""
    ada.post(f"/removals/{family}/check")
    assert 'data-state="queued"' in ada.get("/synced-calendars", headers=HTMX).text
    with database.reading(Scope.practice(world.practice.id)) as session:
        calendar = session.get_one(SyncedCalendar, family)
        assert (calendar.sync_token, calendar.requested) == ("", 1)
    assert len(events(database, world)) == 4


@pytest.mark.parametrize("who", ["ben", "dora", "mallory"])
def test_nobody_else_sees_or_answers(
    as_member: SignIn, family: str, database: Database, world: World, who: str
) -> None:
    """R146: it is about her private events."""
    browser = as_member(getattr(world, who))
    assert browser.get(f"/removals/{family}").status_code == 404
    for answer in ("acceptance", "refusal", "check"):
        assert browser.post(f"/removals/{family}/{answer}").status_code == 404
    assert "Piano" not in browser.get("/removed-events").text
    assert len(events(database, world)) == 4


@pytest.mark.parametrize("moment", ["", "soon", "2026-11-23T08:00:00", NOW.isoformat()])
def test_a_removal_that_there_is_not_restores_nothing(
    ada: FlaskClient, family: str, moment: str
) -> None:
    form = {"calendar_id": family, "removed_at": moment}
    assert ada.post("/removed-events/restoration", data=form).status_code == 404


def test_a_held_event_says_on_its_card_that_google_has_it_no_more(
    ada: FlaskClient, family: str, database: Database, world: World
) -> None:
    """R125: whoever looks at the time sees why it may be wrong."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        piano = session.exec(select(GoogleEvent).where(GoogleEvent.summary == "Piano")).one()
    assert "Google does not have it any more" in ada.get(f"/google-events/{piano.id}").text


def test_many_questions_are_one_banner_and_a_number_on_the_calendar(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """PRODUCT.md 6.1: what is to be mended first, the rest counted; the week is not pushed away."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        given_google(session, world, is_on=False, is_new=True, last_success_at=None)
        connection = session.exec(select(GoogleConnection)).one()
        calendar_row(session, connection, name="Choir", is_on=False, is_new=True)
        calendar_row(session, connection, name="Work", failure="Not read.", failed_at=NOW)
        session.commit()
    page = ada.get("/calendar").text
    assert page.count('id="trouble"') == 1
    assert "is new in Google" not in page
    assert "2 more on the sync page" in page


def test_a_new_calendar_asks_and_can_be_left_out(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U11: on its tile and on the calendar, until it is answered."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = given_google(session, world, is_on=False, is_new=True, last_success_at=None)
        session.commit()
        calendar_id = row.id
    assert "“Family” is new in Google" in ada.get("/calendar").text
    tile = ada.get("/synced-calendars", headers=HTMX).text
    assert "New in Google" in tile
    assert "Does this calendar block booking?" in tile
    answered = ada.post(f"/new-calendars/{calendar_id}/dismissal", headers=HTMX).text
    assert "New in Google" not in answered
    assert "new in Google" not in ada.get("/calendar").text


def test_the_answer_comes_with_sync(ada: FlaskClient, database: Database, world: World) -> None:
    """U11: "No, only show" is kept."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = given_google(session, world, is_on=False, is_new=True, last_success_at=None)
        session.commit()
        calendar_id = row.id
    form = {"calendar_id": calendar_id, "blocks_booking": "off"}
    assert 'data-state="queued"' in ada.post("/sync-runs", data=form, headers=HTMX).text
    with database.reading(Scope.practice(world.practice.id)) as session:
        calendar = session.get_one(SyncedCalendar, calendar_id)
        assert (calendar.blocks_booking, calendar.is_new) == (False, False)


def test_colleagues_with_the_same_calendar_are_named(
    as_member: SignIn, database: Database, world: World
) -> None:
    """F60, PEERS 23: it blocks for each of them, once."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        of_ada = given_google(session, world)
        session.flush()
        account = session.get_one(GoogleConnection, of_ada.connection_id)
        bens = {"id": "of-ben", "member_id": world.ben.id, "google_sub": "sub-ben"}
        session.add(GoogleConnection(**account.model_dump() | bens))
        own = of_ada.model_dump() | {"id": "family-of-ben", "member_id": world.ben.id}
        session.flush()
        session.add(SyncedCalendar(**own | {"connection_id": "of-ben"}))
        session.commit()
    tile = as_member(world.ada).get("/synced-calendars", headers=HTMX).text
    assert "Ben Okafor syncs this calendar too." in tile
