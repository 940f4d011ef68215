"""The calendar addresses in Chromium: one more, changed in place, clean for axe at both widths."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD, World
from tests.feeds.conftest import sync_one_way
from tests.web.browsing import assert_fits, assert_readable, show, signed_in
from tests.web.conftest import NOW, Clock
from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.services import feed_links, feed_reading
from webapp.services.feed_links import LinkChoice


@pytest.fixture
def ada(page: Page, site: str, world: World, database: Database, clock: Clock) -> Page:
    """Ada with two addresses, one of which Google has stopped reading, and all of them open."""
    link = sync_one_way(database, world.ada)
    with database.writing(Scope.practice(world.practice.id)) as session:
        choice = LinkChoice("Family", is_busy_only=True)
        feed_links.add(session, by=world.ada, choice=choice, now=NOW)
        agent = "Google-Calendar-Importer"
        feed_reading.note(session, link_id=link.id, user_agent=agent, now=NOW)
    clock.advance(days=4)
    return signed_in(page, site)


@pytest.mark.browser
def test_everything_about_addresses_is_clean_for_axe(ada: Page) -> None:
    """U18, at both widths, nothing wider than the screen."""
    for part in ada.locator("#feed-links details").all():
        part.evaluate("part => { part.open = true }")
    expect(ada.get_by_text("Google seems to have stopped.")).to_be_visible()
    for width in (1280, 360):
        show(ada, width=width)
        assert_readable(ada)
        assert_fits(ada)


@pytest.mark.browser
def test_one_more_address_comes_without_leaving_the_page(ada: Page) -> None:
    """R44."""
    ada.get_by_text("New address").click()
    ada.locator("#feed-name-new").fill("My phone")
    ada.locator("#feed-shows-new").select_option(label="Busy only, no details")
    ada.get_by_role("button", name="Make the address").click()
    expect(ada.locator("summary", has_text="My phone")).to_contain_text("Busy only")


@pytest.mark.browser
def test_a_new_address_in_place_of_the_old_has_the_focus(ada: Page) -> None:
    """U18, WCAG 2.4.3: the button that was pressed is folded away by the answer."""
    first = ada.locator("#feed-links > details").first
    first.get_by_text("Does somebody else have this address?").press("Enter")
    first.get_by_role("button", name="Reset the address").press("Enter")
    expect(ada.get_by_role("status")).to_contain_text("You have a new address.")
    expect(first.get_by_label("Address", exact=True)).to_be_focused()


@pytest.mark.browser
def test_removing_an_address_leaves_the_focus_among_the_others(ada: Page) -> None:
    """U18: nothing that was pressed is there any more, so the list has the focus."""
    name = ada.locator("summary", has_text="Family")
    family = ada.locator("#feed-links > details").filter(has=name)
    if not family.get_by_label("Address", exact=True).is_visible():
        name.press("Enter")
    family.get_by_text("Does somebody else have this address?").press("Enter")
    family.get_by_role("button", name="Remove the address").press("Enter")
    expect(ada.locator("summary", has_text="Family")).to_have_count(0)
    expect(ada.locator("#feed-links")).to_be_focused()


@pytest.mark.browser
def test_an_address_is_shown_again_by_keyboard_and_after_a_while_for_the_password(
    ada: Page, clock: Clock
) -> None:
    """RELIABILITY.md 3.8, 1; U18: the focus goes where the person has to go on."""
    first = ada.locator("#feed-links > details").first
    address = first.get_by_label("Address", exact=True)
    expect(address).to_have_value(re.compile("•"))
    clock.advance(minutes=16)
    first.get_by_role("button", name="Show address").press("Enter")
    password = first.get_by_label("Your password")
    expect(password).to_be_focused()
    password.fill("not my password")
    password.press("Enter")
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_be_focused()
    assert_readable(ada)
    password.fill(PASSWORD)
    password.press("Enter")
    expect(address).to_have_value(re.compile(r"/feeds/[\w-]{59}\.ics$"))
    expect(address).to_be_focused()
    expect(first.get_by_role("button", name="Copy")).to_be_visible()
