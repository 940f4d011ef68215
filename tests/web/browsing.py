"""How the browser tests come to a page: signed in, with every script in place."""

from playwright.sync_api import Page, expect

from tests.cast import PASSWORD

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WCAG = {"runOnly": RULES}
"""What axe looks for on any page."""
WCAG_AND_HABITS = {"runOnly": [*RULES, "best-practice"]}
"""The same and the field's good habits, for the pages that people live in."""


def signed_in(
    page: Page,
    site: str,
    *,
    email: str = "ada@example.test",
    to: str = "/sync-settings",
    heading: str = "Calendar sync",
) -> Page:
    """Signs a person in and waits for the page they asked for, its scripts included."""
    page.goto(f"{site}/sign-in?next={to}")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state()
    return page
