"""An event made by hand in our Google calendar becomes a client appointment (D9, R96): from Google
to the page, through the form, back to Google, where the hand-made one goes."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.story.office import ZONE, Office
from tests.story.test_edits import start_of, synced
from webapp.app import create_app
from webapp.db.models import Appointment, GoogleEvent, HistoryEntry, Member
from webapp.db.scope import Scope
from webapp.domain.history import Outcome
from webapp.services import appointments, browser_sessions

pytestmark = pytest.mark.slow

TITLE = "Cleo Marsh, first talk"
DELETE = "calendar.events.delete"
Open = Callable[[Member], FlaskClient]


@pytest.fixture
def browsers(connected: Office) -> Iterator[Open]:
    """`browsers(world.ada)` is a browser in which Ada is signed in, on the office's own app."""
    app = create_app(
        connected.settings,
        TESTING=True,
        CLOCK=connected.clock,
        WTF_CSRF_ENABLED=False,
        RATELIMIT_STORAGE_URI="memory://",
    )

    def signed_in(member: Member) -> FlaskClient:
        browser = app.test_client()
        with connected.database.writing(Scope.installation()) as session:
            secret = browser_sessions.begin(session, member=member, now=connected.clock())
        with browser.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = secret, True
            cookie["began"] = cookie["seen"] = connected.clock().timestamp()
        return browser

    yield signed_in
    app.extensions["database"].dispose()
    app.extensions["doorbell"].close()


def tuesday(office: Office, hour: int) -> dt.datetime:
    """In a week, on Berlin's wall clock."""
    day = office.clock().date() + dt.timedelta(days=7)
    return dt.datetime.combine(day, dt.time(hour), tzinfo=ZoneInfo(ZONE))


def hand_made(office: Office) -> str:
    """Ada writes 14:00 to 15:15 into our calendar in Google, by hand; here it has this id."""
    synced(office)
    starts = tuesday(office, 14)
    office.ours.create(TITLE, starts, starts + dt.timedelta(minutes=75))
    office.poll()
    office.google.calls.clear()
    with office.writing() as (session, _):
        return session.exec(select(GoogleEvent)).one().id


def fields_of(page: str) -> dict[str, str]:
    """What the form sends when nothing is typed into it."""
    form = re.search(r'<form class="form event-form.*?</form>', page, re.S)
    assert form
    inputs = re.findall(r"<input[^>]*>", form[0])
    chosen = {"repeats": "0", "ends": "never"}
    for field in inputs:
        given = dict(re.findall(r'(\w+)="([^"]*)"', field))
        if given.get("type") != "checkbox" or "checked" in field.split():
            chosen[given["name"]] = html.unescape(given.get("value", ""))
    return chosen


def filled(office: Office, ada: FlaskClient, event_id: str, **fields: str) -> dict[str, str]:
    """The form as it is offered, with Cleo chosen."""
    page = ada.get(f"/google-events/{event_id}/replacement/new").text
    return {**fields_of(page), "client_id": office.world.cleo.id, **fields}


def send(ada: FlaskClient, event_id: str, fields: dict[str, str]) -> Any:
    """Save."""
    return ada.post(f"/google-events/{event_id}/replacement", data=fields)


def make_it_an_appointment(office: Office, ada: FlaskClient, event_id: str, **fields: str) -> None:
    """From the card to the saved form."""
    assert send(ada, event_id, filled(office, ada, event_id, **fields)).status_code == 303


def shown(office: Office) -> list[tuple[str, dt.datetime]]:
    """What our calendar in Google shows, and when."""
    return sorted((event["summary"], start_of(event)) for event in office.ours.events())


def test_a_hand_made_event_becomes_an_appointment_and_goes(
    connected: Office, browsers: Open
) -> None:
    """D9, R96, R97, R88, R89: once there, once here, and named in Google as Ada chose."""
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    card = ada.get(f"/google-events/{event_id}").text
    assert f'href="/google-events/{event_id}/replacement/new"' in card
    fields = filled(connected, ada, event_id)
    assert (fields["starts_at"], fields["ends_at"], fields["removes"]) == ("14:00", "15:15", "on")
    assert send(ada, event_id, fields).status_code == 303
    day = fields["starts_on"]
    page = ada.get(f"/calendar?view=day&on={day}").text
    assert TITLE not in page, "its place is taken, also before Google knows"
    assert "Cleo Marsh" in page
    connected.settle()
    assert shown(connected) == [("C-1001", tuesday(connected, 14).astimezone(dt.UTC))]
    assert "Cleo" not in str(connected.ours.events())
    assert connected.google.calls.count(DELETE) == 1
    connected.poll()
    assert TITLE not in ada.get(f"/calendar?view=day&on={day}").text
    assert connected.google.calls.count(DELETE) == 1
    assert "became a client appointment" in ada.get("/sync-settings").text


def test_the_history_says_what_was_removed(connected: Office, browsers: Open) -> None:
    """U6: nothing goes silently, and for thirty days it can be had back here (U5)."""
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    make_it_an_appointment(connected, ada, event_id)
    connected.settle()
    with connected.writing() as (session, _):
        removed = session.exec(
            select(HistoryEntry).where(HistoryEntry.outcome == Outcome.REMOVED)
        ).one()
    assert removed.reason == "Removed in Google as you asked."
    assert "Removed in Google as you asked." in ada.get("/sync-history").text


def test_it_stays_until_google_shows_the_appointment(connected: Office, browsers: Open) -> None:
    """I1: at no moment does Google show neither of them."""
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    connected.google.faults.add("calendar.events.insert", "error", status=503, times=1)
    make_it_an_appointment(connected, ada, event_id)
    connected.settle()
    assert [title for title, _ in shown(connected)] == [TITLE]
    connected.advance(minutes=5)
    connected.settle()
    assert [title for title, _ in shown(connected)] == ["C-1001"]


@pytest.mark.parametrize("call", ["calendar.events.insert", DELETE])
def test_a_lost_answer_leaves_one_appointment_and_no_hand_made_event(
    connected: Office, browsers: Open, call: str
) -> None:
    """F14, F21: whichever answer it is, Google is asked again and nothing is done twice."""
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    lost = connected.google.faults.add(call, "drop", when="after", times=1)
    make_it_an_appointment(connected, ada, event_id)
    for _ in range(3):
        connected.settle()
        connected.advance(minutes=20)
    connected.poll()
    assert lost.fired == 1
    assert [title for title, _ in shown(connected)] == ["C-1001"]
    with connected.writing() as (session, _):
        assert len(session.exec(select(Appointment)).all()) == 1
        assert session.exec(select(GoogleEvent)).all() == []


def test_what_is_changed_in_google_after_the_booking_stays(
    connected: Office, browsers: Open
) -> None:
    """I12: what somebody made of it since was not agreed to go, and is shown again."""
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    make_it_an_appointment(connected, ada, event_id)
    moved = connected.ours.find(TITLE)
    connected.ours.move_time(moved["id"], tuesday(connected, 17))
    connected.settle()
    assert [title for title, _ in shown(connected)] == ["C-1001", TITLE]
    assert (
        f'href="/google-events/{event_id}/replacement/new"'
        in ada.get(f"/google-events/{event_id}").text
    )


def test_a_form_that_shows_older_times_comes_back_with_the_new_ones(
    connected: Office, browsers: Open
) -> None:
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    fields = filled(connected, ada, event_id)
    connected.ours.move_time(connected.ours.find(TITLE)["id"], tuesday(connected, 17))
    connected.poll()
    refused = send(ada, event_id, fields)
    assert refused.status_code == 422
    assert "changed in Google meanwhile" in refused.text
    again = fields_of(refused.text)
    assert (again["starts_at"], again["ends_at"]) == ("17:00", "18:15")
    assert send(ada, event_id, {**again, "client_id": fields["client_id"]}).status_code == 303


def test_an_appointment_that_is_cancelled_at_once_leaves_the_event_alone(
    connected: Office, browsers: Open
) -> None:
    """Changed my mind: then the time is as it was before."""
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    make_it_an_appointment(connected, ada, event_id)
    with connected.writing() as (session, by):
        row = session.exec(select(Appointment)).one()
        appointments.cancel(
            session, by=by, now=connected.clock(), appointment_id=row.id, version=row.version
        )
    connected.settle()
    assert [title for title, _ in shown(connected)] == [TITLE]
    with connected.writing() as (session, _):
        event = session.exec(select(GoogleEvent)).one()
    assert (event.removal_wished_at, event.replaced_by_id) == (None, None)


def test_without_the_tick_both_stay_in_google(connected: Office, browsers: Open) -> None:
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    fields = filled(connected, ada, event_id)
    del fields["removes"]
    assert send(ada, event_id, fields).status_code == 303
    connected.settle()
    assert [title for title, _ in shown(connected)] == ["C-1001", TITLE]
    assert connected.google.calls.count(DELETE) == 0


def test_the_form_sent_twice_books_once(connected: Office, browsers: Open) -> None:
    """F70, also after the event has gone; another form for it finds nothing to take over."""
    event_id, ada = hand_made(connected), browsers(connected.world.ada)
    fields, other = (filled(connected, ada, event_id) for _ in range(2))
    assert send(ada, event_id, fields).status_code == 303
    assert send(ada, event_id, other).status_code == 404
    connected.settle()
    assert send(ada, event_id, fields).status_code == 303
    connected.settle()
    assert [title for title, _ in shown(connected)] == ["C-1001"]
    with connected.writing() as (session, _):
        assert len(session.exec(select(Appointment)).all()) == 1


def test_nobody_else_can_take_it_over(connected: Office, browsers: Open) -> None:
    """R100, R146, S8: not Ben, not the owner, not Mallory; Eve has no calendar to sync."""
    event_id, world = hand_made(connected), connected.world
    fields = filled(connected, browsers(world.ada), event_id)
    for other, status in (
        (world.ben, 404),
        (world.dora, 404),
        (world.mallory, 404),
        (world.eve, 403),
    ):
        browser = browsers(other)
        form = browser.get(f"/google-events/{event_id}/replacement/new")
        assert (form.status_code, TITLE in form.text) == (status, False)
        assert send(browser, event_id, fields).status_code == status
    connected.settle()
    assert [title for title, _ in shown(connected)] == [TITLE]
