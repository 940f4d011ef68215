"""The whole story in a browser, as a practitioner lives it: from sign-in to two-way sync and back.

It runs `python -m demo` itself: the web server, workers, scheduler and the stand-in for Google as
processes, and Chromium in front of them. With PICTURES set, screenshots are kept for people; `make
pictures` takes the README's from here.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.demo.test_whole_demo import RunningDemo, running
from tests.story import life_walk
from tests.web.browsing import WCAG, assert_fits, assert_readable, open_step

PATIENCE = 30_000
WITHOUT_WHAT_FADES = {"exclude": [[".toast.is-leaving"]]}
"""A word that is on its way out has been read, and is half gone when axe looks."""
PICTURES = os.environ.get("PICTURES")
"""The folder in which screenshots are kept."""
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}

pytestmark = pytest.mark.slow


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """Everything that `make demo` starts, with a folder and ports of its own."""
    with running(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture
def ada(browser: Browser, demo: RunningDemo) -> Iterator[Page]:
    """Ada at her desk in Berlin, signed in."""
    with at_the_desk(browser, demo, "ada@example.test") as page:
        yield page


@pytest.fixture
def ben(browser: Browser, demo: RunningDemo) -> Iterator[Page]:
    """Ben at his, with an account of his own at Google."""
    with at_the_desk(browser, demo, "ben@example.test") as page:
        yield page


@contextmanager
def at_the_desk(browser: Browser, demo: RunningDemo, email: str) -> Iterator[Page]:
    """Somebody's browser, signed in. Whatever it refuses fails the test."""
    context = browser.new_context(
        viewport=WIDE, timezone_id="Europe/Berlin", locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    refused: list[str] = []
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto(f"{demo.address}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(demo.line("Password"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Calendar options")).to_be_visible()
    yield page
    context.close()
    assert refused == []


def test_the_whole_story_from_sign_in_to_two_way_sync_and_back(
    ada: Page, demo: RunningDemo
) -> None:
    """R1 to R5, R15 to R18, R47 to R80, R85 to R91, R112 to R116, without a single reload."""
    open_sync_page(ada)
    look_at(ada, "1-nothing-set-up")
    allow_and_choose_a_display(ada)
    read_one_way(ada)
    connect_with_google(ada, demo)
    start_sync(ada)
    sync_the_other_calendars(ada)
    see_googles_events_on_the_calendar(ada)
    follow_a_change_in_google(ada, demo)
    see_the_titles_in_google(ada, demo)
    switch_back_to_one_way(ada)


@pytest.mark.long
def test_the_life_of_a_connection_from_connect_to_a_clean_disconnect(
    ben: Page, demo: RunningDemo
) -> None:
    """R47 to R53, R112 to R118, R126 to R130, U7, U13: through a revoked access, one-way and
    back, with no reload anywhere."""
    life_walk.live(ben, demo, Path(demo.line("Mails")), look_at)


def open_sync_page(page: Page) -> None:
    """The "…" menu at the upper right, by keyboard (R1 to R3)."""
    page.get_by_role("button", name="Calendar options").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Sync Calendar").press("Enter")
    expect(page.get_by_role("heading", name="Calendar sync")).to_be_visible()


def allow_and_choose_a_display(page: Page) -> None:
    """Off by default, saved at once, kept over a reload (R15, R18, R30)."""
    allow = page.get_by_label("Allow this calendar to sync")
    expect(allow).not_to_be_checked()
    allow.check()
    initials = page.get_by_role("radio", name=re.compile("^Initials"))
    expect(initials).to_be_enabled()
    with page.expect_response("**/sync-settings"):
        initials.check()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_role("radio", name=re.compile("^Initials"))).to_be_checked()
    page.get_by_role("radio", name=re.compile("^Internal ID")).check()


def read_one_way(page: Page) -> None:
    """The address answers at once, and holds no name (R33, R39)."""
    page.get_by_role("radio", name=re.compile("^One-way")).check()
    address = page.get_by_label("Address", exact=True).input_value()
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:C-10" in answer.text()
    assert "Hanna" not in answer.text()
    look_at(page, "2-one-way")


def connect_with_google(page: Page, demo: RunningDemo) -> None:
    """Google's consent page and back, with the account shown (R47, R48)."""
    page.get_by_role("radio", name=re.compile("^Two-way")).check()
    page.get_by_role("button", name="Connect with Google").click()
    page.get_by_text("ada@example.com").first.click()
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(f"{demo.address}/sync-settings#two-way-heading")
    expect(page.get_by_role("heading", name="Two-way sync with Google")).to_be_focused()
    expect(page.get_by_text("ada@example.com").first).to_be_visible()
    expect(page.get_by_label("Default calendar")).to_have_value("new")
    expect(page.get_by_role("heading", name="Other Google calendars")).to_have_count(0)
    look_at(page, "3-connected")


def start_sync(page: Page) -> None:
    """The tile counts up to its check mark, and the others appear, by themselves (R65 to R75)."""
    page.get_by_role("button", name="Start sync").click()
    tile = page.get_by_role("article", name="Practice Calendar")
    expect(tile).to_have_attribute("data-state", re.compile("queued|running|synced"))
    expect(tile).to_have_attribute("data-state", "synced", timeout=PATIENCE)
    expect(tile).to_contain_text("Synced")
    expect(page.get_by_role("heading", name="Other Google calendars")).to_be_visible()


def sync_the_other_calendars(page: Page) -> None:
    """Each by its own button; what is not ours says why it cannot (R76 to R79)."""
    for name in ("ada@example.com", "Family"):
        tile = page.get_by_role("article", name=name)
        tile.get_by_role("button", name="Sync").click()
        expect(tile).to_have_attribute("data-state", "synced", timeout=PATIENCE)
    shared = page.get_by_role("article", name="House and garden")
    expect(shared).to_contain_text("Only calendars you own can be synced")
    look_at(page, "4-synced")
    if PICTURES:
        picture_for_the_readme(page)


def see_googles_events_on_the_calendar(page: Page) -> None:
    """Ours and Google's together, told apart, Busy and Free (R4, R7, R13, R90)."""
    page.get_by_role("link", name="Calendar", exact=True).click()
    page.get_by_role("link", name="Agenda").click()
    expect(google_events(page).first).to_be_visible()
    look_at(page, "5-agenda")
    page.get_by_role("link", name="Week", exact=True).click()
    expect(google_events(page).first).to_be_visible()
    look_at(page, "6-week")


def follow_a_change_in_google(page: Page, demo: RunningDemo) -> None:
    """Google tells, and the open page follows within seconds: no poll is due so soon (R6)."""
    expect(page.locator("#freshness")).to_contain_text("Google: up to date")
    today = page.locator(".calendar-day.is-today").first.get_attribute("id") or ""
    wish = {"summary": "Piano lesson", "start": f"{today[-10:]}T20:00"}
    told = {"user": "ada@example.com", "verb": "create", "with": wish}
    answer = page.request.post(f"{demo.line('Google').split()[0]}control/person", data=told)
    assert answer.ok, answer.text()
    expect(page.get_by_role("link", name="Piano lesson")).to_be_visible(timeout=8_000)


def google_events(page: Page) -> Locator:
    """Entries whose accessible name says that they come from Google."""
    return page.get_by_role("link", name=re.compile("Google"))


def see_the_titles_in_google(page: Page, demo: RunningDemo) -> None:
    """Google's own page shows IDs and locks, and no name (R85, R88)."""
    page.goto(f"{demo.line('Google').split()[0]}calendar?user=ada@example.com")
    expect(page.get_by_text(re.compile(r"C-10\d\d")).first).to_be_visible()
    assert "Hanna" not in page.content()


def switch_back_to_one_way(page: Page) -> None:
    """Google's events leave the app, ours stay, the address is back (R112 to R116)."""
    page.go_back()
    page.get_by_role("button", name="Calendar options").click()
    page.get_by_role("menuitem", name="Sync Calendar").click()
    open_step(page, "mode")
    page.get_by_role("radio", name=re.compile("^One-way")).check()
    page.get_by_role("button", name="Switch and remove Google events here").click()
    expect(page.get_by_label("Address", exact=True)).to_be_visible()
    page.get_by_role("link", name="Calendar", exact=True).click()
    expect(page.get_by_text("Lunch").first).to_be_visible()
    expect(google_events(page)).to_have_count(0)


def look_at(page: Page, name: str) -> None:
    """Axe finds nothing, nothing scrolls sideways, wide and narrow; a picture is kept if wanted.

    A page that is still coming has words before it has its stylesheet.
    """
    page.wait_for_load_state("load")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert_fits(page)
        assert_readable(page, WCAG, where=WITHOUT_WHAT_FADES)
        if PICTURES:
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=f"{PICTURES}/{name}-{size['width']}.png", full_page=True)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def picture_for_the_readme(page: Page) -> None:
    """The tiles, without what lies above and below them, as the page is when somebody opens it."""
    page.reload()
    expect(page.locator(".toast")).to_have_count(0)
    box = page.locator("#two-way").bounding_box()
    last = page.get_by_role("article", name="House and garden").bounding_box()
    assert box
    assert last
    bottom = last["y"] + last["height"] + 12
    clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": bottom - box["y"]}
    page.screenshot(
        path=f"{PICTURES}/sync-page.png",
        full_page=True,
        clip=clip,  # type: ignore[arg-type]
    )
