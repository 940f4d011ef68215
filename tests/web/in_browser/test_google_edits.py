"""The notice about an edit in Google, in Chromium: seen, heard, answered, gone."""

from playwright.sync_api import Page, expect

from tests.cast import World
from tests.web.browsing import assert_readable, signed_in
from tests.web.test_google_edits import given_edit
from webapp.db.engine import Database


def test_move_it_here_too_moves_it_on_the_page_and_ends_the_notice(
    page: Page, site: str, database: Database, world: World
) -> None:
    """U4, R107: without a reload; what happened is said aloud."""
    given_edit(database, world)
    signed_in(page, site)
    expect(page.get_by_role("heading", name="Changed in Google")).to_be_visible()
    page.goto(f"{site}/calendar?view=week&on=2026-11-24")
    notice = page.locator(".google-edit")
    expect(notice).to_contain_text("The session with Cleo Marsh was moved in Google")
    expect(notice).to_contain_text("(Tue 24 Nov 14:00 → 15:00)")
    assert_readable(page)
    notice.get_by_role("button", name="Move it here too").click()
    expect(notice).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("Changed here too.")
    expect(page.locator("#calendar-grid")).to_contain_text("15:00")


def test_keep_ends_the_notice_on_the_sync_page(
    page: Page, site: str, database: Database, world: World
) -> None:
    given_edit(database, world)
    signed_in(page, site)
    page.get_by_role("button", name="Keep Tue 24 Nov 14:00").click()
    expect(page.locator(".google-edit")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("Kept as it was.")
    expect(page.locator("#main")).to_be_focused()
