"""The person's pages in a real browser: they work, they are accessible, they fit a phone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from emulator import sample
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA

SCOPES = (
    "openid email https://www.googleapis.com/auth/calendar.app.created "
    "https://www.googleapis.com/auth/calendar.events.readonly"
)


@pytest.fixture
def lived_in(emu: RunningEmulator) -> RunningEmulator:
    sample.fill(emu.google, ADA)
    return emu


def authorization(**more: str) -> str:
    query = {"client_id": "1234-app", "redirect_uri": "http://127.0.0.1:9/back", "scope": SCOPES}
    return "/o/oauth2/v2/auth?" + urlencode(query | {"response_type": "code", "state": "s"} | more)


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(
    lived_in: RunningEmulator, page: Page, width: int
) -> None:
    mine = lived_in.google.account(ADA).calendar()
    yoga = next(e for e in mine.events() if e["summary"] == "Yoga" and "recurrence" in e)
    instance = mine.instances(yoga["id"])[0]
    user = f"?user={ADA}"
    paths = [
        *("/", f"/calendar{user}", f"/calendar{user}&view=month", f"/calendar/new{user}"),
        *(
            f"/calendar/bin{user}",
            f"/account{user}",
            f"/calendars/new{user}",
            f"/calendars/{ADA}{user}",
        ),
        *("/faults", "/calls", authorization(), authorization(emulator_account=ADA)),
        instance["htmlLink"].removeprefix(lived_in.url),
    ]
    page.set_viewport_size({"width": width, "height": 900})
    for path in paths:
        page.goto(lived_in.url + path)
        if width == 1280:
            # What axe finds does not depend on the width, and looking takes a second a page.
            assert Axe().run(page).violations_count == 0, path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_consent_grants_what_stays_ticked(lived_in: RunningEmulator, page: Page) -> None:
    """GOOGLE.md 1.9; F27."""
    page.route("http://127.0.0.1:9/**", lambda route: route.fulfill(body="back"))
    page.goto(lived_in.url + authorization())
    page.get_by_role("button", name="Ada").click()
    page.get_by_label("View events on all your calendars").uncheck()
    assert not page.get_by_label("Select all").is_checked()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("http://127.0.0.1:9/back*")
    assert "calendar.app.created" in page.url
    assert "events.readonly" not in page.url


def test_a_person_creates_edits_and_deletes_an_event(lived_in: RunningEmulator, page: Page) -> None:
    mine = lived_in.google.account(ADA).calendar()
    page.goto(f"{lived_in.url}/calendar?user={ADA}")
    page.get_by_role("link", name="New event").click()
    page.get_by_label("Title").fill("Piano tuner")
    page.get_by_label("Visibility").select_option("private")
    page.get_by_role("button", name="Save").click()
    assert mine.find("Piano tuner")["visibility"] == "private"
    page.get_by_role("link", name="Private Piano tuner").click()
    page.get_by_label("From").fill("11:00")
    page.get_by_label("To", exact=True).fill("12:00")
    page.get_by_role("button", name="Save").click()
    assert "T11:00:00" in mine.find("Piano tuner")["start"]["dateTime"]
    page.get_by_role("link", name="Private Piano tuner").click()
    page.get_by_role("button", name="Delete").click()
    assert page.get_by_role("link", name="Piano tuner").count() == 0
    page.get_by_role("link", name="Bin", exact=True).click()
    page.get_by_role("button", name="Restore Piano tuner").click()
    assert mine.find("Piano tuner")["status"] == "confirmed"


def test_one_occurrence_is_changed_without_the_others(
    lived_in: RunningEmulator, page: Page
) -> None:
    """GOOGLE.md 4.4."""
    family = lived_in.google.account(ADA).calendar("Family")
    series = family.find("Swimming lesson")
    second = family.instances(series["id"])[1]
    page.goto(second["htmlLink"])
    page.get_by_label("Title").fill("Swimming badge")
    page.get_by_role("button", name="Save").click()
    titles = [event["summary"] for event in family.instances(series["id"])[:3]]
    assert titles == ["Swimming lesson", "Swimming badge", "Swimming lesson"]
