"""The operator's page and the owner's audit log in Chromium: on any screen, for anybody."""

import pytest
from playwright.sync_api import Page, expect

from tests.cast import World
from tests.web.browsing import assert_good_looks, assert_readable, signed_in
from tests.web.conftest import NOW
from tests.web.sync_rows import calendar_row, connection_row, default_row
from webapp.db.engine import Database
from webapp.db.models import Member
from webapp.db.scope import Scope
from webapp.services import audit

PAGES = {
    "/operations": "Operations",
    "/practice": "Harbour Practice",
    "/audit-entries": "Audit log",
}


@pytest.fixture
def installation(database: Database, world: World) -> None:
    """Dora is an operator; Ada's calendars are in different states, and something was written."""
    with database.writing(Scope.installation()) as session:
        session.get_one(Member, world.dora.id).is_operator = True
        account = connection_row(session, world)
        default_row(session, account, requested=1)
        calendar_row(session, account, failure="Google does not answer.", failed_at=NOW)
        audit.record(session, by=world.ada, action="google.connected", now=NOW)
        session.commit()


@pytest.mark.usefixtures("installation")
def test_the_pages_fit_and_axe_finds_nothing(page: Page, site: str) -> None:
    signed_in(page, site, email="dora@example.test", to="/operations", heading="Operations")
    for address, heading in PAGES.items():
        page.goto(site + address)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert_good_looks(page)


def test_somebody_is_deactivated_and_taken_back_by_keyboard(
    page: Page, site: str, world: World
) -> None:
    """R131: asked before, done in place, and the focus stays with the person it was about."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    signed_in(page, site, email="dora@example.test", to="/practice", heading="Harbour Practice")
    page.get_by_role("link", name="Deactivate Ada Lind").press("Enter")
    question = page.get_by_role("dialog", name="Deactivate Ada Lind?")
    expect(question).to_be_visible()
    assert_readable(page)
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page.get_by_role("link", name="Deactivate Ada Lind")).to_be_focused()
    page.keyboard.press("Enter")
    question.get_by_role("button", name="Deactivate").press("Enter")
    activate = page.get_by_role("button", name="Activate Ada Lind")
    expect(activate).to_be_focused()
    activate.press("Enter")
    expect(page.get_by_role("link", name="Deactivate Ada Lind")).to_be_focused()
