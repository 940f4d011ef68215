"""The history's page and the row that re-syncs, as a browser meets them."""

import datetime as dt

import pytest
from flask import Flask, render_template
from sqlmodel import select

from tests.cast import World
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.sync_rows import calendar_row, connection_row, default_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import HistoryEntry, SyncedCalendar, SyncRun
from webapp.db.queries.history import PAGE_SIZE
from webapp.db.scope import Scope
from webapp.domain.history import Counts, Outcome, Side, summary
from webapp.domain.run_state import RunState
from webapp.services import history_samples


@pytest.fixture
def calendars(database: Database, world: World) -> list[SyncedCalendar]:
    """Ada's two: the one that takes her sessions, and Family."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        account = connection_row(session, world)
        made = [default_row(session, account), calendar_row(session, account)]
        session.commit()
    return made


def given_entries(
    database: Database, calendar: SyncedCalendar, count: int, outcome: Outcome = Outcome.ADDED
) -> None:
    """One sync of that calendar that did so much, the newest now."""
    with database.writing(Scope.practice(calendar.practice_id)) as session:
        for number in range(count):
            session.add(
                HistoryEntry(
                    practice_id=calendar.practice_id,
                    member_id=calendar.member_id,
                    calendar_id=calendar.id,
                    stint=1,
                    at=NOW - dt.timedelta(seconds=number),
                    outcome=outcome,
                    google_id=f"event{number}",
                )
            )
        session.commit()


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({}, "Everything already matched"),
        ({(Outcome.STOPPED, Side.GOOGLE): 1}, "Everything already matched"),
        ({(Outcome.PUT_BACK, Side.GOOGLE): 1}, "1 event put back in Google"),
        (history_samples.REPAIRED, "2 events put back in Google, 1 removed here"),
        ({(Outcome.ADDED, Side.APP): 1200}, "1,200 events added here"),
    ],
)
def test_a_sum_is_a_sentence(counts: Counts, text: str) -> None:
    assert summary(counts) == text


def test_before_anything_happened_the_page_says_what_will_be_here(
    as_member: SignIn, world: World
) -> None:
    page = as_member(world.ada).get("/sync-history").text
    assert "Nothing yet" in page
    assert 'aria-label="Pages of the history"' not in page


@pytest.mark.usefixtures("calendars")
def test_it_is_reached_from_the_sync_page(as_member: SignIn, world: World) -> None:
    browser = as_member(world.ada)
    browser.post("/sync-settings", data={"change": "location", "includes_location": "on"})
    assert 'href="/sync-history"' in browser.get("/sync-settings").text


def test_it_is_narrowed_to_one_calendar(
    as_member: SignIn, world: World, database: Database, calendars: list[SyncedCalendar]
) -> None:
    given_entries(database, calendars[0], 1)
    given_entries(database, calendars[1], 1)
    page = as_member(world.ada).get(f"/sync-history?calendar={calendars[1].id}").text
    assert "<h2>Family</h2>" in page
    assert "<h2>Practice Calendar</h2>" not in page


def test_pages_follow_each_other_and_lose_nothing(
    as_member: SignIn, world: World, database: Database, calendars: list[SyncedCalendar]
) -> None:
    given_entries(database, calendars[1], PAGE_SIZE + 3)
    browser = as_member(world.ada)
    first = browser.get("/sync-history").text
    older = first.partition("before=")[2].partition('"')[0]
    second = browser.get(f"/sync-history?before={older}").text
    assert (first.count("Added here"), second.count("Added here")) == (PAGE_SIZE, 3)
    assert f"{PAGE_SIZE + 3} events added here" in first
    assert "Newest" in second
    assert "Older" not in second


def test_somebody_else_s_page_is_empty_and_an_assistant_has_none(
    as_member: SignIn, world: World, database: Database, calendars: list[SyncedCalendar]
) -> None:
    """R146."""
    given_entries(database, calendars[1], 1)
    address = f"/sync-history?calendar={calendars[1].id}"
    assert "Added here" not in as_member(world.ben).get(address).text
    assert "Added here" not in as_member(world.mallory).get(address).text
    assert as_member(world.eve).get(address).status_code == 403


def test_re_sync_makes_one_run_for_each_calendar_and_answers_with_its_row(
    as_member: SignIn, world: World, database: Database, calendars: list[SyncedCalendar]
) -> None:
    answer = as_member(world.ada).post("/resyncs", headers=HTMX)
    assert answer.status_code == 200
    assert "Comparing 2 calendars with Google" in answer.text
    with database.reading(Scope.practice(world.practice.id)) as session:
        runs = session.exec(select(SyncRun)).all()
    assert {run.calendar_id for run in runs} == {calendar.id for calendar in calendars}
    assert len({run.resync_id for run in runs}) == 1


@pytest.mark.usefixtures("calendars")
def test_re_sync_works_without_scripts(as_member: SignIn, world: World) -> None:
    browser = as_member(world.ada)
    assert browser.post("/resyncs").status_code == 303
    assert "Comparing 2 calendars with Google" in browser.get("/sync-settings").text


def test_with_nothing_to_compare_it_says_so(as_member: SignIn, world: World) -> None:
    answer = as_member(world.ada).post("/resyncs", headers=HTMX)
    assert answer.status_code == 422
    assert "No calendar is being synced yet." in answer.headers["HX-Trigger"]


def test_its_end_is_told_in_the_row_and_aloud(
    as_member: SignIn, world: World, database: Database, calendars: list[SyncedCalendar]
) -> None:
    browser = as_member(world.ada)
    browser.post("/resyncs", headers=HTMX)
    with database.writing(Scope.practice(world.practice.id)) as session:
        for run in session.exec(select(SyncRun)).all():
            run.state, run.finished_at = RunState.SYNCED, NOW
            resync_id = run.resync_id
        session.commit()
    answer = browser.get(f"/resyncs/{resync_id}", headers=HTMX)
    assert "Everything already matched" in answer.text
    assert "hx-trigger" not in answer.text
    assert "Re-sync finished. Everything already matched" in answer.headers["HX-Trigger"]
    assert as_member(world.ben).get(f"/resyncs/{resync_id}").status_code == 404


def test_exactly_what_is_live_asks_again(app: Flask) -> None:
    """R68, for the row of a re-sync."""
    for state, resync in history_samples.resyncs(NOW).items():
        with app.test_request_context():
            html = render_template("resyncs/_resync.html", resync=resync, is_focused=False)
        assert ("hx-get" in html) is (state in ("comparing", "waiting")), state
