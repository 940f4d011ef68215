"""How the browser tests come to a page, signed in and with every script, and look at it."""

import json
import re
from collections.abc import Mapping, Sequence
from html import unescape
from http import HTTPStatus
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""What axe looks for on any page."""
WCAG_AND_HABITS = (*WCAG, "best-practice")
"""The same and the field's good habits, for the pages that people live in."""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that find something else when a page has other colours and is otherwise the same."""
ASK_AXE = """
axe.run(%s, %s).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.failureSummary} ${node.html}`)))
"""
IS_SHOWN = """width => innerWidth === width
  && document.getAnimations().every((animation) => animation.playState !== "running")"""
FITS = "width => innerWidth === width && document.documentElement.scrollWidth <= width"

Scheme = Literal["light", "dark"]


def show(page: Page, *, width: int, scheme: Scheme = "light") -> None:
    """The page on a screen of this width and in these colours, laid out and drawn so."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(IS_SHOWN, arg=width)


def assert_good_looks(page: Page, rules: Sequence[str] = WCAG_AND_HABITS) -> None:
    """On a desk, and on a phone in the dark: nothing scrolls sideways, and axe finds nothing."""
    screens: tuple[tuple[int, Scheme], ...] = ((1280, "light"), (360, "dark"))
    for width, scheme in screens:
        show(page, width=width, scheme=scheme)
        assert_fits(page)
        assert_readable(page, rules)


def assert_readable(
    page: Page, rules: Sequence[str] = WCAG_AND_HABITS, *, where: str | Mapping[str, object] = ""
) -> None:
    """Axe finds nothing, by the rules with these names or tags; `where` is its own `context`.

    Media are looked at, while style sheets are not fetched again: no rule of these asks for them.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": {"assets": ["media"]}}
    found = page.evaluate(ASK_AXE % (json.dumps(where or "html"), json.dumps(options)))
    assert found == [], f"{page.url}\n" + "\n".join(found)


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
