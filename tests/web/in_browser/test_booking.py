"""Online booking in Chromium: on any screen, for anybody, and where the visitor is."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cast import World
from tests.services.booking_rows import open_desk
from tests.web.browsing import (
    Scheme,
    assert_fits,
    assert_good_looks,
    assert_readable,
    show,
    signed_in,
)
from tests.web.conftest import Clock, make_settings
from webapp.config import Settings
from webapp.db.engine import Database

PAGE = "/book/harbour-practice/ada-lind"
PATIENCE = 30_000


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Mails are files, so that the page itself leads to the link in them."""
    mails = f"file://{tmp_path / 'mails'}"
    return make_settings(database_url, MAIL_SERVER=mails, MAIL_FROM="practice@example.test")


@pytest.fixture(autouse=True)
def open_pages(database: Database, world: World) -> None:
    """Ada and Ben can be booked online."""
    open_desk(database, world.ada, phone="+49 30 5550 100")
    open_desk(database, world.ben, slug="ben-okafor")


def heading(page: Page, text: str) -> None:
    """Waits for the page with this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=PATIENCE)


def looks(page: Page, *, width: int, scheme: Scheme) -> None:
    """On this screen it fits, and axe finds nothing."""
    show(page, width=width, scheme=scheme)
    assert_fits(page)
    assert_readable(page)


@pytest.mark.browser_context_args(timezone_id="Europe/Berlin")
def test_every_step_fits_and_axe_finds_nothing(page: Page, site: str, clock: Clock) -> None:
    """U18, 6.7."""
    page.goto(f"{site}/book/harbour-practice")
    heading(page, "Book an appointment")
    looks(page, width=360, scheme="dark")
    page.get_by_role("link", name="Ada Lind").click()
    heading(page, "Book a time with Ada Lind")
    assert_good_looks(page)
    page.locator(".booking-times").get_by_role("link", name="10:30").click()
    heading(page, "Your details")
    page.get_by_label("First name").fill("Cleo")
    page.get_by_label("E-mail address").fill("cleo@example.test")
    looks(page, width=360, scheme="dark")
    clock.advance(seconds=20)
    page.get_by_role("button", name="Send me the link").click()
    heading(page, "One more step: look into your mail")
    looks(page, width=1280, scheme="light")
    page.get_by_role("link", name="open the link from the mail").click()
    heading(page, "Confirm your appointment")
    page.get_by_role("button", name="Confirm").click()
    heading(page, "Your appointment is booked")
    looks(page, width=360, scheme="dark")


@pytest.mark.browser_context_args(timezone_id="America/New_York")
def test_times_are_shown_where_the_visitor_is_until_they_choose(page: Page, site: str) -> None:
    """R10: detected once, and what is chosen stays."""
    page.goto(site + PAGE)
    expect(page.locator("#booking-zone")).to_contain_text("Times in New York", timeout=PATIENCE)
    expect(page.locator(".booking-times a").first).to_have_text("3:00")
    page.goto(f"{site}{PAGE}?zone=Europe/Berlin")
    expect(page.locator("#booking-zone")).to_contain_text("Times in Berlin", timeout=PATIENCE)
    expect(page.locator(".booking-times a").first).to_have_text("9:00")


@pytest.mark.browser_context_args(timezone_id="Europe/Berlin")
def test_a_time_can_be_asked_for_with_the_keyboard_alone(
    page: Page, site: str, clock: Clock
) -> None:
    """2.1.1: from a day to its times to the form; the hidden field is never reached."""
    page.goto(f"{site}{PAGE}?on=2026-11-26")
    heading(page, "Book a time with Ada Lind")
    page.get_by_role("link", name="Wednesday 25 November").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("on=2026-11-25"), timeout=PATIENCE)
    page.locator(".booking-times a").first.focus()
    page.keyboard.press("Enter")
    heading(page, "Your details")
    page.get_by_label("First name").focus()
    for typed in ("Cleo", "Marsh", "cleo@example.test"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send me the link")).to_be_focused()
    clock.advance(seconds=20)
    page.keyboard.press("Enter")
    heading(page, "One more step: look into your mail")


def test_the_settings_fit_and_axe_finds_nothing(page: Page, site: str) -> None:
    signed_in(page, site, to="/booking-settings", heading="Online booking")
    assert_good_looks(page)
