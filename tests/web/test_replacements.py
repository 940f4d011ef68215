""" "Make this a client appointment" on the card of Google's event, and its form (D9, R96)."""

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.web.conftest import HTMX, SignIn
from tests.web.google_rows import google_row
from tests.web.sync_rows import calendar_row, connection_row, default_row, settings_row
from tests.web.test_appointments import at, error_of
from tests.web.test_booking_clash import question
from webapp.db.engine import Database
from webapp.db.models import Appointment, GoogleEvent, SyncMode
from webapp.db.scope import Scope
from webapp.domain.timespan import AllDaySpan, Span
from webapp.services import replacements
from webapp.services.apply_foreign import COPY

BUTTON = "Make this a client appointment"
TITLE = "Talk with C."
SIX = at("2026-11-26T18:00")
DAY = AllDaySpan(dt.date(2026, 11, 26), dt.date(2026, 11, 27))


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


def given_event(
    database: Database,
    world: World,
    span: Span = SIX,
    *,
    is_elsewhere: bool = False,
    mode: SyncMode = SyncMode.TWO_WAY,
    **values: Any,
) -> str:
    """An event on Thursday at 18:00 in our calendar in Google, or in another one; its id."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world, mode=mode)
        connection = connection_row(session, world)
        default = default_row(session, connection)
        calendar = calendar_row(session, connection) if is_elsewhere else default
        row = google_row(session, calendar, span, summary=TITLE, **values)
        session.commit()
        return row.id


def sent(database: Database, world: World, event_id: str, **fields: str) -> dict[str, str]:
    """The form for Cleo, as it is offered."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        seen = replacements.find(session, by=world.ada, event_id=event_id).seen
    return {
        "form_key": "form-1",
        "seen": seen,
        "client_id": world.cleo.id,
        "starts_on": "2026-11-26",
        "starts_at": "18:00",
        "ends_at": "18:50",
        "repeats": "0",
        "ends": "never",
        "removes": "on",
        **fields,
    }


def stored(database: Database, world: World) -> tuple[list[Appointment], GoogleEvent]:
    """Every appointment, and the event."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return list(session.exec(select(Appointment))), session.exec(select(GoogleEvent)).one()


def test_the_card_offers_it_and_the_form_is_filled_in(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """D9: day, time and length come from the event; nobody is chosen as the client."""
    event_id = given_event(database, world)
    card = ada.get(f"/google-events/{event_id}?on=2026-11-26", headers=HTMX).text
    assert BUTTON in card
    assert "Made by hand in Google, so it has no client." in card
    form = ada.get(f"/google-events/{event_id}/replacement/new", headers=HTMX).text
    assert "<html" not in form
    for value in ("2026-11-26", "18:00", "18:50"):
        assert f'value="{value}"' in form
    assert f"From “{TITLE}”, made by hand in Google." in form
    clients = form[form.index('id="field-client_id"') : form.index("</select>")]
    assert "Cleo Marsh" in clients
    assert "selected" not in clients
    assert "<html" in ada.get(f"/google-events/{event_id}/replacement/new").text


@pytest.mark.parametrize(
    ("span", "values", "reason"),
    [
        (SIX, {"recurrence": ["RRULE:FREQ=WEEKLY"]}, "A series cannot become a client appointment"),
        (SIX, {"recurring_google_id": "g0"}, "A series cannot become a client appointment"),
        (DAY, {}, "An appointment needs a time of day"),
        (at("2026-11-26T23:30"), {}, "It goes on past midnight"),
    ],
    ids=["series", "one of a series", "all day", "overnight"],
)
def test_what_cannot_become_an_appointment_says_why(
    ada: FlaskClient,
    database: Database,
    world: World,
    span: Span,
    values: dict[str, Any],
    reason: str,
) -> None:
    event_id = given_event(database, world, span, **values)
    card = ada.get(f"/google-events/{event_id}").text
    assert BUTTON not in card
    assert reason in card
    assert ada.get(f"/google-events/{event_id}/replacement/new").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"is_elsewhere": True},
        {"problem": COPY, "is_free": True},
        {"response": "needsAction"},
        {"event_type": "focusTime"},
        {"gone_since": dt.datetime(2026, 11, 20, tzinfo=dt.UTC)},
    ],
    ids=["another calendar", "copy of ours", "invitation", "focus time", "gone"],
)
def test_nothing_else_of_google_s_is_offered(
    ada: FlaskClient, database: Database, world: World, values: dict[str, Any]
) -> None:
    """R80: other calendars are only read; a copy is offered for removal instead (R98)."""
    event_id = given_event(database, world, **values)
    card = ada.get(f"/google-events/{event_id}").text
    assert BUTTON not in card
    assert "Made in Google, so it is changed there." in card
    assert ada.get(f"/google-events/{event_id}/replacement/new").status_code == 404


def test_it_is_saved_with_the_event_not_in_its_own_way(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17: no warning about the time that it takes over; the event is wished gone with it."""
    event_id = given_event(database, world)
    answer = ada.post(
        f"/google-events/{event_id}/replacement",
        data=sent(database, world, event_id, service="First talk"),
        headers=HTMX,
    )
    assert (answer.status_code, answer.text) == (200, "")
    assert "removed as soon as the appointment is there" in answer.headers["HX-Trigger"]
    (row,), event = stored(database, world)
    assert (row.client_id, row.service, row.title) == (world.cleo.id, "First talk", "")
    assert (event.replaced_by_id, event.removal_wished_at is not None) == (row.id, True)
    assert TITLE not in ada.get("/calendar?view=day&on=2026-11-26").text


def test_without_scripts_it_leads_back_to_the_day(
    ada: FlaskClient, database: Database, world: World
) -> None:
    event_id = given_event(database, world)
    fields = sent(database, world, event_id)
    del fields["removes"]
    answer = ada.post(f"/google-events/{event_id}/replacement", data=fields)
    assert (answer.status_code, answer.location) == (303, "/calendar?on=2026-11-26")
    assert "The event in Google stays." in ada.get(answer.location).text
    _, event = stored(database, world)
    assert (event.replaced_by_id, event.removal_wished_at) == (None, None)


def test_other_time_that_is_taken_is_still_warned_of(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17: only the event itself is not in the way; a refused form wishes nothing."""
    event_id = given_event(database, world)
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = session.exec(select(GoogleEvent)).one().calendar_id
        google = GoogleEvent(
            practice_id=world.practice.id,
            calendar_id=calendar,
            google_id="g2",
            starts_at=SIX.starts_at,
            ends_at=SIX.ends_at,
            first_starts_at=SIX.starts_at,
            last_ends_at=SIX.ends_at,
            time_zone="Europe/Berlin",
        )
        session.add(google)
        session.commit()
    address, fields = f"/google-events/{event_id}/replacement", sent(database, world, event_id)
    refused = ada.post(address, data=fields)
    assert refused.status_code == 422
    asked = question(refused.text)
    assert asked.startswith("Overlaps with Busy time from Google, 18:00 – 18:50.")
    assert "and 1 more" not in asked
    with database.reading(Scope.practice(world.practice.id)) as session:
        wished = [row.replaced_by_id for row in session.exec(select(GoogleEvent))]
    assert wished == [None, None]
    assert ada.post(address, data={**fields, "accepted": asked}).status_code == 303


def test_a_form_without_a_client_comes_back_as_it_was(
    ada: FlaskClient, database: Database, world: World
) -> None:
    event_id = given_event(database, world)
    fields = sent(database, world, event_id, client_id="", notes="Asked for mornings")
    del fields["removes"]
    answer = ada.post(f"/google-events/{event_id}/replacement", data=fields)
    assert (answer.status_code, error_of(answer, "client_id")) == (422, "Choose a client.")
    assert "Asked for mornings" in answer.text
    assert 'name="removes" value="on" checked' not in " ".join(answer.text.split())
    appointments, event = stored(database, world)
    assert (appointments, event.replaced_by_id) == ([], None)
