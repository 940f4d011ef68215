"""The calendar in Chromium: accessibility, narrow screens, and a session's life in the dialog."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.cast import ZONE, World, make_appointment
from tests.web.browsing import COLOURS, WCAG, assert_fits, assert_readable, show, signed_in
from tests.web.conftest import NOW
from tests.web.test_calendar import add_dentist, connect
from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.domain.wall_clock import timed_span

PATHS = [
    *(f"/calendar?view={view}" for view in ("day", "week", "month", "agenda")),
    "/calendar?view=week&on=2027-06-01",
    "/appointments/new",
    "/clients",
    "/clients/new",
]


BAR = """shows => {
  const { content, visibility } = getComputedStyle(document.body, "::after");
  return shows === (content !== "none" && visibility === "visible");
}"""


@pytest.fixture
def ada(page: Page, site: str, world: World, database: Database) -> Page:
    """Ada, signed in, with a week of all kinds of events."""
    with database.writing(Scope.practice(world.practice.id)) as rows:
        add_dentist(rows, connect(rows, world))
        for day, client, title, rule in (
            (23, world.cleo, "", ""),
            (24, world.couple, "", "FREQ=WEEKLY;BYDAY=TU"),
            (25, None, "Lunch", ""),
        ):
            starts = dt.datetime(2026, 11, day, 12)
            span = timed_span(starts, starts + dt.timedelta(minutes=50), ZONE)
            make_appointment(rows, world.ada, span, now=NOW, client=client, title=title, rule=rule)
        rows.commit()
    return signed_in(page, site, to="/calendar", heading="23 – 29 November 2026")


def test_every_view_passes_the_accessibility_rules(ada: Page, site: str) -> None:
    """On a desk, in the dark, and on a phone."""
    for path in PATHS:
        ada.goto(site + path)
        show(ada, width=1280)
        assert_readable(ada, WCAG)
        show(ada, width=1280, scheme="dark")
        assert_readable(ada, COLOURS)
        show(ada, width=360)
        assert_readable(ada, WCAG)


def test_nothing_scrolls_sideways_on_a_narrow_screen(ada: Page, site: str) -> None:
    """WCAG 1.4.10: the week turns into an agenda, so the hours are gone and the text is not."""
    ada.set_viewport_size({"width": 320, "height": 640})
    for path in PATHS:
        ada.goto(site + path)
        assert_fits(ada)
    ada.goto(f"{site}/calendar?view=week&on=2026-11-23")
    expect(ada.locator("#calendar-hours")).to_be_hidden()
    expect(ada.get_by_role("link", name="Cleo Marsh, Monday 23 November 2026")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_menu_opens_by_keyboard_and_leads_to_the_sync_page(ada: Page, width: int) -> None:
    """R1 to R3."""
    ada.set_viewport_size({"width": width, "height": 800})
    button = ada.get_by_role("button", name="Calendar options")
    button.focus()
    ada.keyboard.press("ArrowDown")
    expect(ada.get_by_role("menuitem", name="Sync Calendar")).to_be_focused()
    ada.keyboard.press("Escape")
    expect(button).to_be_focused()
    ada.keyboard.press("Enter")
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/sync-settings")


def test_a_session_is_booked_moved_and_cancelled_in_the_dialog(ada: Page) -> None:
    """From a click on a slot; the calendar behind follows without being loaded again."""
    ada.evaluate("window.isSamePage = true")
    ada.locator("#slots-2026-11-26 .calendar-slot").nth(6).click()
    dialog = ada.get_by_role("dialog", name="New session")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Choose a client.")).to_be_visible()
    expect(dialog.get_by_label("Client", exact=True).locator("visible=true").last).to_be_focused()
    ada.locator("#field-client_id").select_option(label="Nuray · C-1003")
    ada.locator("#field-starts_at").fill("10:30")
    expect(ada.locator("#field-ends_at")).to_have_value("11:20")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    booked = "Nuray, Thursday 26 November 2026, 10:30 to 11:20"
    ada.get_by_role("link", name=booked).click()
    ada.get_by_role("link", name="Edit").click()
    ada.locator("#field-starts_at").fill("15:00")
    ada.get_by_role("button", name="Save").click()
    moved = ada.get_by_role("link", name="Nuray, Thursday 26 November 2026, 15:00 to 15:50")
    moved.click()
    ada.get_by_text("Cancel this session…").click()
    ada.get_by_role("button", name="Cancel session").click()
    expect(moved).to_have_count(0)
    expect(ada.get_by_text("Cancelled.")).to_be_visible()
    assert ada.evaluate("window.isSamePage")


def test_edit_puts_the_focus_on_what_is_edited(ada: Page) -> None:
    """U18: the button that was pressed went with the card; the form says whose session it is."""
    ada.get_by_role("link", name="Cleo Marsh").press("Enter")
    dialog = ada.get_by_role("dialog")
    dialog.get_by_role("link", name="Edit").press("Enter")
    expect(dialog.get_by_role("heading", name="Edit Cleo Marsh")).to_be_focused()


def test_a_slow_answer_is_waited_for_in_sight(ada: Page) -> None:
    """PRODUCT 6: whoever pressed something sees that it is under way, until the answer is here."""
    held: list[Route] = []
    ada.route("**/appointments/*", lambda route: held.append(route))
    ada.get_by_role("link", name="Cleo Marsh").press("Enter")
    ada.wait_for_function(BAR, arg=True)
    held[0].continue_()
    expect(ada.get_by_role("dialog", name="Cleo Marsh")).to_be_visible()
    ada.wait_for_function(BAR, arg=False)


def test_the_hours_have_lines_in_forced_colours(ada: Page) -> None:
    """PRODUCT 6.7: colours of one's own leave no gradients but those that are kept on purpose."""
    ada.emulate_media(forced_colors="active", reduced_motion="reduce")
    days = ada.locator(".calendar-body").first
    expect(days).to_have_css("background-image", re.compile("repeating-linear-gradient"))


def test_the_dialog_gives_the_focus_back(ada: Page) -> None:
    """PRODUCT 6.7: opened and closed by keyboard, one is where one was."""
    link = ada.get_by_role("link", name="Cleo Marsh")
    link.focus()
    ada.keyboard.press("Enter")
    dialog = ada.get_by_role("dialog", name="Cleo Marsh")
    expect(dialog).to_be_visible()
    assert_readable(ada, WCAG)
    ada.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()


def test_entries_are_reached_in_time_order(ada: Page) -> None:
    """PRODUCT 6.7: the slots between them are for the mouse and never in the way."""
    ada.get_by_role("link", name="Dentist").focus()
    names = []
    for _ in range(5):
        names.append(ada.evaluate("document.activeElement.innerText.trim().split('\\n')[0]"))
        ada.keyboard.press("Tab")
    assert [name for name in names if name[:3] not in ("Tue", "Wed")] == [
        "Dentist",
        "Cleo Marsh",
        "Iris Moor & Jan Holt",
    ]


def test_it_works_without_a_script(ada: Page, site: str) -> None:
    """A link, a form, and back on the calendar; what needs a script is not there."""
    assert ada.context.browser is not None
    plain = ada.context.browser.new_context(
        java_script_enabled=False, storage_state=ada.context.storage_state()
    )
    page = plain.new_page()
    page.goto(f"{site}/calendar?on=2026-11-23")
    expect(page.get_by_role("button", name="Calendar options")).to_be_hidden()
    expect(page.get_by_role("link", name="Sync Calendar")).to_be_visible()
    page.get_by_role("button", name="Account of Ada Lind").click()
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.get_by_role("link", name="New session").click()
    page.get_by_label("Own event").check()
    page.get_by_label("Title").fill("Supervision")
    page.get_by_label("Day", exact=True).fill("2026-11-27")
    page.get_by_role("button", name="Save").click()
    name = "Supervision, Friday 27 November 2026"
    expect(page.get_by_role("link", name=name)).to_be_visible()
    plain.close()
