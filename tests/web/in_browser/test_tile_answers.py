"""Choices, questions and removals of Google calendars in Chromium: by mouse, on any screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.cast import World
from tests.web.browsing import assert_good_looks, signed_in
from tests.web.conftest import NOW
from tests.web.google_rows import given_google, google_row
from tests.web.sync_rows import calendar_row
from tests.web.test_appointments import at
from webapp.db.engine import Database
from webapp.db.models import GoogleConnection, SyncedCalendar
from webapp.db.scope import Scope
from webapp.services import removals


@pytest.fixture
def calendars(database: Database, world: World) -> str:
    """Family misses three of its four events, Work is synced, Choir is new; the id of Work."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        family = given_google(session, world, colour="#33b679")
        account = session.get_one(GoogleConnection, family.connection_id)
        work = calendar_row(session, account, name="Work", event_count=12)
        calendar_row(session, account, name="Choir", is_on=False, is_new=True, last_success_at=None)
        for day, title in enumerate(("Piano", "Swimming", "Parents’ evening", "Dentist"), start=24):
            gone = None if title == "Dentist" else NOW
            span = at(f"2026-11-{day}T17:00")
            google_row(session, family, span, google_id=title, summary=title, gone_since=gone)
        removals.count(session, calendar=family, now=NOW)
        session.commit()
        return work.id


@pytest.mark.usefixtures("calendars")
def test_question_list_and_restore_fit_and_axe_finds_nothing(page: Page, site: str) -> None:
    """R125, U5: from the tile to the review, to the list, and back into the calendar."""
    signed_in(page, site)
    assert_good_looks(page)
    page.get_by_role("link", name="Review what is gone in Family").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gone in Google")
    assert_good_looks(page)
    page.get_by_role("button", name="Remove them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recently removed")
    assert_good_looks(page)
    page.get_by_role("button", name="Restore Piano").click()
    expect(page.get_by_text("1 event restored.").first).to_be_attached()
    expect(page.get_by_role("listitem").filter(has_text="Piano")).to_have_count(0)


def test_choices_are_saved_as_they_are_clicked_and_stay_open(
    page: Page, site: str, database: Database, world: World, calendars: str
) -> None:
    """R84: three in a row without a word, and the focus stays where it was."""
    signed_in(page, site)
    tile = page.locator(f"#tile-{calendars}")
    tile.get_by_text("Choices").click()
    tile.get_by_label("All-day events block too").uncheck()
    expect(tile.get_by_label("All-day events block too")).to_be_focused()
    tile.get_by_label("Colour").select_option("purple")
    expect(tile.locator(".tile-swatch")).to_have_class("tile-swatch is-chosen hue-purple")
    tile.get_by_label("Busy events block online booking").uncheck()
    expect(tile.get_by_text("does not block booking")).to_be_visible()
    expect(tile.get_by_label("All-day events block too")).to_be_visible()
    with database.reading(Scope.practice(world.practice.id)) as session:
        row = session.get_one(SyncedCalendar, calendars)
        assert (row.all_day_blocks, row.blocks_booking, row.chosen_hue) == (False, False, "purple")


@pytest.mark.usefixtures("calendars")
def test_a_taken_time_is_a_warning_in_the_dialog(page: Page, site: str) -> None:
    """U17: in the dialog, with the focus on the warning, and one click books anyway."""
    signed_in(page, site, to="/appointments/new", heading="New session")
    page.get_by_label("Client", exact=True).last.select_option(index=1)
    page.get_by_role("textbox", name="Day", exact=True).fill("2026-11-27")
    page.get_by_label("From", exact=True).fill("17:10")
    page.get_by_label("To", exact=True).fill("18:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("That time is taken")).to_be_visible()
    assert_good_looks(page)
    page.get_by_role("button", name="Book anyway").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("New session")
