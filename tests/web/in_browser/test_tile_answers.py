"""Choices, questions and removals of Google calendars in Chromium: by mouse, on any screen."""

import datetime as dt
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.cast import World
from tests.web.browsing import WCAG_AND_HABITS, assert_fits, signed_in
from tests.web.conftest import NOW
from tests.web.google_rows import given_google, google_row
from tests.web.sync_rows import calendar_row
from tests.web.test_appointments import at
from webapp.db.engine import Database
from webapp.db.models import GoogleConnection, SyncedCalendar
from webapp.db.scope import Scope
from webapp.services import removals

LOOKS = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])


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


def fits_and_is_readable(page: Page) -> None:
    """Nothing scrolls sideways, and axe finds nothing."""
    assert_fits(page)
    found = Axe().run(page, options=WCAG_AND_HABITS)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.usefixtures("calendars")
@LOOKS
def test_question_list_and_restore_fit_and_axe_finds_nothing(
    page: Page, site: str, width: int, scheme: str
) -> None:
    """R125, U5: from the tile to the review, to the list, and back into the calendar."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    signed_in(page, site)
    shoot(page, f"tiles-{width}")
    fits_and_is_readable(page)
    page.get_by_role("link", name="Review what is gone in Family").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gone in Google")
    shoot(page, f"review-{width}")
    fits_and_is_readable(page)
    page.get_by_role("button", name="Remove them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recently removed")
    shoot(page, f"removed-{width}")
    fits_and_is_readable(page)
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
    shoot(page, "choices")
    with database.reading(Scope.practice(world.practice.id)) as session:
        row = session.get_one(SyncedCalendar, calendars)
        assert (row.all_day_blocks, row.blocks_booking, row.chosen_hue) == (False, False, "purple")


@pytest.mark.usefixtures("calendars")
@LOOKS
def test_a_taken_time_is_a_warning_in_the_dialog(
    page: Page, site: str, width: int, scheme: str
) -> None:
    """U17: in the dialog, with the focus on the warning, and one click books anyway."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    signed_in(page, site, to="/appointments/new", heading="New session")
    page.get_by_label("Client", exact=True).last.select_option(index=1)
    page.get_by_role("textbox", name="Day", exact=True).fill("2026-11-27")
    page.get_by_label("From", exact=True).fill("17:10")
    page.get_by_label("To", exact=True).fill("18:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("That time is taken")).to_be_visible()
    shoot(page, f"clash-{width}")
    fits_and_is_readable(page)
    page.get_by_role("button", name="Book anyway").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("New session")


def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.wait_for_timeout(dt.timedelta(milliseconds=300).total_seconds() * 1000)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
