"""How the browser tests come to a page: signed in, with every script in place."""

import re
from html import unescape
from http import HTTPStatus

from playwright.sync_api import Page, expect

from tests.cast import PASSWORD

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WCAG = {"runOnly": RULES, "resultTypes": ["violations"]}
"""What axe looks for on any page."""
WCAG_AND_HABITS = {**WCAG, "runOnly": [*RULES, "best-practice"]}
"""The same and the field's good habits, for the pages that people live in."""


FITS = "width => innerWidth === width && document.documentElement.scrollWidth <= width"


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways (WCAG 1.4.10).

    Waits for it: a page is laid out anew some time after its window has another size.
    """
    assert page.viewport_size
    page.wait_for_function(FITS, arg=page.viewport_size["width"])


def signed_in(
    page: Page,
    site: str,
    *,
    email: str = "ada@example.test",
    to: str = "/sync-settings",
    heading: str = "Calendar sync",
) -> Page:
    """Signs a person in and opens the page they want, its scripts included.

    The form is sent without being drawn, and where it leads is not fetched: how it looks and works
    has tests of its own.
    """
    form = page.request.get(f"{site}/sign-in").text()
    token = unescape(TOKEN.search(form)[1])  # type: ignore[index]
    entered = {"csrf_token": token, "email": email, "password": PASSWORD}
    answer = page.request.post(f"{site}/sign-in", form=entered, max_redirects=0)
    assert answer.status == HTTPStatus.SEE_OTHER
    page.goto(f"{site}{to}")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    return page


def open_step(page: Page, step: str) -> None:
    """Opens one of the sync page's three steps, which is one line once all are answered."""
    page.locator(f"#fold-{step}-summary").click()
    expect(page.locator(f"#fold-{step} > .step-body")).to_be_visible()


def time_to_ask(page: Page) -> None:
    """Lets the timer with which a page asks for news go off, in a test that is marked own_time.

    Were the timer set only now, it would go off by itself a little later.
    """
    page.clock.fast_forward(3_000)
