"""The history and Re-sync now in Chromium: read by anybody, on any screen."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from tests.cast import World
from tests.web.browsing import assert_good_looks, signed_in, time_to_ask
from tests.web.conftest import NOW
from tests.web.sync_rows import calendar_row, connection_row, default_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import HistoryEntry, SyncRun
from webapp.db.scope import Scope
from webapp.domain.history import Outcome
from webapp.domain.run_state import RunState


@pytest.fixture
def told(database: Database, world: World) -> None:
    """Ada's two calendars, with each outcome once."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        account = connection_row(session, world)
        for calendar in (default_row(session, account), calendar_row(session, account)):
            for outcome in Outcome:
                session.add(
                    HistoryEntry(
                        practice_id=world.practice.id,
                        member_id=world.ada.id,
                        calendar_id=calendar.id,
                        stint=1,
                        at=NOW,
                        outcome=outcome,
                        google_id="event" if outcome is not Outcome.STOPPED else "",
                        starts=NOW.isoformat(),
                        reason="Its time cannot be read.",
                    )
                )
        session.commit()


@pytest.mark.usefixtures("told")
def test_the_history_fits_and_axe_finds_nothing(page: Page, site: str) -> None:
    signed_in(page, site, to="/sync-history", heading="Sync history")
    expect(page.get_by_role("heading", level=2)).to_have_count(2)
    assert_good_looks(page)


@pytest.mark.own_time
@pytest.mark.usefixtures("told")
def test_re_sync_is_followed_without_a_reload_and_keeps_the_focus(
    page: Page, site: str, database: Database, world: World
) -> None:
    """R123, R68: pressed with the keyboard, followed by itself, its end said aloud."""
    signed_in(page, site)
    row = page.locator("#resync")
    row.get_by_role("button", name="Re-sync now").press("Enter")
    expect(row.get_by_text("Comparing 2 calendars with Google")).to_be_visible()
    expect(row).to_be_focused()
    with database.writing(Scope.practice(world.practice.id)) as session:
        for run in session.exec(select(SyncRun)):
            run.state, run.finished_at = RunState.SYNCED, NOW
        session.commit()
    time_to_ask(page)
    expect(row.get_by_text("Everything already matched")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Re-sync finished.")).to_be_visible()
