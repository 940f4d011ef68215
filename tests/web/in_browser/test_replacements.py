"""A hand-made event of Google's becomes a client appointment, in the dialog, on a phone."""

from playwright.sync_api import Page, expect

from tests.cast import World
from tests.web.browsing import WCAG, assert_fits, assert_readable, signed_in
from tests.web.test_appointments import at
from tests.web.test_replacements import BUTTON, TITLE, given_event
from webapp.db.engine import Database


def test_it_becomes_an_appointment_in_the_dialog(
    page: Page, site: str, database: Database, world: World
) -> None:
    """D9; a refused form keeps its place, and the page shows the appointment in the event's."""
    given_event(database, world, at("2026-11-23T14:00", 75))
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    ada = signed_in(page, site, to="/calendar?view=day", heading="Mon 23 November 2026")
    ada.locator(".entry", has_text=TITLE).click()
    ada.get_by_role("link", name=BUTTON).click()
    expect(ada.get_by_label("Remove the event in Google afterwards")).to_be_checked()
    expect(ada.get_by_label("To", exact=True)).to_have_value("15:15")
    assert_readable(ada, WCAG)
    assert_fits(ada)
    ada.get_by_role("button", name="Save").click()
    expect(ada.locator("#error-client_id")).to_have_text("Choose a client.")
    ada.get_by_label("Client", exact=True).select_option(label="Cleo Marsh · C-1001")
    ada.get_by_role("button", name="Save").click()
    expect(ada.locator("#event-dialog")).to_be_hidden()
    expect(ada.locator(".entry", has_text="Cleo Marsh")).to_be_visible()
    expect(ada.locator(".entry", has_text=TITLE)).to_have_count(0)
