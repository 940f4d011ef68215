"""The person's pages in a real browser: they work, they are accessible, they fit a phone."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
import requests
from playwright.sync_api import Locator, Page

from emulator import sample
from emulator.google import Google
from emulator.person import PersonCalendar
from emulator.serving import RunningEmulator
from tests.emulator.conftest import ADA
from tests.web.browsing import WCAG_AND_HABITS, assert_fits, assert_readable, show

SCOPES = (
    "openid email https://www.googleapis.com/auth/calendar.app.created "
    "https://www.googleapis.com/auth/calendar.events.readonly"
)


@pytest.fixture
def lived_in(emu: RunningEmulator) -> RunningEmulator:
    sample.fill(emu.google, ADA)
    return emu


WIDE = {"width": 1280, "height": 900}
RULES = [rule for rule in WCAG_AND_HABITS if rule != "wcag22aa"]
"""WCAG 2.1 AA: in a full month, the days' entries stand as close together as Google's do."""


def monday(google: Google) -> date:
    today = google.clock.now().date()
    return today - timedelta(days=today.weekday())


def drag(page: Page, chip: Locator, x: float, y: float, *, edge: bool = False) -> None:
    """Take the event (or its lower edge) and drop it this many pixels away."""
    chip.scroll_into_view_if_needed()
    box = chip.bounding_box()
    assert box is not None
    begin_x, begin_y = box["x"] + 20, box["y"] + (box["height"] - 3 if edge else 8)
    page.mouse.move(begin_x, begin_y)
    page.mouse.down()
    page.mouse.move(begin_x + x / 2, begin_y + y / 2)
    page.mouse.move(begin_x + x, begin_y + y)
    page.mouse.up()


def drag_by_finger(page: Page, chip: Locator, x: float, y: float) -> None:
    """The same on a screen that is touched."""
    box = chip.bounding_box()
    assert box is not None
    hand = page.context.new_cdp_session(page)
    begin_x, begin_y = box["x"] + 20, box["y"] + 8
    places = [(begin_x + x * part, begin_y + y * part) for part in (0, 0.25, 0.5, 1)]
    for kind, (at_x, at_y) in zip(("Start", "Move", "Move", "Move"), places, strict=True):
        touched = {"type": f"touch{kind}", "touchPoints": [{"x": at_x, "y": at_y}]}
        hand.send("Input.dispatchTouchEvent", touched)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def hour(page: Page) -> float:
    return float(page.evaluate("document.querySelector('.column').offsetHeight / 24"))


def day(page: Page) -> float:
    return float(page.evaluate("document.querySelector('[data-day]').offsetWidth"))


@pytest.fixture
def calm(emu: RunningEmulator, page: Page) -> PersonCalendar:
    """Ada's empty calendar with one event on Tuesday from 10:00 to 11:00, open as a week."""
    mine = emu.google.account(ADA).calendar()
    mine.create("Physio", f"{monday(emu.google) + timedelta(days=1)}T10:00", id="physio01")
    page.set_viewport_size(WIDE)
    page.goto(f"{emu.url}/calendar?user={ADA}")
    return mine


def authorization(**more: str) -> str:
    query = {"client_id": "1234-app", "redirect_uri": "http://127.0.0.1:9/back", "scope": SCOPES}
    return "/o/oauth2/v2/auth?" + urlencode(query | {"response_type": "code", "state": "s"} | more)


def test_every_page_is_accessible_and_fits(lived_in: RunningEmulator, page: Page) -> None:
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
        *(
            "/faults",
            "/calls",
            "/weather",
            "/knobs",
            "/channels",
            authorization(),
            authorization(emulator_account=ADA),
        ),
        instance["htmlLink"].removeprefix(lived_in.url),
    ]
    for path in paths:
        show(page, width=1280)
        page.goto(lived_in.url + path)
        # What axe finds does not depend on the width.
        assert_readable(page, RULES)
        assert_fits(page)
        show(page, width=360)
        assert_fits(page)


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
    page.get_by_role("button", name="This event", exact=True).click()
    page.wait_for_url("**/calendar?*")
    titles = [event["summary"] for event in family.instances(series["id"])[:3]]
    assert titles == ["Swimming lesson", "Swimming badge", "Swimming lesson"]


def test_an_event_is_dragged_to_another_day_and_hour(
    calm: PersonCalendar, google: Google, page: Page
) -> None:
    """Issue 3, a person's hand."""
    with page.expect_navigation():
        drag(page, page.get_by_role("link", name="Physio"), day(page), 2 * hour(page))
    event = calm.event("physio01")
    wednesday = monday(google) + timedelta(days=2)
    assert event["start"]["dateTime"].startswith(f"{wednesday}T12:00:00")
    assert event["end"]["dateTime"].startswith(f"{wednesday}T13:00:00")
    assert event["sequence"] == 1


def test_a_finger_drags_an_event_too(calm: PersonCalendar, google: Google, page: Page) -> None:
    """On a tablet the week is the same week."""
    chip = page.get_by_role("link", name="Physio")
    chip.scroll_into_view_if_needed()
    with page.expect_navigation():
        drag_by_finger(page, chip, day(page), hour(page))
    wednesday = monday(google) + timedelta(days=2)
    assert calm.event("physio01")["start"]["dateTime"].startswith(f"{wednesday}T11:00:00")


def test_the_lower_edge_is_pulled_to_make_an_event_longer(calm: PersonCalendar, page: Page) -> None:
    """Issue 3, a person's hand."""
    with page.expect_navigation():
        drag(page, page.get_by_role("link", name="Physio"), 0, hour(page), edge=True)
    event = calm.event("physio01")
    assert (event["start"]["dateTime"][11:16], event["end"]["dateTime"][11:16]) == (
        "10:00",
        "12:00",
    )


def test_a_click_on_an_empty_hour_makes_an_event_there(
    calm: PersonCalendar, google: Google, page: Page
) -> None:
    """Issue 3, a person's hand."""
    column = page.locator(".column").nth(4)
    column.click(position={"x": 30, "y": 14.3 * hour(page)})
    page.get_by_label("Title").fill("Supervision")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Supervision").wait_for()
    friday = monday(google) + timedelta(days=4)
    event = calm.find("Supervision")
    assert event["start"]["dateTime"].startswith(f"{friday}T14:00:00")
    assert event["end"]["dateTime"].startswith(f"{friday}T15:00:00")


@pytest.mark.parametrize(
    ("answer", "moved"),
    [("This event", 1), ("This and following events", 3), ("All events", 4), ("Cancel", 0)],
)
def test_dragging_an_occurrence_asks_how_much_of_the_series_it_means(
    emu: RunningEmulator, google: Google, page: Page, answer: str, moved: int
) -> None:
    """GOOGLE.md 4.4 to 4.6."""
    mine = google.account(ADA).calendar()
    first = monday(google) - timedelta(days=6)
    rule = ["RRULE:FREQ=WEEKLY;COUNT=4"]
    mine.create("Group", f"{first}T10:00", recurrence=rule)
    page.set_viewport_size(WIDE)
    page.goto(f"{emu.url}/calendar?user={ADA}")
    drag(page, page.get_by_role("link", name="Group"), 0, 3 * hour(page))
    with page.expect_navigation():
        page.get_by_role("button", name=answer, exact=True).click()
    starts = [
        instance["start"]["dateTime"][11:16]
        for event in mine.events()
        if "recurrence" in event
        for instance in mine.instances(event["id"])
    ]
    assert (starts.count("13:00"), len(starts)) == (moved, 4)


@pytest.mark.parametrize(
    ("answer", "left"), [("This event", 3), ("This and following events", 1), ("All events", 0)]
)
def test_deleting_an_occurrence_asks_the_same(
    emu: RunningEmulator, google: Google, page: Page, answer: str, left: int
) -> None:
    """GOOGLE.md 4.3 and 4.6."""
    mine = google.account(ADA).calendar()
    rule = ["RRULE:FREQ=WEEKLY;COUNT=4"]
    series = mine.create("Group", "2026-11-02T10:00", recurrence=rule)
    page.goto(mine.instances(series["id"])[1]["htmlLink"])
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name=answer, exact=True).click()
    page.wait_for_url("**/calendar?*")
    living = [e for e in mine.events() if "recurrence" in e]
    assert sum(len(mine.instances(event["id"])) for event in living) == left


def test_in_the_month_an_event_keeps_its_hour_when_dragged(
    calm: PersonCalendar, emu: RunningEmulator, page: Page
) -> None:
    """Issue 3, a person's hand."""
    before = date.fromisoformat(calm.event("physio01")["start"]["dateTime"][:10])
    page.goto(f"{emu.url}/calendar?user={ADA}&view=month&on={before}")
    with page.expect_navigation():
        drag(page, page.get_by_role("link", name="Physio"), 2 * day(page), 0)
    start = calm.event("physio01")["start"]["dateTime"]
    assert start.startswith(f"{before + timedelta(days=2)}T10:00:00")


def test_a_calendar_is_ticked_off_and_on_again(
    calm: PersonCalendar, emu: RunningEmulator, page: Page
) -> None:
    """GOOGLE.md 2.4: `selected` is only that."""
    with page.expect_navigation():
        page.get_by_role("checkbox", name="Ada").uncheck()
    assert page.get_by_role("link", name="Physio").count() == 0
    assert "selected" not in calm.entry()
    with page.expect_navigation():
        page.get_by_role("checkbox", name="Ada").check()
    assert page.get_by_role("link", name="Physio").count() == 1


def test_a_calendar_is_shared_for_reading_renamed_and_deleted_by_hand(
    emu: RunningEmulator, google: Google, page: Page
) -> None:
    """Issue 3, a person's hand; F45, F46."""
    ada = google.account(ADA)
    work = ada.new_calendar("Work")
    page.goto(f"{emu.url}/calendar?user={ADA}")
    page.get_by_role("link", name="Settings of Work").click()
    page.get_by_label("Address").fill("ben@example.com")
    page.get_by_role("button", name="Share", exact=True).click()
    assert google.account("ben@example.com").calendar("Work").entry()["accessRole"] == "reader"
    page.get_by_label("Name of the calendar").fill("Practice")
    page.get_by_role("button", name="Rename").click()
    assert work.summary == "Practice"
    page.get_by_role("button", name="Delete this calendar").click()
    assert [calendar.id for calendar in ada.calendars()] == [ADA]


def test_an_event_is_duplicated_and_moved_to_another_calendar_by_hand(
    calm: PersonCalendar, emu: RunningEmulator, google: Google, page: Page
) -> None:
    """GOOGLE.md 3.9; F47, F56."""
    work = google.account(ADA).new_calendar("Work")
    page.goto(calm.event("physio01")["htmlLink"])
    page.get_by_role("button", name="Duplicate").click()
    assert [event["summary"] for event in calm.events()] == ["Physio", "Physio"]
    page.goto(calm.event("physio01")["htmlLink"])
    page.locator("select[name=destination]").select_option(label="Work")
    page.get_by_role("button", name="Move").click()
    assert work.event("physio01")["status"] == "confirmed"
    assert calm.event("physio01")["status"] == "cancelled"


def test_an_app_loses_its_access_by_hand(emu: RunningEmulator, google: Google, page: Page) -> None:
    """GOOGLE.md 1.6."""
    token = google.account(ADA).token(["calendar"])
    page.goto(f"{emu.url}/account?user={ADA}")
    page.get_by_role("button", name="Remove access").click()
    assert google.grants.live_access(token, now=google.clock.now()) is None


def test_a_refused_drag_says_why_and_changes_nothing(
    calm: PersonCalendar, emu: RunningEmulator
) -> None:
    wish = {"user": ADA, "calendar": ADA, "event": "physio01", "days": "soon"}
    answer = requests.post(emu.url + "/calendar/drag", data=wish, timeout=10)
    assert answer.status_code == 422
    assert calm.event("physio01")["sequence"] == 0


def test_the_clock_the_limits_and_the_latency_are_set_by_hand(
    emu: RunningEmulator, google: Google, page: Page
) -> None:
    """Issue 3: a page shows and sets them."""
    google.account(ADA)
    google.clock.freeze()
    before = google.clock.now()
    page.goto(emu.url + "/weather")
    page.get_by_role("button", name="Move two hours ahead").click()
    assert google.clock.now() - before == timedelta(hours=2)
    page.get_by_role("button", name="As Google has them").click()
    assert google.quota.calendar_writes_per_second == 10
    page.get_by_label("Units a minute and user").fill("30")
    page.get_by_label("Refused with").select_option("429")
    page.get_by_role("button", name="Set").first.click()
    assert (google.quota.per_user, google.quota.refusal_status) == (30, 429)
    page.get_by_role("button", name="Stop ada@example.com for two hours").click()
    page.get_by_text("stopped for 120 minutes").wait_for()
    page.get_by_label("Profile").select_option("google")
    page.get_by_role("button", name="Set").last.click()
    assert google.latency.profile == "google"


def test_knobs_and_faults_are_set_by_hand_and_refused_when_they_cannot_be(
    emu: RunningEmulator, google: Google, page: Page
) -> None:
    """Issue 3: a page shows and sets them."""
    page.goto(emu.url + "/knobs")
    page.get_by_label("all_day_empty_range_is_allowed").check()
    page.get_by_label("page_limit").fill("7")
    page.get_by_role("button", name="Set").click()
    assert (google.knobs.all_day_empty_range_is_allowed, google.knobs.page_limit) == (True, 7)
    page.get_by_label("instance_of_deleted_master").fill("500")
    page.get_by_role("button", name="Set").click()
    page.get_by_role("alert").wait_for()
    assert google.knobs.instance_of_deleted_master == 410
    page.goto(emu.url + "/faults")
    page.get_by_label("Method").select_option("calendar.events.insert")
    page.get_by_label("Kind").select_option("drop")
    page.get_by_label("When").select_option("after")
    page.get_by_role("button", name="Set").click()
    (fault,) = google.faults.wishes
    assert (fault.method, fault.kind, fault.when, fault.times) == (
        *("calendar.events.insert", "drop", "after"),
        1,
    )
    page.get_by_role("button", name="Forget fault 1").click()
    assert google.faults.wishes == []
