"""Booking over time that is taken: the warning, its two ways on, and what it does not say (U17)."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.web.conftest import HTMX, SignIn
from tests.web.google_rows import given_google, google_row
from tests.web.test_appointments import add, at, booking, change
from webapp.db.engine import Database
from webapp.db.models import Appointment, Member
from webapp.db.scope import Scope
from webapp.domain.timespan import AllDaySpan, Span
from webapp.services import free_time

TITLE = "Oncologist"
SIX = at("2026-11-26T18:00")
DAY = AllDaySpan(dt.date(2026, 11, 26), dt.date(2026, 11, 27))


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


def taken(database: Database, world: World, span: Span = SIX, **values: Any) -> None:
    """Google's event on Thursday at 18:00 unless told; `calendar_` values are of its calendar."""
    own = {name: value for name, value in values.items() if not name.startswith("calendar_")}
    of_calendar = {name[9:]: value for name, value in values.items() if name not in own}
    with database.writing(Scope.practice(world.practice.id)) as session:
        google_row(session, given_google(session, world, **of_calendar), span, **own)
        session.commit()


def booked(database: Database, world: World) -> int:
    """How many appointments there are."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return len(session.exec(select(Appointment)).all())


def question(page: str) -> str:
    """The sentence that "Book anyway" sends back."""
    found = re.search(r'name="accepted" value="([^"]*)"', page)
    assert found, "no warning"
    return html.unescape(found[1])


def test_a_busy_time_from_google_is_refused_with_other_times(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17, R91, R137: times, no title, and what is typed stays."""
    taken(database, world)
    answer = ada.post("/appointments", data=booking(world), headers=HTMX)
    assert (answer.status_code, booked(database, world)) == (422, 0)
    sentence = question(answer.text)
    assert sentence.startswith("Overlaps with Busy time from Google, 18:00 – 18:50.")
    assert "Free that day: 16:00, 16:30, 17:00, 19:00." in sentence
    assert TITLE not in answer.text
    assert 'value="18:00"' in answer.text


def test_book_anyway_books(ada: FlaskClient, database: Database, world: World) -> None:
    """U17."""
    taken(database, world)
    sentence = question(ada.post("/appointments", data=booking(world)).text)
    answer = ada.post("/appointments", data=booking(world, accepted=sentence))
    assert (answer.status_code, booked(database, world)) == (303, 1)


def test_what_came_in_the_way_meanwhile_asks_once_more(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R137: yes was said to one clash, not to another."""
    taken(database, world)
    sentence = question(ada.post("/appointments", data=booking(world)).text)
    add(database, world, start="2026-11-26T17:30")
    again = ada.post("/appointments", data=booking(world, accepted=sentence))
    assert again.status_code == 422
    assert question(again.text).startswith("Overlaps with another session, 17:30 – 18:20 and 1")


@pytest.mark.parametrize(
    "values",
    [
        {"is_free": True},
        {"response": "declined"},
        {"event_type": "birthday"},
        {"calendar_blocks_booking": False},
        {"calendar_unanswered_blocks": False, "response": "needsAction"},
        {"calendar_is_on": False},
    ],
)
def test_what_does_not_block_is_booked_over_without_a_word(
    ada: FlaskClient, database: Database, world: World, values: dict[str, Any]
) -> None:
    """R84, R91, R93, R94, PEERS 14: the same rules as on the calendar."""
    taken(database, world, **values)
    assert ada.post("/appointments", data=booking(world)).status_code == 303


@pytest.mark.parametrize(("all_day_blocks", "status"), [(True, 422), (False, 303)])
def test_a_busy_whole_day_blocks_unless_its_calendar_says_otherwise(
    ada: FlaskClient, database: Database, world: World, all_day_blocks: bool, status: int
) -> None:
    """R84, R92, U10."""
    taken(database, world, DAY, calendar_all_day_blocks=all_day_blocks)
    assert ada.post("/appointments", data=booking(world)).status_code == status


def test_a_whole_day_is_a_day_where_its_calendar_is(database: Database, world: World) -> None:
    """R92, PEERS 13: Auckland's Thursday is over in Berlin before noon."""
    taken(database, world, DAY, calendar_time_zone="Pacific/Auckland")
    with database.reading(Scope.practice(world.practice.id)) as session:
        ada = session.get_one(Member, world.ada.id)
        morning, evening = at("2026-11-26T09:00"), at("2026-11-26T18:00")
        free = [free_time.is_free(session, member=ada, span=span) for span in (morning, evening)]
    assert free == [False, True]


@pytest.mark.parametrize(
    ("days", "opening"),
    [
        (["2026-11-26"], "One of the next 4 sessions overlaps: on Thu 26 Nov with Busy time"),
        (["2026-12-03"], "One of the next 4 sessions overlaps: on Thu 3 Dec with Busy time"),
        (
            ["2026-12-03", "2026-12-17"],
            "2 of the next 4 sessions overlap, the first on Thu 3 Dec with Busy time",
        ),
    ],
)
def test_a_series_is_compared_as_a_whole(
    ada: FlaskClient, database: Database, world: World, days: list[str], opening: str
) -> None:
    """U17: one warning says how many weeks are taken, and which is the first."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = given_google(session, world)
        for day in days:
            google_row(session, calendar, at(f"{day}T18:30"), google_id=day)
        session.commit()
    weekly = booking(world, repeats="1", ends="after", count="4")
    asked = question(ada.post("/appointments", data=weekly).text)
    assert asked.startswith(f"{opening} from Google, 18:30 – 19:20. Free that day: 16:00, 16:30, ")
    weekly["accepted"] = asked
    assert ada.post("/appointments", data=weekly).status_code == 303


def test_the_day_that_is_named_is_the_day_of_the_session_and_not_of_what_is_in_the_way(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17: a trip that began on Tuesday takes the session of Thursday."""
    taken(database, world, at("2026-11-24T09:00", minutes=4 * 24 * 60))
    weekly = booking(world, repeats="1", ends="after", count="4")
    asked = question(ada.post("/appointments", data=weekly).text)
    assert asked.startswith("One of the next 4 sessions overlaps: on Thu 26 Nov with Busy time")


def test_an_endless_series_is_compared_for_half_a_year(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17: and no further, so that the warning comes at once."""
    weekly = booking(world, repeats="1", ends="never")
    taken(database, world, at("2027-06-24T18:30"))
    assert ada.post("/appointments", data=weekly).status_code == 303


@pytest.mark.parametrize(
    ("part", "opening"),
    [
        ("this", None),
        ("following", "One of the next 4 sessions overlaps: on Thu 17 Dec with Busy time"),
        ("all", "One of the next 4 sessions overlaps: on Thu 17 Dec with Busy time"),
    ],
)
def test_moving_a_series_asks_about_every_session_that_moves(
    ada: FlaskClient, database: Database, world: World, part: str, opening: str | None
) -> None:
    """U17: the fourth week is taken at the new time, which a single session does not mind."""
    row = add(database, world, rule="FREQ=WEEKLY;BYDAY=TH;COUNT=4")
    taken(database, world, at("2026-12-17T19:30"))
    later = change(row, part=part, starts_at="19:10", ends_at="20:00")
    answer = ada.post(f"/appointments/{row.id}", data=later)
    if opening is None:
        assert answer.status_code == 303
        return
    assert answer.status_code == 422
    assert question(answer.text).startswith(opening)
    later["accepted"] = question(answer.text)
    assert ada.post(f"/appointments/{row.id}", data=later).status_code == 303


def test_moving_a_session_asks_and_editing_its_place_does_not(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17: it never clashes with itself, and nothing is asked about a time that stays."""
    row = add(database, world)
    taken(database, world, at("2026-11-26T18:30"))
    address = f"/appointments/{row.id}"
    assert ada.post(address, data=change(row, location="Room 2")).status_code == 303
    newer = change(row, version="2", starts_at="18:10", ends_at="19:00")
    moved = ada.post(address, data=newer)
    assert moved.status_code == 422
    newer["accepted"] = question(moved.text)
    assert ada.post(address, data=newer).status_code == 303


def test_the_assistant_is_warned_without_learning_what_it_is(
    as_member: SignIn, database: Database, world: World
) -> None:
    """R100, R138: Eve books for Ada and may not read her Google events."""
    taken(database, world)
    answer = as_member(world.eve).post("/appointments", data=booking(world))
    assert answer.status_code == 422
    assert "Busy time from Google" in answer.text
    assert TITLE not in answer.text
    assert "Ward 3" not in answer.text
    assert "Family" not in answer.text


def test_free_times_begin_now_and_leave_room_for_the_whole_session(
    database: Database, world: World
) -> None:
    """R136: nothing in the past, nothing that runs into what is taken or beyond the day."""
    taken(database, world, at("2026-11-26T10:00", minutes=120))
    add(database, world, start="2026-11-26T13:00")
    with database.reading(Scope.practice(world.practice.id)) as session:
        ada = session.get_one(Member, world.ada.id)
        found = free_time.free_slots(
            session,
            member=ada,
            day=dt.date(2026, 11, 26),
            length=dt.timedelta(minutes=50),
            now=at("2026-11-26T08:40").starts_at,
        )
    local = [f"{start.astimezone(SIX.starts_local.tzinfo):%H:%M}" for start in found]
    assert local[:5] == ["09:00", "12:00", "14:00", "14:30", "15:00"]
    assert local[-1] == "19:00"


def own_time(world: World, **fields: str) -> dict[str, str]:
    """A filled-in form: Ada blocks Thursday at 18:00."""
    return booking(world, kind="own", client_id="", title="Supervision", is_busy="on", **fields)


def test_blocking_own_time_over_taken_time_asks_in_the_same_way(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17: and the button says what it does."""
    taken(database, world)
    answer = ada.post("/appointments", data=own_time(world), headers=HTMX)
    assert (answer.status_code, booked(database, world)) == (422, 0)
    asked = question(answer.text)
    assert asked.startswith("Overlaps with Busy time from Google, 18:00 – 18:50. Free that day:")
    assert ">Block anyway</button>" in answer.text
    assert "Choose another time, or block anyway." in answer.text
    assert TITLE not in answer.text
    assert ada.post("/appointments", data=own_time(world, accepted=asked)).status_code == 303
    assert booked(database, world) == 1


def test_own_time_that_is_free_is_in_nobody_s_way(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R46, R90: it takes no time, so there is nothing to ask."""
    taken(database, world)
    free = own_time(world)
    del free["is_busy"]
    assert ada.post("/appointments", data=free).status_code == 303


def test_whole_days_off_name_what_lies_in_them(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U17: of a week off it has to be said on which day the session is; no other times."""
    taken(database, world)
    add(database, world, start="2026-11-27T10:00")
    week = own_time(world, is_all_day="on", starts_on="2026-11-25", ends_on="2026-12-01")
    asked = question(ada.post("/appointments", data=week).text)
    assert asked == "Overlaps with Busy time from Google, Thu 26 Nov 18:00 – 18:50 and 1 more."
    assert ada.post("/appointments", data={**week, "accepted": asked}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"starts_at": "12:10", "ends_at": "13:00", "is_busy": "on"}, 422),
        ({"starts_at": "12:10", "ends_at": "13:00"}, 303),
        ({"is_busy": "on"}, 303),
    ],
    ids=["moved into it", "moved into it, free", "only renamed"],
)
def test_moving_own_time_asks_as_well(
    ada: FlaskClient,
    database: Database,
    world: World,
    fields: dict[str, str],
    status: int,
) -> None:
    """U17: only another time than before is worth a question."""
    ada.post("/appointments", data=own_time(world, starts_at="12:00", ends_at="12:50"))
    taken(database, world, at("2026-11-26T12:30"))
    with database.reading(Scope.practice(world.practice.id)) as session:
        row = session.exec(select(Appointment)).one()
    at_noon = {"title": "Team", "starts_at": "12:00", "ends_at": "12:50"}
    form = {**change(row), **at_noon, **fields}
    answer = ada.post(f"/appointments/{row.id}", data=form)
    assert answer.status_code == status
    assert (">Block anyway</button>" in answer.text) is (status == 422)
