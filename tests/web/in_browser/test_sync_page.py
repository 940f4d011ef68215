"""The Sync Calendar page in Chromium: saving, questions, tiles that follow their runs."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlmodel import select

from tests.cast import World
from tests.web.browsing import (
    COLOURS,
    assert_fits,
    assert_readable,
    open_step,
    show,
    signed_in,
    time_to_ask,
)
from tests.web.conftest import NOW
from tests.web.sync_rows import calendar_row, connection_row, default_row, run_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import (
    AuditEntry,
    CalendarRole,
    SyncedCalendar,
    SyncMode,
    SyncProblem,
    SyncRun,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.naming import Display
from webapp.domain.run_state import RunState


@pytest.fixture
def ada(page: Page, site: str, world: World) -> Page:
    """Ada, signed in, on the page, with nothing set up."""
    return signed_in(page, site)


def given_first_run(database: Database, world: World, *, done: int) -> None:
    """The default calendar's first run is under way; another calendar waits to be offered."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        account = connection_row(session, world)
        default = default_row(session, account, last_success_at=None)
        run_row(session, default, RunState.RUNNING, done=done, total=640)
        calendar_row(session, account, name="Family", is_on=False, last_success_at=None)
        session.commit()


def finish_run(database: Database, world: World) -> None:
    """What a worker writes at the end."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        run = session.exec(select(SyncRun)).one()
        run.state, run.done, run.finished_at = RunState.SYNCED, 640, NOW
        calendar = session.get_one(SyncedCalendar, run.calendar_id)
        calendar.last_success_at, calendar.event_count = NOW, 640
        session.commit()


def given_every_kind_of_tile(database: Database, world: World) -> None:
    """A page with everything on it: problems, a live run, somebody else's calendar."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world, display=Display.INITIALS)
        account = connection_row(session, world)
        default = default_row(session, account)
        primary = calendar_row(session, account, name="ada@example.com", is_primary=True)
        problem = {"subject": "e1", "title": "Choir", "reason": "Its rule cannot be read."}
        session.add(
            SyncProblem(
                practice_id=world.practice.id, calendar_id=primary.id, noticed_at=NOW, **problem
            )
        )
        live = calendar_row(session, account, name="Family", last_success_at=None)
        run_row(session, live, RunState.RUNNING, done=1, total=3)
        calendar_row(session, account, name="Choir", failure="Google refused.")
        calendar_row(session, account, name="Holidays", access_role="reader", is_on=False)
        assert default.role is CalendarRole.DEFAULT
        session.commit()


def stored_display(database: Database, world: World) -> Display:
    """How Ada's clients are named outside, as saved."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return session.exec(select(SyncSettings)).one().display


def test_ticking_the_box_opens_the_other_steps_without_a_reload(ada: Page) -> None:
    """R15, R16, R30: saved at once, and said."""
    initials = ada.get_by_role("radio", name="Initials", exact=True)
    expect(initials).to_be_disabled()
    box = ada.get_by_role("checkbox", name="Allow this calendar")
    box.check()
    expect(initials).to_be_enabled()
    expect(ada.get_by_role("status").get_by_text("Saved")).to_be_visible()
    expect(box).to_be_focused()


def test_full_names_are_a_question_that_escape_takes_back(
    ada: Page, database: Database, world: World
) -> None:
    """R26: a modal dialog; Escape leaves everything as it was, and the focus where it came from."""
    ada.get_by_role("checkbox", name="Allow this calendar").check()
    ada.get_by_role("radio", name="Full name").check()
    dialog = ada.get_by_role("dialog", name="Show full names outside this app?")
    expect(dialog).to_be_visible()
    ada.wait_for_function("document.querySelector('dialog[data-modal]').matches(':modal')")
    ada.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    internal_id = ada.get_by_role("radio", name="Internal ID")
    expect(internal_id).to_be_checked()
    expect(internal_id).to_be_focused()
    assert stored_display(database, world) is Display.INTERNAL_ID


def test_full_names_come_with_the_box_ticked(ada: Page, database: Database, world: World) -> None:
    """R26: without the tick the error stands beside the box."""
    ada.get_by_role("checkbox", name="Allow this calendar").check()
    ada.get_by_role("radio", name="Full name").check()
    show = ada.get_by_role("button", name="Show full names")
    show.click()
    expect(ada.get_by_text("Tick the box to show full names.")).to_be_visible()
    ada.get_by_role("checkbox", name="I have a signed agreement").check()
    show.click()
    expect(ada.get_by_role("dialog")).to_have_count(0)
    expect(ada.get_by_role("radio", name="Full name")).to_be_checked()
    assert stored_display(database, world) is Display.FULL_NAME


def given_one_way(database: Database, world: World) -> None:
    """All three steps are answered."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world, mode=SyncMode.ONE_WAY)
        session.commit()


def test_an_answered_step_is_one_line_until_somebody_changes_it(
    page: Page, site: str, database: Database, world: World
) -> None:
    """PRODUCT.md 6.1: the same page is set-up, status and repair, and no step disappears. What was
    opened stays open when the saved page takes its place, and is one line on the next visit."""
    given_one_way(database, world)
    ada = signed_in(page, site)
    expect(ada.locator("#fold-display-summary")).to_contain_text("Internal ID: C-1042")
    expect(ada.get_by_role("radio")).to_have_count(0)
    open_step(ada, "display")
    open_step(ada, "mode")
    initials = ada.get_by_role("radio", name="Initials", exact=True)
    initials.check()
    expect(ada.get_by_text("Clients are now shown by initials")).to_be_visible()
    expect(initials).to_be_checked()
    expect(initials).to_be_focused()
    expect(ada.get_by_role("radio", name="One-way")).to_be_visible()
    ada.reload()
    expect(ada.locator("#fold-display-summary")).to_contain_text("Initials: CE")
    expect(ada.get_by_role("radio")).to_have_count(0)


def test_arrow_keys_pass_over_choices_and_save_only_the_one_that_is_meant(
    page: Page, site: str, database: Database, world: World
) -> None:
    """Passing over First name and Full name neither saves nor asks; Enter does, and leaving does.
    One result is said for each."""
    given_one_way(database, world)
    ada = signed_in(page, site)
    open_step(ada, "display")
    ada.get_by_role("radio", name="Internal ID").focus()
    for _ in range(3):
        ada.keyboard.press("ArrowDown")
    expect(ada.get_by_role("radio", name="Full name")).to_be_focused()
    note = ada.locator("#sync-display .held-note")
    expect(note).to_be_visible()
    ada.keyboard.press("ArrowUp")
    ada.keyboard.press("Enter")
    expect(ada.get_by_text("Clients are now shown by first name")).to_be_visible()
    expect(ada.get_by_role("radio", name="First name")).to_be_focused()
    expect(note).to_be_hidden()
    ada.keyboard.press("ArrowUp")
    expect(ada.get_by_role("radio", name="Initials")).to_be_focused()
    ada.keyboard.press("Tab")
    expect(ada.get_by_text("Clients are now shown by initials")).to_be_visible()
    assert changes_of_display(database, world) == 2


def changes_of_display(database: Database, world: World) -> int:
    """How often another way was saved."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "display.changed"))
        return len(entries.all())


def test_a_change_that_nobody_answers_says_so_until_one_succeeds(ada: Page) -> None:
    """PRODUCT.md 6.3: what happened, what it means, one button; the control still shows the change,
    so the words stay."""
    box = ada.get_by_role("checkbox", name="Allow this calendar")
    ada.route("**/sync-settings", lambda route: route.abort())
    box.check()
    told = ada.locator("#problems")
    expect(told).to_contain_text("What you did last was not saved.")
    expect(told.get_by_role("link", name="Load the page again")).to_be_visible()
    assert_readable(ada)
    ada.unroute("**/sync-settings")
    box.uncheck()
    box.check()
    expect(ada.get_by_role("radio", name="Internal ID")).to_be_enabled()
    expect(told).to_be_empty()


CHANGE_QUICKLY = """(ids) => {
  for (const id of ids) {
    const control = document.getElementById(id);
    control.checked = true;
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}"""
"""Changes in one breath, as no hand is quick enough to make them."""
FOUR_ANSWERS_MS = 20_000


def test_quick_changes_are_saved_in_their_order_and_none_is_lost(
    ada: Page, database: Database, world: World
) -> None:
    """Arrow keys pass over choices, and two parts are changed within one answer's time."""
    ada.get_by_role("checkbox", name="Allow this calendar").check()
    expect(ada.get_by_role("radio", name="Internal ID")).to_be_enabled()
    ids = ["display-initials", "mode-one_way", "location-box", "display-first_name"]
    ada.evaluate(CHANGE_QUICKLY, ids)
    last = ada.get_by_text("Clients are now shown by first name")
    expect(last).to_be_visible(timeout=FOUR_ANSWERS_MS)
    expect(ada.get_by_role("radio", name="First name")).to_be_checked()
    expect(ada.get_by_role("radio", name="One-way")).to_be_checked()
    expect(ada.get_by_role("checkbox", name="Also send the place")).to_be_checked()
    assert stored_display(database, world) is Display.FIRST_NAME


@pytest.mark.own_time
def test_the_check_mark_and_the_other_tiles_come_by_themselves(
    page: Page, site: str, database: Database, world: World
) -> None:
    """R67, R69, R75: n of m while it runs, then the others, with no refresh."""
    given_first_run(database, world, done=212)
    ada = signed_in(page, site)
    bar = ada.get_by_role("progressbar", name="Sync of Practice Calendar")
    expect(bar).to_be_visible()
    expect(ada.get_by_text("Syncing 212 of 640")).to_be_visible()
    expect(ada.get_by_role("heading", name="Other Google calendars")).to_have_count(0)
    finish_run(database, world)
    time_to_ask(ada)
    tile = ada.get_by_role("article", name="Practice Calendar")
    expect(tile.get_by_text("Synced", exact=True)).to_be_visible()
    expect(ada.get_by_role("button", name="Sync Family")).to_be_visible()
    expect(ada.get_by_role("status").get_by_text("Practice Calendar is synced")).to_be_visible()


def test_start_sync_becomes_a_tile_and_ten_clicks_are_one_run(
    page: Page, site: str, database: Database, world: World
) -> None:
    """R62, R65."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        connection_row(session, world)
        session.commit()
    ada = signed_in(page, site)
    ada.get_by_role("button", name="Start sync").click(click_count=10)
    expect(ada.get_by_text("Waiting to start")).to_be_visible()
    with database.reading(Scope.practice(world.practice.id)) as session:
        assert len(session.exec(select(SyncRun)).all()) == 1


def test_going_back_to_one_way_names_what_it_does(
    page: Page, site: str, database: Database, world: World
) -> None:
    """R112 to R118."""
    given_every_kind_of_tile(database, world)
    ada = signed_in(page, site)
    open_step(ada, "mode")
    ada.get_by_role("radio", name="One-way").check()
    ada.get_by_role("button", name="Switch and remove Google events here").click()
    expect(ada.get_by_role("heading", name="Your calendar address")).to_be_visible()
    expect(ada.get_by_role("radio", name="One-way")).to_be_focused()
    expect(ada.get_by_role("heading", name="Other Google calendars")).to_have_count(0)


def test_the_full_page_passes_the_accessibility_rules_and_fits(
    page: Page, site: str, database: Database, world: World
) -> None:
    """WCAG 2.2 AA and 1.4.10, with every kind of tile, and with a question open."""
    given_every_kind_of_tile(database, world)
    ada = signed_in(page, site)
    for question in ("", "?ask=disconnect"):
        ada.goto(f"{site}/sync-settings{question}")
        for width in (1280, 360):
            show(ada, width=width)
            assert_fits(ada)
            assert_readable(ada)
            show(ada, width=width, scheme="dark")
            assert_readable(ada, COLOURS)


def test_it_can_be_set_up_without_scripts(browser: Browser, site: str, world: World) -> None:
    """Each part has its Save button then, and a question stands on the page."""
    with browser.new_context(java_script_enabled=False) as context:
        ada = signed_in(context.new_page(), site)
        ada.get_by_role("checkbox", name="Allow this calendar").check()
        ada.get_by_role("button", name="Save").first.click()
        ada.get_by_role("radio", name="Full name").check()
        ada.get_by_role("button", name="Save").nth(1).click()
        ada.get_by_role("checkbox", name="I have a signed agreement").check()
        ada.get_by_role("button", name="Show full names").click()
        expect(ada.get_by_role("radio", name="Full name")).to_be_checked()
        expect(ada.get_by_text("Saved")).to_be_visible()


def test_a_change_made_before_the_scripts_are_here_is_saved_when_they_come(
    ada: Page, database: Database, world: World
) -> None:
    """A quick hand on a slow line: nothing is lost, and nothing needs a second click."""
    held: list[Route] = []
    ada.route("**/htmx.min.js*", lambda route: held.append(route))
    ada.reload(wait_until="commit")
    ada.get_by_role("checkbox", name="Allow this calendar").check()
    ada.wait_for_timeout(200)
    held[0].continue_()
    expect(ada.get_by_role("radio", name="Internal ID")).to_be_enabled()
    assert stored_display(database, world) is Display.INTERNAL_ID
