"""The frame of every page in Chromium: keyboard, contrast, policy, narrow screens."""

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.cast import World
from tests.web.browsing import COLOURS, WCAG, assert_fits, assert_readable, show, signed_in

PATHS = ["/help", "/password", "/practice", "/patterns", "/nowhere"]
PASSWORD_PAGE = {"to": "/password", "heading": "Password and shortcuts"}


@pytest.fixture
def dora(page: Page, site: str, world: World) -> Page:
    """Dora, the owner, signed in."""
    return signed_in(page, site, email="dora@example.test", **PASSWORD_PAGE)


def test_pages_pass_the_accessibility_rules_and_the_policy(dora: Page, site: str) -> None:
    complaints: list[str] = []
    dora.on("console", lambda said: complaints.extend(_about_policy(said)))
    dora.on("pageerror", lambda error: complaints.append(str(error)))
    for path in PATHS:
        dora.goto(site + path)
        show(dora, width=1280)
        assert_readable(dora, WCAG)
        show(dora, width=1280, scheme="dark")
        assert_readable(dora, COLOURS)
    assert complaints == []


def test_the_sign_in_page_passes_the_accessibility_rules(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in")
    assert_readable(page, WCAG)


def test_nothing_scrolls_sideways_on_a_narrow_screen(dora: Page, site: str) -> None:
    """WCAG 1.4.10."""
    dora.set_viewport_size({"width": 320, "height": 640})
    for path in PATHS:
        dora.goto(site + path)
        assert_fits(dora)


def test_everything_to_press_is_large_enough_for_a_thumb(dora: Page, site: str) -> None:
    dora.set_viewport_size({"width": 360, "height": 640})
    for path in ("/password", "/practice"):
        dora.goto(site + path)
        for element in dora.locator("button:visible, .button:visible, .nav-link:visible").all():
            box = element.bounding_box()
            assert box
            assert box["height"] >= 43.5, element.inner_text()


@pytest.mark.parametrize("key", ["Enter", "Space", "ArrowDown"])
def test_the_menu_works_by_keyboard(dora: Page, key: str) -> None:
    """R3."""
    button = dora.get_by_role("button", name="Account of Dora Weiss")
    button.focus()
    dora.keyboard.press(key)
    expect(dora.get_by_role("menuitem", name="Practice")).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    dora.keyboard.press("ArrowDown")
    expect(dora.get_by_role("menuitem", name="Online booking")).to_be_focused()
    dora.keyboard.press("End")
    expect(dora.get_by_role("menuitem", name="Sign out")).to_be_focused()
    dora.keyboard.press("ArrowDown")
    expect(dora.get_by_role("menuitem", name="Practice")).to_be_focused()
    dora.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(dora.get_by_role("menu")).to_be_hidden()


def test_the_menu_closes_when_somebody_presses_elsewhere(dora: Page) -> None:
    dora.get_by_role("button", name="Account of Dora Weiss").click()
    expect(dora.get_by_role("menu")).to_be_visible()
    dora.get_by_role("heading", level=1).click()
    expect(dora.get_by_role("menu")).to_be_hidden()


def test_signing_out_by_the_menu_is_said_aloud(dora: Page) -> None:
    dora.get_by_role("button", name="Account of Dora Weiss").click()
    dora.get_by_role("menuitem", name="Sign out").click()
    expect(dora.get_by_role("status")).to_contain_text("You are signed out.")


def test_alt_c_leads_to_the_calendar_and_t_to_today(dora: Page, site: str) -> None:
    """R9: from anywhere, and without changing the view."""
    dora.keyboard.press("Alt+c")
    expect(dora).to_have_url(re.compile("/calendar"))
    dora.goto(f"{site}/calendar?view=month&on=2026-01-15")
    dora.keyboard.press("t")
    expect(dora).not_to_have_url(re.compile("2026-01-15"))
    expect(dora).to_have_url(re.compile("view=month"))


def test_the_legend_is_one_key_away_and_gives_the_focus_back(dora: Page, site: str) -> None:
    """PRODUCT.md 6.5."""
    dora.goto(f"{site}/calendar")
    today = dora.get_by_role("link", name="Today", exact=True)
    today.focus()
    dora.keyboard.press("?")
    legend = dora.get_by_role("dialog", name="What the marks mean")
    expect(legend).to_be_visible()
    expect(legend).to_contain_text("Something else takes the same time")
    dora.keyboard.press("Escape")
    expect(legend).to_be_hidden()
    expect(today).to_be_focused()


def test_t_does_nothing_once_switched_off(dora: Page, site: str) -> None:
    """WCAG 2.1.4."""
    dora.get_by_role("button", name="Switch single-letter shortcuts off").click()
    expect(dora.get_by_role("status")).to_contain_text("shortcuts are off")
    dora.goto(f"{site}/calendar?view=month&on=2026-01-15")
    dora.keyboard.press("t")
    dora.wait_for_timeout(300)
    expect(dora).to_have_url(re.compile("2026-01-15"))


def test_copying_is_confirmed(dora: Page, site: str) -> None:
    dora.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dora.goto(f"{site}/patterns")
    dora.locator("#pattern-menus").get_by_role("button", name="Copy").click()
    expect(dora.locator("[data-live=status]")).to_contain_text("Copied")
    copied = dora.evaluate("navigator.clipboard.readText()")
    assert copied == "https://calendar.example.test/feeds/b7Qx0c.ics"


def test_a_dialog_takes_the_focus_and_gives_it_back(dora: Page, site: str) -> None:
    dora.goto(f"{site}/patterns")
    opener = dora.get_by_role("button", name="Switch to one-way")
    opener.click()
    expect(dora.get_by_role("dialog", name="Switch to one-way?")).to_be_visible()
    dora.keyboard.press("Escape")
    expect(dora.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_focus_starts_at_the_skip_link(dora: Page) -> None:
    dora.keyboard.press("Tab")
    expect(dora.get_by_role("link", name="Skip to content")).to_be_focused()


def test_another_zone_of_the_device_is_named_and_offered(
    browser: object, site: str, world: World
) -> None:
    """R10."""
    context = browser.new_context(timezone_id="America/New_York")  # type: ignore[attr-defined]
    page = context.new_page()
    signed_in(page, site, **PASSWORD_PAGE)
    expect(page.locator("#zone-notice")).to_contain_text("Your device is in New York.")
    page.get_by_role("button", name="Show New York time").click()
    expect(page.get_by_role("status")).to_contain_text("America/New York")
    expect(page.locator("#zone-notice")).to_be_hidden()
    page.goto(f"{site}/calendar?view=week&on=2026-11-24")
    page.get_by_role("button", name="Back to Europe/Berlin time").click()
    expect(page.locator("#calendar-zone")).to_have_text("Times in Europe/Berlin")
    expect(page.locator("#zone-notice")).to_contain_text("Your device is in New York.")
    context.close()


@pytest.mark.parametrize("trigger", ["load delay:100ms", "every 100ms"])
def test_polling_says_what_it_is_and_rests_while_nobody_looks(
    dora: Page, site: str, trigger: str
) -> None:
    asked: list[str | None] = []
    dora.on(
        "request",
        lambda request: (
            asked.append(request.headers.get("x-background"))
            if request.url.endswith("/nowhere")
            else None
        ),
    )
    dora.evaluate(HIDE)
    dora.evaluate(
        """(trigger) => {
            const tile = document.createElement("div");
            tile.setAttribute("hx-get", "/nowhere");
            tile.setAttribute("hx-trigger", trigger);
            tile.setAttribute("hx-swap", "none");
            document.getElementById("main").append(tile);
            htmx.process(tile);
        }""",
        trigger,
    )
    dora.wait_for_timeout(500)
    assert asked == []
    with dora.expect_request("**/nowhere"):
        dora.evaluate(SHOW)
    assert asked[0] == "true"


HIDE = """() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = HIDE.replace("value: true", "value: false")


def _about_policy(said: ConsoleMessage) -> list[str]:
    return [said.text] if "Content Security Policy" in said.text else []
