"""Online booking as the practitioner sets it up, and what they hear of it afterwards."""

import datetime as dt
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.services.booking_rows import (
    TEN,
    Letters,
    appointments_of,
    confirm,
    open_desk,
    place,
    wish,
)
from tests.web.conftest import Clock, MakeApp, SignIn, make_settings
from tests.web.google_rows import given_google, google_row
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, Booking, BookingSettings
from webapp.db.scope import Scope
from webapp.domain.booking_pause import LONGEST_UNREAD, WhenUnread
from webapp.domain.timespan import TimedSpan
from webapp.services import booking_upkeep, browser_sessions

PAUSED = "Online booking is paused"
MINUTE = dt.timedelta(minutes=1)
BOXES = ("checkbox", "radio")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A server whose mails are files."""
    return make_settings(
        database_url, MAIL_SERVER=f"file://{tmp_path}", MAIL_FROM="practice@example.test"
    )


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


class Fields(HTMLParser):
    """What a browser would send of a page's form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Inputs, and the chosen option of each select."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.found[self._select] = value
        elif tag == "input" and name and (given["type"] not in BOXES or "checked" in given):
            self.found[name] = value


def fields(page: str, **typed: str) -> dict[str, str]:
    """The form as the page has it with `typed` over it; off unless that says so."""
    return {**Fields(page).found, "is_open": "", **typed}


def stored_settings(database: Database, world: World) -> BookingSettings:
    """Ada's."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return session.exec(
            select(BookingSettings).where(BookingSettings.member_id == world.ada.id)
        ).one()


def unread(database: Database, world: World, *, last_look: dt.datetime | None) -> None:
    """Google was read then."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        given_google(session, world, last_success_at=last_look)
        session.commit()


def test_it_is_off_until_a_practitioner_switches_it_on(
    ada: FlaskClient, client: FlaskClient
) -> None:
    page = ada.get("/booking-settings").text
    assert "Your booking page" not in page
    assert client.get("/book/harbour-practice").status_code == 404
    assert ada.post("/booking-settings", data=fields(page, is_open="on")).status_code == 303
    page = ada.get("/booking-settings").text
    assert 'value="http://localhost:8000/book/harbour-practice/ada-lind"' in page
    assert 'data-copy="booking-address"' in page
    assert client.get("/book/harbour-practice/ada-lind").status_code == 200


def test_switched_off_the_page_is_gone_and_the_address_is_kept(
    ada: FlaskClient, client: FlaskClient, database: Database, world: World
) -> None:
    open_desk(database, world.ada)
    page = ada.get("/booking-settings").text
    assert ada.post("/booking-settings", data=fields(page)).status_code == 303
    assert client.get("/book/harbour-practice/ada-lind").status_code == 404
    assert stored_settings(database, world).slug == "ada-lind"


def test_everything_that_can_be_chosen_is_saved_and_audited(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R144."""
    page = ada.get("/booking-settings").text
    typed = {
        "is_open": "on", "begins_5_1": "10:00", "ends_5_1": "12:00",
        "begins_0_2": "", "ends_0_2": "",
        "session_minutes": "80", "step_minutes": "60", "pause_minutes": "15", "lead_hours": "24",
        "ahead_weeks": "4", "when_unread": "keep_going", "phone": "+49 30 5550 100",
        "calendar_words": "Meeting",
    }  # fmt: skip
    assert ada.post("/booking-settings", data=fields(page, **typed)).status_code == 303
    row = stored_settings(database, world)
    assert [0, "09:00", "12:00"] in row.hours
    assert [0, "13:00", "17:00"] not in row.hours
    assert [5, "10:00", "12:00"] in row.hours
    chosen = (row.session_minutes, row.step_minutes, row.pause_minutes, row.lead_hours)
    assert chosen == (80, 60, 15, 24)
    assert (row.when_unread, row.calendar_words) == (WhenUnread.KEEP_GOING, "Meeting")
    with database.reading(Scope.practice(world.practice.id)) as session:
        assert list(session.exec(select(AuditEntry.action))) == ["booking.opened"]
    again = ada.get("/booking-settings").text
    assert fields(again)["begins_5_1"] == "10:00"
    assert fields(again)["session_minutes"] == "80"


REFUSED = [
    ({"ends_1_1": ""}, "Enter both times of a stretch, or neither."),
    ({"ends_1_1": "08:00"}, "Each stretch has to end after it begins."),
    ({"begins_1_2": "11:00"}, "These two overlap."),
    ({"session_minutes": "200"}, "One of these is shorter than a session."),
    ({"session_minutes": "5"}, "Enter a whole number from 10 to 480."),
    ({"calendar_words": ""}, "Please fill this in."),
    ({"step_minutes": "7"}, "Choose one of these."),
]


def test_what_cannot_be_right_is_said_where_it_was_typed(ada: FlaskClient) -> None:
    page = ada.get("/booking-settings").text
    for typed, sentence in REFUSED:
        refused = ada.post("/booking-settings", data=fields(page, phone="555", **typed))
        assert refused.status_code == 422, typed
        assert sentence in refused.text, typed
        assert 'value="555"' in refused.text, "what was typed is kept"


def test_without_hours_it_cannot_be_switched_on(ada: FlaskClient) -> None:
    page = ada.get("/booking-settings").text
    empty = {name: "" for name in fields(page) if name.startswith(("begins", "ends"))}
    refused = ada.post("/booking-settings", data=fields(page, is_open="on", **empty))
    assert "Say when clients can book" in refused.text


def test_without_a_mail_server_it_cannot_be_switched_on(
    database_url: str, new_app: MakeApp, world: World, clock: Clock
) -> None:
    """Clients confirm by mail."""
    app = new_app(make_settings(database_url), WTF_CSRF_ENABLED=False)
    browser = app.test_client()
    with app.extensions["database"].writing(Scope.installation()) as session:
        secret = browser_sessions.begin(session, member=world.ada, now=clock())
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = secret
        cookie["began"] = cookie["seen"] = clock().timestamp()
    page = browser.get("/booking-settings").text
    refused = browser.post("/booking-settings", data=fields(page, is_open="on"))
    assert "This server sends no mail yet" in refused.text


def test_owners_see_who_can_be_booked_and_assistants_do_not_come_in(
    as_member: SignIn, database: Database, world: World
) -> None:
    open_desk(database, world.ada)
    page = as_member(world.dora).get("/booking-settings").text
    assert "Ada Lind" in page
    assert 'href="/book/harbour-practice"' in page
    assert as_member(world.eve).get("/booking-settings").status_code == 403
    other = as_member(world.mallory).get("/booking-settings").text
    assert "Ada" not in other


@pytest.mark.parametrize(
    ("last_look", "is_open", "when_unread", "is_said"),
    [
        (LONGEST_UNREAD + MINUTE, True, WhenUnread.PAUSE, True),
        (LONGEST_UNREAD - MINUTE, True, WhenUnread.PAUSE, False),
        (LONGEST_UNREAD + MINUTE, True, WhenUnread.KEEP_GOING, False),
        (LONGEST_UNREAD + MINUTE, False, WhenUnread.PAUSE, False),
    ],
)
def test_the_practitioner_hears_of_a_pause_when_there_is_one(
    ada: FlaskClient, database: Database, world: World, clock: Clock,
    last_look: dt.timedelta, is_open: bool, when_unread: WhenUnread, is_said: bool,
) -> None:  # fmt: skip
    """R139, U8, K16: on the calendar, the sync page and the settings."""
    open_desk(database, world.ada, is_open=is_open, when_unread=when_unread)
    unread(database, world, last_look=clock() - last_look)
    for address in ("/calendar", "/sync-settings", "/booking-settings"):
        assert (PAUSED in ada.get(address).text) is is_said, address


def test_a_calendar_that_is_read_for_the_first_time_is_called_that(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R140."""
    open_desk(database, world.ada)
    unread(database, world, last_look=None)
    assert "has not been read yet" in ada.get("/calendar").text


def booked(database: Database, world: World, clock: Clock) -> None:
    """Cleo has booked Thursday at ten online."""
    open_desk(database, world.ada)
    letters = Letters()
    place(database, world, wish(), now=clock(), tell=letters)
    confirm(database, letters.last(), now=clock())


def test_a_busy_event_that_comes_after_the_booking_is_shown_as_a_clash(
    ada: FlaskClient, database: Database, world: World, clock: Clock
) -> None:
    """F69: the booking stands; a busy event elsewhere is none of it."""
    booked(database, world, clock)
    assert "busy in Google" not in ada.get("/calendar").text
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = given_google(session, world)
        google_row(session, calendar, TimedSpan(TEN, TEN + 15 * MINUTE, "Europe/Berlin"))
        session.commit()
    page = ada.get("/calendar").text
    assert "Booked online, and busy in Google" in page
    assert "Thu 26 Nov 2026, 10:00" in page
    (made,) = appointments_of(database, world.ada)
    assert f"/appointments/{made.id}" in page


def test_the_card_says_that_it_was_booked_online_and_by_whom(
    ada: FlaskClient, database: Database, world: World, clock: Clock
) -> None:
    booked(database, world, clock)
    (made,) = appointments_of(database, world.ada)
    card = ada.get(f"/appointments/{made.id}").text
    assert "Booked online on Mon 23 Nov 2026, 10:00 by Cleo Marsh, cleo@example.test" in card


def test_what_was_typed_is_forgotten_in_time(
    ada: FlaskClient, database: Database, world: World, clock: Clock
) -> None:
    """T12: unused links go, names and addresses go, the mark stays."""
    booked(database, world, clock)
    place(database, world, wish(TEN + 4 * 60 * MINUTE, form_key="f2"), now=clock(), tell=Letters())
    clock.advance(days=34)
    with database.writing(Scope.installation()) as session:
        booking_upkeep.forget_old(session, now=clock())
    with database.reading(Scope.practice(world.practice.id)) as session:
        (row,) = session.exec(select(Booking)).all()
    assert (row.email, row.given_name, row.family_name) == ("", "", "")
    (made,) = appointments_of(database, world.ada)
    browser = ada
    with browser.session_transaction() as cookie:
        cookie["began"] = cookie["seen"] = clock().timestamp()
    assert "Booked online on" in browser.get(f"/appointments/{made.id}").text
