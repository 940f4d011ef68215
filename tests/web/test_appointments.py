"""The form, the card and the changes of own events."""

import datetime as dt
import html
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from tests.cast import ZONE, World, make_appointment
from tests.web.conftest import HTMX, NOW, SignIn
from webapp.db.engine import Database
from webapp.db.models import Appointment, AppointmentException
from webapp.db.scope import Scope
from webapp.db.snapshots import start_text
from webapp.domain.timespan import TimedSpan
from webapp.domain.wall_clock import timed_span, wall

Fields = dict[str, str]


@pytest.fixture
def rows(database: Database, world: World) -> Iterator[Session]:
    """A session to look at the result with."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        yield session


def at(text: str, minutes: int = 50) -> TimedSpan:
    """A span that begins at a local time."""
    starts = dt.datetime.fromisoformat(text)
    return timed_span(starts, starts + dt.timedelta(minutes=minutes), ZONE)


def booking(world: World, **fields: str) -> Fields:
    """A filled-in form: Cleo with Ada on Thursday."""
    return {
        "kind": "client",
        "member_id": world.ada.id,
        "form_key": "form-1",
        "client_id": world.cleo.id,
        "starts_on": "2026-11-26",
        "starts_at": "18:00",
        "ends_at": "18:50",
        "repeats": "0",
        "ends": "never",
        **fields,
    }


def add(database: Database, world: World, *, rule: str = "", start: str = "") -> Appointment:
    """An appointment of Ada's with Cleo, on Thursday at 18:00 unless told."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        span = at(start or "2026-11-26T18:00")
        row = make_appointment(session, world.ada, span, now=NOW, client=world.cleo, rule=rule)
        session.commit()
        return row


def change(row: Appointment, **fields: str) -> Fields:
    """The edit form of `row` as it stands, with `fields` typed over."""
    assert row.starts_at is not None
    assert row.ends_at is not None
    starts, ends = wall(row.starts_at, ZONE), wall(row.ends_at, ZONE)
    return {
        "version": str(row.version),
        "original_start": start_text(row.starts_at) if row.rule else "",
        "starts_on": f"{starts:%Y-%m-%d}",
        "starts_at": f"{starts:%H:%M}",
        "ends_at": f"{ends:%H:%M}",
        "part": "this",
        **fields,
    }


def stored(rows: Session) -> list[Appointment]:
    """Every appointment of the practice, oldest start first."""
    return list(rows.exec(select(Appointment).order_by(Appointment.starts_at)))  # type: ignore[arg-type]


def local(row: Appointment) -> str:
    """Where it begins, on the wall."""
    assert row.starts_at is not None
    return f"{wall(row.starts_at, ZONE):%Y-%m-%d %H:%M}"


def error_of(answer: TestResponse, field: str) -> str:
    """The sentence beside a field."""
    found = re.search(rf'id="error-{field}">(?:<svg.*?</svg>)?(.*?)</p>', answer.text, re.S)
    return html.unescape(found[1]).strip() if found else ""


def test_it_books_and_leads_back_to_the_calendar(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """Without JavaScript: 303 to the day of the session, and a word about it."""
    ada = as_member(world.ada)
    answer = ada.post("/appointments", data=booking(world))
    assert (answer.status_code, answer.location) == (303, "/calendar?on=2026-11-26")
    (row,) = stored(rows)
    assert (local(row), row.client_id, row.member_id) == (
        "2026-11-26 18:00",
        world.cleo.id,
        world.ada.id,
    )
    assert "Booked." in ada.get(answer.location).text


def test_in_the_dialog_it_answers_with_nothing_and_the_calendar_follows(
    as_member: SignIn, world: World
) -> None:
    """The dialog closes on an empty answer; the grid listens for calendar-changed."""
    answer = as_member(world.ada).post("/appointments", data=booking(world), headers=HTMX)
    assert (answer.status_code, answer.text) == (200, "")
    assert "calendar-changed" in answer.headers["HX-Trigger"]


def test_the_same_form_books_once(as_member: SignIn, rows: Session, world: World) -> None:
    """F70: a double click is one session."""
    ada = as_member(world.ada)
    for _ in range(2):
        assert ada.post("/appointments", data=booking(world)).status_code == 303
    assert len(stored(rows)) == 1


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"repeats": "1", "ends": "after", "count": "6"}, "FREQ=WEEKLY;BYDAY=TH;COUNT=6"),
        (
            {"repeats": "2", "ends": "on_day", "until": "2027-01-31"},
            "FREQ=WEEKLY;BYDAY=TH;INTERVAL=2;UNTIL=20270121T170000Z",
        ),
        ({"repeats": "1"}, "FREQ=WEEKLY;BYDAY=TH"),
    ],
)
def test_it_books_a_series(
    as_member: SignIn, rows: Session, world: World, fields: Fields, rule: str
) -> None:
    """Weekly or fortnightly, until a day, for a number of sessions, or without an end."""
    as_member(world.ada).post("/appointments", data=booking(world, **fields))
    (row,) = stored(rows)
    assert row.rule == rule


def test_it_blocks_whole_days(as_member: SignIn, rows: Session, world: World) -> None:
    """The last day is typed as people mean it and stored exclusive."""
    fields = booking(
        world,
        kind="own",
        title="Away",
        is_all_day="on",
        starts_on="2026-12-24",
        ends_on="2026-12-26",
    )
    as_member(world.ada).post("/appointments", data=fields)
    (row,) = stored(rows)
    assert (row.starts_on, row.ends_on) == (dt.date(2026, 12, 24), dt.date(2026, 12, 27))
    assert (row.title, row.is_busy, row.client_id) == ("Away", False, None)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"client_id": ""}, "client_id", "Choose a client."),
        ({"starts_on": "soon"}, "starts_on", "Enter a date, such as 2026-03-31."),
        ({"starts_on": "0001-01-01"}, "starts_on", "Choose a day from 1970 to 2199."),
        ({"ends_at": "17:00"}, "ends_at", "The end must come after the start."),
        (
            {"repeats": "1", "ends": "on_day", "until": "2026-11-01"},
            "until",
            "The last day must not come before the first session.",
        ),
        ({"repeats": "1", "ends": "after", "count": "1"}, "count", "Enter a whole number"),
        ({"kind": "own"}, "title", "Give it a title, for example Lunch."),
        (
            {"starts_on": "2027-03-28", "starts_at": "02:30", "ends_at": "03:20"},
            "starts_at",
            "The clocks change on this day: 02:30 does not exist.",
        ),
    ],
)
def test_a_refused_form_comes_back_as_it_was_left(
    as_member: SignIn,
    rows: Session,
    world: World,
    headers: Fields,
    fields: Fields,
    field: str,
    sentence: str,
) -> None:
    """422 with the sentence beside the field and the values kept (F103 for the skipped hour)."""
    sent = booking(world, notes="bring the form", **fields)
    answer = as_member(world.ada).post("/appointments", data=sent, headers=headers)
    assert answer.status_code == 422
    assert error_of(answer, field).startswith(sentence)
    assert "bring the form" in answer.text
    assert f'value="{sent["starts_at"]}"' in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert stored(rows) == []


def test_a_repeated_hour_is_taken_the_first_time(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """F104: 02:30 happens twice on 31 October 2027; the first is in summer time."""
    fields = booking(world, starts_on="2027-10-31", starts_at="02:30", ends_at="02:50")
    as_member(world.ada).post("/appointments", data=fields)
    (row,) = stored(rows)
    assert row.starts_at == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)


def test_the_form_begins_at_the_slot(as_member: SignIn, world: World) -> None:
    """Fifty minutes from where somebody clicked, on the practitioner's wall clock."""
    page = as_member(world.ada).get("/appointments/new?starts=2026-11-26T13:00Z").text
    for name, value in (("starts_on", "2026-11-26"), ("starts_at", "14:00"), ("ends_at", "14:50")):
        assert re.search(rf'name="{name}"[^>]*value="{value}"', page)


@pytest.mark.parametrize("starts", ["", "nonsense", "2026-11-26T13:00", "9999-12-31T23:00Z"])
def test_the_form_begins_at_a_good_hour_without_one(
    as_member: SignIn, world: World, starts: str
) -> None:
    """The next full hour today; the clock of the test says ten in Berlin."""
    page = as_member(world.ada).get(f"/appointments/new?starts={starts}").text
    assert re.search(r'name="starts_at"[^>]*value="11:00"', page)
    other = as_member(world.ada).get("/appointments/new?on=2026-12-01").text
    assert re.search(r'name="starts_at"[^>]*value="09:00"', other)


def test_the_card_says_what_it_is(as_member: SignIn, database: Database, world: World) -> None:
    """A page of its own without JavaScript, a part of the dialog with it."""
    row = add(database, world, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=3")
    ada = as_member(world.ada)
    page = ada.get(f"/appointments/{row.id}").text
    assert "Thursday 26 November 2026, 18:00 to 18:50" in page
    assert "Every week on Thursday, 3 times" in page
    assert "C-1001" in page
    assert "<html" in page
    assert "<html" not in ada.get(f"/appointments/{row.id}", headers=HTMX).text


def test_it_moves_one_session_of_a_series_over_the_change(
    as_member: SignIn, database: Database, rows: Session, world: World
) -> None:
    """F104: the series stays at 18:00 in summer; the moved one is where it was put."""
    row = add(database, world, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=4", start="2027-03-18T18:00")
    april = at("2027-04-01T18:00")
    ada = as_member(world.ada)
    form = ada.get(
        f"/appointments/{row.id}/edit", query_string={"original_start": start_text(april.starts_at)}
    )
    assert re.search(r'name="starts_at"[^>]*value="18:00"', form.text)
    fields = change(
        row,
        original_start=start_text(april.starts_at),
        starts_on="2027-04-02",
        starts_at="09:30",
        ends_at="10:20",
    )
    assert ada.post(f"/appointments/{row.id}", data=fields).location == "/calendar?on=2027-04-02"
    (exception,) = rows.exec(select(AppointmentException)).all()
    assert exception.original_start == "2027-04-01T16:00:00+00:00"
    assert exception.starts_at == dt.datetime(2027, 4, 2, 7, 30, tzinfo=dt.UTC)


def test_it_moves_the_following_ones(
    as_member: SignIn, database: Database, rows: Session, world: World
) -> None:
    """Two series afterwards, the second on Fridays at its new hour."""
    row = add(database, world, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=4")
    fields = change(
        row,
        original_start=start_text(at("2026-12-10T18:00").starts_at),
        starts_on="2026-12-11",
        starts_at="07:30",
        ends_at="08:20",
        part="following",
    )
    as_member(world.ada).post(f"/appointments/{row.id}", data=fields)
    early, late = stored(rows)
    assert (local(early), local(late)) == ("2026-11-26 18:00", "2026-12-11 07:30")
    assert late.rule == "FREQ=WEEKLY;BYDAY=FR;COUNT=2"


def test_it_changes_the_whole_series(
    as_member: SignIn, database: Database, rows: Session, world: World
) -> None:
    """One row, one rule, a new place."""
    row = add(database, world, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=4")
    fields = change(row, location="Room 2", part="all")
    as_member(world.ada).post(f"/appointments/{row.id}", data=fields)
    (changed,) = stored(rows)
    assert (changed.location, changed.rule, changed.version) == ("Room 2", row.rule, 2)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stale_form_shows_the_newer_values(
    as_member: SignIn, database: Database, rows: Session, world: World, headers: Fields
) -> None:
    """409: nothing is overwritten, and what was typed stands beside the newer value."""
    row = add(database, world)
    first, second = as_member(world.ada), as_member(world.eve)
    fields = change(row, starts_at="16:00", ends_at="16:50")
    assert first.post(f"/appointments/{row.id}", data=fields).status_code == 303
    fields = change(row, starts_at="12:00", ends_at="12:50")
    answer = second.post(f"/appointments/{row.id}", data=fields, headers=headers)
    assert answer.status_code == 409
    assert "Somebody changed this after you opened it." in answer.text
    assert re.search(r'name="starts_at"[^>]*value="16:00"', answer.text)
    assert error_of(answer, "starts_at") == "You had entered “12:00”."
    assert re.search(r'name="version" value="2"', answer.text)
    (kept,) = stored(rows)
    assert local(kept) == "2026-11-26 16:00"


def test_the_assistant_neither_sees_nor_empties_notes(
    as_member: SignIn, database: Database, rows: Session, world: World
) -> None:
    """They see times and names (domain/roles.py)."""
    row = add(database, world)
    ada, eve = as_member(world.ada), as_member(world.eve)
    ada.post(f"/appointments/{row.id}", data=change(row, notes="between us"))
    for address in (f"/appointments/{row.id}", f"/appointments/{row.id}/edit"):
        assert "between us" in ada.get(address).text
        assert "between us" not in eve.get(address).text
    fields = change(row, version="2", notes="", location="Room 2")
    assert eve.post(f"/appointments/{row.id}", data=fields).status_code == 303
    (kept,) = stored(rows)
    assert (kept.notes, kept.location) == ("between us", "Room 2")


@pytest.mark.parametrize(("part", "left"), [("this", 1), ("following", 1), ("all", 0)])
def test_it_cancels(
    as_member: SignIn,
    database: Database,
    rows: Session,
    world: World,
    part: str,
    left: int,
) -> None:
    """One, the rest, or all; back to the calendar with a word about it."""
    row = add(database, world, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=2")
    second = start_text(at("2026-12-03T18:00").starts_at)
    fields = {"version": "1", "original_start": second, "part": part}
    answer = as_member(world.ada).post(f"/appointments/{row.id}/cancellation", data=fields)
    assert (answer.status_code, answer.location) == (303, "/calendar?on=2026-12-03")
    page = as_member(world.ada).get("/calendar?view=agenda&on=2026-11-26").text
    assert page.count("Cleo Marsh, ") == left


def test_a_stale_cancellation_is_refused(
    as_member: SignIn, database: Database, rows: Session, world: World
) -> None:
    """Somebody moved it meanwhile; it is not cancelled unseen."""
    row = add(database, world)
    answer = as_member(world.ada).post(
        f"/appointments/{row.id}/cancellation", data={"version": "9"}
    )
    assert answer.status_code == 409
    assert stored(rows)[0].cancelled_at is None


def test_unsafe_addresses_refuse_get(as_member: SignIn, database: Database, world: World) -> None:
    """A link cannot book, change or cancel."""
    row = add(database, world)
    ada = as_member(world.ada)
    assert ada.get("/appointments").status_code == 405
    assert ada.get(f"/appointments/{row.id}/cancellation").status_code == 405


def test_colleagues_and_other_practices_reach_nothing(
    as_member: SignIn, database: Database, rows: Session, world: World
) -> None:
    """For Ben and Mallory it does not exist, whatever they send."""
    row = add(database, world)
    for stranger in (as_member(world.ben), as_member(world.mallory)):
        assert stranger.get(f"/appointments/{row.id}").status_code == 404
        assert stranger.get(f"/appointments/{row.id}/edit").status_code == 404
        fields = change(row, starts_at="12:00", ends_at="12:50")
        assert stranger.post(f"/appointments/{row.id}", data=fields).status_code == 404
        assert _cancel(stranger, row).status_code == 404
    (kept,) = stored(rows)
    assert (local(kept), kept.version) == ("2026-11-26 18:00", 1)


def _cancel(browser: FlaskClient, row: Appointment) -> TestResponse:
    return browser.post(f"/appointments/{row.id}/cancellation", data={"version": "1"})


def test_nobody_books_into_a_calendar_they_do_not_keep(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """Ben is refused, Mallory finds no such calendar, nor may anybody book a stranger's client."""
    ben, mallory, ada = (as_member(each) for each in (world.ben, world.mallory, world.ada))
    assert ben.post("/appointments", data=booking(world)).status_code == 403
    assert ben.get(f"/appointments/new?member={world.ada.id}").status_code == 403
    assert mallory.post("/appointments", data=booking(world)).status_code == 404
    stolen = booking(world, client_id=world.stranger.id)
    assert ada.post("/appointments", data=stolen).status_code == 422
    assert stored(rows) == []


def test_the_owner_books_for_a_practitioner(as_member: SignIn, rows: Session, world: World) -> None:
    """And comes back to that calendar."""
    answer = as_member(world.dora).post("/appointments", data=booking(world))
    assert answer.location == f"/calendar?on=2026-11-26&member={world.ada.id}"
    assert stored(rows)[0].member_id == world.ada.id


@pytest.mark.parametrize("start", ["nonsense", "2026-11-27T17:00:00+00:00", "2026-11-26T17:00:00"])
def test_a_session_that_does_not_take_place_is_not_found(
    as_member: SignIn, database: Database, world: World, start: str
) -> None:
    """A hand-written address, or one of yesterday."""
    row = add(database, world, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=2")
    address = f"/appointments/{row.id}"
    answer = as_member(world.ada).get(address, query_string={"original_start": start})
    assert answer.status_code == 404
