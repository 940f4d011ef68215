"""What an open page asks every few seconds, and what it says about the age of what it shows."""

import datetime as dt
import json
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import Session
from werkzeug.test import TestResponse

from tests.cast import CANARY, World, make_appointment
from tests.web.conftest import HTMX, NOW, Clock, SignIn
from tests.web.test_calendar import add_dentist, at, connect, rows
from webapp.db.engine import Database
from webapp.db.models import ConnectionState, GoogleConnection, SyncedCalendar, WatchChannel
from webapp.domain.words import every
from webapp.sync.watching import ChannelState

__all__ = ["rows"]


def address(page: str) -> str:
    """What the line of a page asks for."""
    found = re.search(r'hx-get="(/freshness\?[^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def ask(browser: FlaskClient, page: str) -> TestResponse:
    """The page's own question, asked by itself."""
    return browser.get(address(page), headers=HTMX | {"X-Background": "true"})


def line(page: str) -> str:
    """What the line says, without its markup."""
    found = re.search(r'<p class="freshness.*?</p>', page, re.S)
    assert found is not None
    seen = re.sub(
        r'<span class="(visually-hidden|freshness-cut-off)">.*?</span>', "", found[0], flags=re.S
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", seen)).strip()


def events(answer: TestResponse) -> set[str]:
    """What the answer says to the page."""
    return set(json.loads(answer.headers.get("HX-Trigger", "{}")))


def test_nothing_new_is_an_empty_answer_and_two_statements(
    as_member: SignIn, rows: Session, world: World, database: Database
) -> None:
    """RELIABILITY.md 5: a status poll is 1 kB and two statements at most, whoever asks."""
    add_dentist(rows, connect(rows, world))
    rows.commit()
    ada = as_member(world.ada)
    page = ada.get("/calendar").text
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    asked.clear()
    answer = ask(ada, page)
    assert (answer.status_code, answer.data) == (204, b"")
    assert len([text for text in asked if not text.startswith("BEGIN")]) <= 2, asked


def test_a_look_that_found_something_makes_the_calendar_ask_again(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """R6: without a refresh."""
    calendar = connect(rows, world)
    rows.commit()
    ada = as_member(world.ada)
    page = ada.get("/calendar").text
    add_dentist(rows, calendar)
    calendar.completed += 1
    rows.commit()
    answer = ask(ada, page)
    assert answer.status_code == 200
    assert events(answer) == {"calendar-changed", "tiles-changed"}
    assert ask(ada, answer.text).status_code == 204


def test_a_colleagues_booking_makes_the_calendar_ask_again(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """Not only Google's changes."""
    eve = as_member(world.eve)
    page = eve.get(f"/calendar?member={world.ada.id}").text
    make_appointment(rows, world.ada, at("2026-11-23T10:00"), now=NOW, client=world.cleo)
    rows.commit()
    assert "calendar-changed" in events(ask(eve, page))


def test_only_the_words_follow_when_only_time_has_passed(
    as_member: SignIn, rows: Session, world: World, clock: Clock
) -> None:
    """The age is told anew, the calendar stays."""
    connect(rows, world)
    rows.commit()
    ada = as_member(world.ada)
    page = ada.get("/calendar").text
    assert line(page) == "Google: up to date, just now"
    clock.advance(minutes=3)
    answer = ask(ada, page)
    assert line(answer.text) == "Google: up to date, 3 min ago"
    assert events(answer) == set()


def test_what_is_old_says_so(as_member: SignIn, rows: Session, world: World, clock: Clock) -> None:
    """RELIABILITY.md 1.3: half an hour without a good look, or access that is gone."""
    connect(rows, world)
    rows.commit()
    ada = as_member(world.ada)
    clock.advance(minutes=29)
    page = ada.get("/calendar").text
    assert line(page) == "Google: up to date, 29 min ago"
    clock.advance(minutes=2)
    answer = ask(ada, page)
    assert line(answer.text) == "Google: as of 31 min ago. Newer changes may be missing. See why"
    assert "is-stale" in answer.text


def test_without_access_it_is_old_at_once(as_member: SignIn, rows: Session, world: World) -> None:
    """R127."""
    calendar = connect(rows, world)
    connection = rows.get(GoogleConnection, calendar.connection_id)
    assert connection is not None
    connection.state = ConnectionState.RECONNECT_NEEDED
    rows.commit()
    assert "Newer changes may be missing." in line(as_member(world.ada).get("/calendar").text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_success_at": None}, "Google: the first sync is under way"),
        ({"is_on": False}, ""),
        ({"is_missing": True}, ""),
    ],
)
def test_what_is_not_read_has_no_age(
    changes: dict[str, object], words: str, as_member: SignIn, rows: Session, world: World
) -> None:
    """A calendar that is off or gone does not make the rest look old."""
    calendar: SyncedCalendar = connect(rows, world)
    for name, value in changes.items():
        setattr(calendar, name, value)
    rows.commit()
    assert line(as_member(world.ada).get("/calendar").text) == words


def test_the_oldest_look_counts(as_member: SignIn, rows: Session, world: World) -> None:
    calendar = connect(rows, world)
    rows.add(
        SyncedCalendar(
            **calendar.model_dump(exclude={"id", "google_id", "last_success_at"}),
            google_id="second",
            last_success_at=NOW - dt.timedelta(minutes=7),
        )
    )
    rows.commit()
    assert line(as_member(world.ada).get("/calendar").text) == "Google: up to date, 7 min ago"


def test_mallory_learns_nothing_of_a_calendar_next_door(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """I14: not even whether there is one."""
    connect(rows, world)
    rows.commit()
    mallory = as_member(world.mallory)
    answer = mallory.get(f"/freshness?member={world.ada.id}")
    assert answer.status_code == 404
    assert CANARY not in answer.text
    assert mallory.get("/freshness?member=nobody").status_code == 404


def test_asking_does_not_keep_a_session_alive(
    as_member: SignIn, rows: Session, world: World, clock: Clock
) -> None:
    """S6: half an hour in which the person did nothing ends it, however often the page asks."""
    connect(rows, world)
    rows.commit()
    ada = as_member(world.ada)
    page = ada.get("/calendar").text
    for _ in range(31):
        clock.advance(minutes=1)
        answer = ask(ada, page)
    assert answer.status_code == 401


def test_the_sync_page_follows_too(as_member: SignIn, rows: Session, world: World) -> None:
    """A calendar that appears in Google appears as a tile by itself (R78)."""
    calendar = connect(rows, world)
    rows.commit()
    ada = as_member(world.ada)
    page = ada.get("/sync-settings").text
    assert "page=sync" in address(page)
    rows.add(
        SyncedCalendar(
            **calendar.model_dump(exclude={"id", "google_id", "name", "is_on"}),
            google_id="choir",
            name="Choir",
        )
    )
    rows.commit()
    assert "tiles-changed" in events(ask(ada, page))


def test_the_sync_page_does_not_say_that_all_is_good_when_it_is_old(
    as_member: SignIn, rows: Session, world: World, clock: Clock
) -> None:
    """RELIABILITY.md 1.3: whatever the tiles say."""
    connect(rows, world)
    rows.commit()
    ada = as_member(world.ada)
    clock.advance(minutes=29)
    page = ada.get("/sync-settings").text
    assert "All good" in page
    clock.advance(minutes=2)
    assert "tiles-changed" in events(ask(ada, page))
    old = ada.get("/sync-settings").text
    assert "Google was not read for a while" in old
    assert "All good" not in old


def test_the_sync_page_says_how_it_hears_of_changes(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """F93: in one calm line; told only when a message has proved it."""
    calendar = connect(rows, world)
    rows.commit()
    ada = as_member(world.ada)
    asking = "This app asks Google for changes about every minute."
    assert asking in ada.get("/sync-settings").text
    channel = WatchChannel(
        practice_id=calendar.practice_id,
        connection_id=calendar.connection_id,
        resource=calendar.id,
        address="https://practice.example.test/google-pushes",
        state=ChannelState.OPEN,
        created_at=NOW,
        due_at=NOW + dt.timedelta(days=5),
        expires_at=NOW + dt.timedelta(days=7),
    )
    rows.add(channel)
    rows.commit()
    assert asking in ada.get("/sync-settings").text
    channel.greeted_at = NOW
    rows.commit()
    told = ada.get("/sync-settings").text
    assert "Google tells this app at once" in told
    assert "also asks every 15 minutes" in told


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "every second"), (10, "every 10 seconds"), (60, "every minute"), (90, "every 90 seconds")],
)
def test_how_often_is_said_in_words(seconds: int, words: str) -> None:
    assert every(seconds) == words
