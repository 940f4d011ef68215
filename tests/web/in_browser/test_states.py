"""Rarely met states in Chromium: in the dark, in forced colours, with large text, by keyboard."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.cast import World
from tests.web.browsing import WCAG, WCAG_AND_HABITS, assert_fits, assert_readable, show, signed_in
from tests.web.conftest import NOW
from tests.web.google_rows import given_google, google_row
from tests.web.sync_rows import settings_row
from tests.web.test_appointments import at
from webapp.db.engine import Database
from webapp.db.models import ConnectionState, GoogleConnection, SyncMode
from webapp.db.scope import Scope

IN_ARABIC = "موعد مع الطبيب"
SEEN = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 2);
  const points = [box.top + 3, box.top + box.height / 2, box.bottom - 3];
  return points.some((y) => {
    const seen = document.elementFromPoint(x, y);
    return seen !== null && document.activeElement.contains(seen);
  });
}"""
"""Whether something of what has the focus can be seen (WCAG 2.4.11)."""


def given_lost_access(database: Database, world: World) -> None:
    """Google has stopped the access to a calendar with an event in Arabic, which is paused too."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        family = given_google(session, world, colour="#33b679", paused_at=NOW)
        google_row(session, family, at("2026-11-24T17:00"), summary=IN_ARABIC)
        account = session.get_one(GoogleConnection, family.connection_id)
        account.state = ConnectionState.RECONNECT_NEEDED
        session.commit()


def is_readable(page: Page, rules: Sequence[str], *widths: int) -> None:
    """Axe finds nothing, and nothing scrolls sideways, at each of these widths."""
    for width in widths:
        show(page, width=width, scheme="dark")
        assert_fits(page)
        assert_readable(page, rules)


def test_a_lost_access_is_told_in_forced_colours_and_in_the_dark(
    page: Page, site: str, database: Database, world: World
) -> None:
    """WCAG 1.4.1, 1.4.3, 1.4.10: the banner, the event as of then, and its tile; a title
    that is read from right to left stands so."""
    given_lost_access(database, world)
    page.emulate_media(color_scheme="dark", forced_colors="active", reduced_motion="reduce")
    ada = signed_in(page, site)
    is_readable(ada, WCAG_AND_HABITS, 1280, 320)
    ada.goto(f"{site}/calendar?view=week&on=2026-11-24")
    expect(ada.locator("#trouble")).to_contain_text("Google stopped our access")
    title = ada.locator(".entry-name", has_text=IN_ARABIC)
    expect(title).to_have_css("direction", "rtl")
    is_readable(ada, WCAG, 1280, 320)


def test_every_tile_and_banner_stands_in_forced_colours_and_with_text_twice_as_large(
    page: Page, site: str, world: World
) -> None:
    """WCAG 1.4.4, 1.4.10, 1.4.11, on the page that shows each state once."""
    page.emulate_media(color_scheme="dark", forced_colors="active", reduced_motion="reduce")
    dora = signed_in(page, site, email="dora@example.test")
    dora.goto(f"{site}/patterns")
    is_readable(dora, WCAG, 1280)
    dora.set_viewport_size({"width": 640, "height": 800})
    dora.evaluate("document.documentElement.style.fontSize = '200%'")
    assert_fits(dora)


def test_every_question_is_readable_in_the_dark_and_escape_ends_it(
    page: Page, site: str, database: Database, world: World
) -> None:
    """PRODUCT.md 6.7: a dialog has a heading, takes the focus and closes on Escape."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world, mode=SyncMode.ONE_WAY)
        session.commit()
    ada = signed_in(page, site)
    dialog = ada.get_by_role("dialog")
    for asked in ("disable", "one_way", "two_way", "full_name", "disconnect"):
        ada.goto(f"{site}/sync-settings?ask={asked}")
        expect(dialog.get_by_role("heading")).to_be_visible()
        ada.wait_for_function("document.querySelector('dialog[data-modal]').matches(':modal')")
        is_readable(ada, WCAG_AND_HABITS, 1280)
        ada.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


@pytest.mark.parametrize("path", ["/calendar?view=week&on=2026-11-24", "/sync-settings"])
def test_nothing_that_has_the_focus_is_hidden_by_what_sticks_to_the_top(
    page: Page, site: str, database: Database, world: World, path: str
) -> None:
    """WCAG 2.4.11, going backwards, where the page comes from under the header."""
    given_lost_access(database, world)
    page.set_viewport_size({"width": 1280, "height": 420})
    ada = signed_in(page, site)
    ada.goto(site + path)
    ada.evaluate("scrollTo(0, document.body.scrollHeight)")
    ada.locator("main a:visible, main button:visible").last.focus()
    for _ in range(12):
        ada.keyboard.press("Shift+Tab")
        assert ada.evaluate(SEEN), ada.evaluate("document.activeElement.outerHTML")
