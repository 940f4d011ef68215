"""A dialog that asks for the password before it does what it says (RELIABILITY.md S8)."""

import pytest
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD, World
from tests.web.browsing import assert_fits, assert_readable, signed_in
from tests.web.conftest import Clock

pytestmark = pytest.mark.browser


def test_a_colleague_is_deactivated_after_the_password_at_the_narrowest(
    page: Page, site: str, clock: Clock, world: World
) -> None:
    """By keyboard, in the dialog's own place; Cancel leads back, and nothing has happened."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(reduced_motion="reduce")
    signed_in(page, site, email="dora@example.test", to="/practice", heading="Harbour Practice")
    clock.advance(minutes=16)
    row = page.get_by_role("row", name="Ada Lind")
    row.get_by_role("link", name="Deactivate").click()
    dialog = page.get_by_role("dialog", name="Deactivate Ada Lind?")
    dialog.get_by_role("button", name="Deactivate").press("Enter")
    password = dialog.get_by_label("Your password")
    expect(password).to_be_focused()
    assert_fits(page)
    assert_readable(page)
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(row).to_contain_text("Active")
    row.get_by_role("link", name="Deactivate").click()
    dialog.get_by_role("button", name="Deactivate").press("Enter")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(row).to_contain_text("Deactivated")
    expect(dialog).to_have_count(0)
