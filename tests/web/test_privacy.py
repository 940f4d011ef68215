"""Who reads what of a Google event, on every page that shows one; and what its text may do."""

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cast import World
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.google_rows import given_google, google_row
from tests.web.test_appointments import at
from webapp.db.engine import Database
from webapp.db.models import GoogleEvent, SyncedCalendar, SyncProblem
from webapp.db.scope import Scope
from webapp.domain.timespan import AllDaySpan

TITLE, PLACE = "Oncologist", "Ward 3"
WEEK = "/calendar?on=2026-11-23"
SPAN = at("2026-11-24T10:00")
DAY = AllDaySpan(dt.date(2026, 11, 26), dt.date(2026, 11, 27))
VIEWS = ("day", "week", "month", "agenda")
EVERY_VIEW = [f"/calendar?view={view}&on=2026-11-24" for view in VIEWS]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"{{ 7*7 }}"


def given_event(database: Database, world: World, **values: Any) -> str:
    """Ada's event on Tuesday; its id."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = google_row(session, given_google(session, world), SPAN, **values)
        session.commit()
        return row.id


def pages_of_ada(event_id: str) -> list[str]:
    """Every page on which her own Google events are shown."""
    return [*EVERY_VIEW, f"/google-events/{event_id}?on=2026-11-24", "/sync-settings"]


def test_ada_reads_her_own_events(as_member: SignIn, database: Database, world: World) -> None:
    """R100: so that the other tests here would notice if a title were shown."""
    event_id = given_event(database, world)
    browser = as_member(world.ada)
    shown = [TITLE in browser.get(address).text for address in pages_of_ada(event_id)]
    assert shown == [True, True, True, True, True, False]


@pytest.mark.parametrize("who", ["ben", "dora", "eve"])
def test_colleagues_see_that_the_time_is_taken_and_nothing_else(
    as_member: SignIn, database: Database, world: World, who: str
) -> None:
    """R100, R146: the owner and the assistant are no exception, in no view and by no address."""
    event_id = given_event(database, world)
    browser = as_member(getattr(world, who))
    for address in EVERY_VIEW:
        page = browser.get(f"{address}&member={world.ada.id}").text
        assert "Busy" in page
        assert not {word for word in (TITLE, PLACE, "Family", event_id) if word in page}
    assert browser.get(f"/google-events/{event_id}").status_code == 404


def test_a_stranger_finds_nothing_at_all(
    as_member: SignIn, database: Database, world: World
) -> None:
    event_id = given_event(database, world)
    mallory = as_member(world.mallory)
    assert mallory.get(f"/google-events/{event_id}").status_code == 404
    assert mallory.get(f"/calendar?member={world.ada.id}").status_code == 404


def test_a_hidden_title_is_busy_wherever_the_event_is_shown(
    as_member: SignIn, database: Database, world: World
) -> None:
    """R99: private, or in a calendar of which only the times are wanted."""
    event_id = given_event(database, world, summary="", location="", is_private=True)
    browser = as_member(world.ada)
    for address in pages_of_ada(event_id)[:-1]:
        assert "Busy" in browser.get(address).text, address


def test_a_free_event_is_not_even_seen_by_colleagues(
    as_member: SignIn, database: Database, world: World
) -> None:
    """R100: free time is nobody's business."""
    given_event(database, world, is_free=True)
    page = as_member(world.ben).get(f"{WEEK}&member={world.ada.id}").text
    assert "Busy," not in page
    assert TITLE not in page


def test_markup_from_google_is_text_on_every_page(
    as_member: SignIn, database: Database, world: World
) -> None:
    """Titles, places, names of calendars and problems are written by others: nothing runs."""
    event_id = given_event(database, world, summary=HOSTILE, location=HOSTILE, gone_since=None)
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = session.get_one(GoogleEvent, event_id)
        calendar = session.get_one(SyncedCalendar, row.calendar_id)
        calendar.name = calendar.colour = HOSTILE
        of = {"practice_id": world.practice.id, "calendar_id": calendar.id}
        problem = {"title": HOSTILE, "reason": "Its date is odd.", "noticed_at": NOW}
        session.add(SyncProblem(**of, subject="e9", **problem))
        session.commit()
    browser = as_member(world.ada)
    for address in pages_of_ada(event_id):
        page = browser.get(address).text
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
        assert "&lt;script&gt;" in page, address
        assert ">49<" not in page


def test_an_address_that_is_not_of_the_web_is_no_link(
    as_member: SignIn, database: Database, world: World
) -> None:
    event_id = given_event(database, world, html_link="javascript:alert(1)")
    page = as_member(world.ada).get(f"/google-events/{event_id}").text
    assert "javascript:" not in page
    assert "Open in Google Calendar" not in page


def test_the_search_for_clients_finds_no_event_of_google(
    as_member: SignIn, database: Database, world: World
) -> None:
    """R100."""
    given_event(database, world)
    assert TITLE not in as_member(world.ada).get("/clients?q=Onco", headers=HTMX).text


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


def test_the_card_says_whether_it_blocks_and_why(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """K10: "Why is this time taken?" """
    event_id = given_event(database, world, response="needsAction")
    card = ada.get(f"/google-events/{event_id}").text
    assert "Blocks online booking. It is Busy in Google." in " ".join(card.split())


def test_a_free_vacation_says_that_clients_can_book_it(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U9: on the card, and to whoever listens to the calendar."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = given_google(session, world)
        event = google_row(session, calendar, DAY, summary="Vacation", is_free=True)
        session.commit()
        event_id = event.id
    assert "clients can book on that day" in ada.get("/calendar?on=2026-11-26").text
    card = ada.get(f"/google-events/{event_id}?on=2026-11-26").text
    assert "Clients can book on that day" in card
    assert "“Vacation” is marked Free in Google" in card
