"""Pages that stay right by themselves, in Chromium; and never under a person's hands."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.cast import World
from tests.web.browsing import WCAG, assert_readable, show, signed_in, time_to_ask
from tests.web.conftest import Clock
from tests.web.test_calendar import add_dentist, connect
from webapp.db.engine import Database
from webapp.db.models import CalendarRole, SyncedCalendar
from webapp.db.scope import Scope


@pytest.fixture
def calendar(world: World, database: Database) -> SyncedCalendar:
    """Ada's Google calendar, with nothing in it."""
    with database.writing(Scope.practice(world.practice.id)) as rows:
        row = connect(rows, world)
        rows.commit()
        return row


@pytest.fixture
def ada(page: Page, site: str, calendar: SyncedCalendar) -> Page:
    """Ada, looking at her week."""
    return signed_in(page, site, to="/calendar", heading="23 – 29 November 2026")


def pull_dentist(database: Database, calendar: SyncedCalendar) -> None:
    """What a look at Google leaves behind."""
    with database.writing(Scope.practice(calendar.practice_id)) as rows:
        row = rows.get(SyncedCalendar, calendar.id)
        assert row is not None
        add_dentist(rows, row)
        row.completed += 1
        rows.commit()


def asked_for(page: Page, path: str) -> list[str]:
    """What the page asks for at this path, from now on."""
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if urlsplit(it.url).path == path else None)
    return asked


def test_a_change_in_google_is_on_an_open_page_within_seconds(
    ada: Page, database: Database, calendar: SyncedCalendar
) -> None:
    """R6: without a refresh, and as long as it really takes."""
    ada.evaluate("window.isSamePage = true")
    expect(ada.locator("#freshness")).to_contain_text("Google: up to date")
    pull_dentist(database, calendar)
    expect(ada.get_by_role("link", name="Dentist")).to_be_visible(timeout=5_000)
    assert ada.evaluate("window.isSamePage")


@pytest.mark.own_time
def test_nothing_is_drawn_anew_while_somebody_types(
    ada: Page, database: Database, calendar: SyncedCalendar
) -> None:
    """The calendar behind a dialog waits, and follows when it closes."""
    ada.locator("#slots-2026-11-26 .calendar-slot").nth(6).click()
    dialog = ada.get_by_role("dialog", name="New session")
    starts = ada.locator("#field-starts_at")
    starts.fill("10:40")
    drawn = asked_for(ada, "/calendar/grid")
    with ada.expect_response(lambda answer: "/freshness" in answer.url and answer.status == 200):
        pull_dentist(database, calendar)
        time_to_ask(ada)
    with ada.expect_response(lambda answer: "/freshness" in answer.url):
        time_to_ask(ada)
    assert drawn == []
    expect(ada.locator("#calendar-grid").get_by_text("Dentist")).to_have_count(0)
    expect(dialog).to_be_visible()
    expect(starts).to_have_value("10:40")
    ada.keyboard.press("Escape")
    expect(ada.get_by_role("link", name="Dentist")).to_be_visible()


@pytest.mark.own_time
def test_a_page_that_nobody_answers_says_so_in_its_place(ada: Page) -> None:
    """No toast every two seconds; and it takes the words back."""

    def cut(route: Route) -> None:
        route.abort()

    ada.route("**/freshness*", cut)
    time_to_ask(ada)
    expect(ada.get_by_text("No connection to this app.")).to_be_visible()
    expect(ada.locator("#freshness").get_by_text("up to date")).to_be_hidden()
    expect(ada.locator(".toast")).to_have_count(0)
    ada.unroute("**/freshness*", cut)
    time_to_ask(ada)
    expect(ada.get_by_text("No connection to this app.")).to_be_hidden()


@pytest.mark.own_time
def test_an_old_page_can_be_read(ada: Page, clock: Clock) -> None:
    """WCAG 2.2 AA of the warning, on a desk and on a phone in the dark."""
    clock.advance(minutes=29)
    ada.reload()
    clock.advance(minutes=2)
    time_to_ask(ada)
    expect(ada.get_by_text("Newer changes may be missing.")).to_be_visible()
    show(ada, width=1280)
    assert_readable(ada, WCAG, where="#calendar-bar")
    show(ada, width=360, scheme="dark")
    assert_readable(ada, WCAG, where="#calendar-bar")


@pytest.mark.own_time
def test_the_tiles_follow_and_leave_open_choices_alone(
    page: Page, site: str, database: Database, calendar: SyncedCalendar
) -> None:
    """R78: a calendar is renamed in Google while somebody is at its choices."""
    with database.writing(Scope.practice(calendar.practice_id)) as rows:
        default = calendar.model_dump(exclude={"id", "google_id", "role", "name"})
        rows.add(SyncedCalendar(**default, role=CalendarRole.DEFAULT, google_id="d", name="Ours"))
        rows.commit()
    signed_in(page, site)
    choices = page.get_by_role("article", name="Private").locator("summary")
    choices.click()
    drawn = asked_for(page, "/synced-calendars")
    with page.expect_response(lambda answer: "/freshness" in answer.url and answer.status == 200):
        rename(database, calendar, "Quite private")
        time_to_ask(page)
    with page.expect_response(lambda answer: "/freshness" in answer.url):
        time_to_ask(page)
    assert drawn == []
    expect(page.get_by_role("article", name="Private", exact=True)).to_be_visible()
    page.get_by_role("heading", level=1).click()
    time_to_ask(page)
    expect(page.get_by_role("article", name="Quite private")).to_be_visible()
    expect(page.locator("#sync-head")).to_contain_text("All good · checked")


def rename(database: Database, calendar: SyncedCalendar, name: str) -> None:
    """What following the account's list leaves behind."""
    with database.writing(Scope.practice(calendar.practice_id)) as rows:
        row = rows.get(SyncedCalendar, calendar.id)
        assert row is not None
        row.name = name
        rows.commit()
