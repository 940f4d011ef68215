"""The calendar page and its grid."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from tests.cast import CANARY, ZONE, World, make_appointment
from tests.web.conftest import HTMX, NOW, Clock, SignIn
from webapp.db.engine import Database
from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    GoogleEvent,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.timespan import TimedSpan
from webapp.domain.wall_clock import timed_span

pytestmark = pytest.mark.page


@pytest.fixture
def rows(database: Database, world: World) -> Iterator[Session]:
    """A session to put things on the calendar with; the test commits."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


def at(text: str, minutes: int = 50) -> TimedSpan:
    """A span that begins at a local time."""
    starts = dt.datetime.fromisoformat(text)
    return timed_span(starts, starts + dt.timedelta(minutes=minutes), ZONE)


def connect(rows: Session, world: World) -> SyncedCalendar:
    """Ada's two-way sync with one of her Google calendars."""
    own = {"practice_id": world.ada.practice_id, "member_id": world.ada.id}
    connection = GoogleConnection(
        **own,
        google_sub="ada",
        email="ada@example.com",
        granted_scopes="",
        sealed_token="",
        state=ConnectionState.CONNECTED,
        state_since=NOW,
        connected_at=NOW,
    )
    calendar = SyncedCalendar(
        **own,
        connection_id=connection.id,
        google_id="private",
        role=CalendarRole.OTHER,
        name="Private",
        colour="#0b8043",
        is_on=True,
        last_success_at=NOW,
    )
    rows.add_all([connection, calendar])
    rows.add(SyncSettings(**own, is_enabled=True, mode=SyncMode.TWO_WAY))
    return calendar


def add_dentist(rows: Session, calendar: SyncedCalendar) -> GoogleEvent:
    """An event of that calendar on Monday."""
    span = at("2026-11-23T08:00")
    row = GoogleEvent(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        google_id="g1",
        summary="Dentist",
        html_link="https://calendar.example/event?eid=1",
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        first_starts_at=span.starts_at,
        last_ends_at=span.ends_at,
        time_zone=ZONE,
    )
    rows.add(row)
    return row


def revision(page: str) -> str:
    """What the grid of a page says it is."""
    found = re.search(r"rev=([0-9a-f]+)", page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("view", ["day", "week", "month", "agenda"])
def test_it_shows_the_session_in_every_view(
    as_member: SignIn, rows: Session, world: World, view: str
) -> None:
    """R8. The accessible name holds all that is seen."""
    make_appointment(rows, world.ada, at("2026-11-23T10:00"), now=NOW, client=world.cleo)
    rows.commit()
    page = as_member(world.ada).get(f"/calendar?view={view}").text
    assert "Cleo Marsh, Monday 23 November 2026, 10:00 to 10:50, client appointment, busy" in page
    assert f"is-{view}" in page


def test_the_menu_leads_to_the_sync_page(as_member: SignIn, world: World) -> None:
    """R1, R2: named, and one click away."""
    page = as_member(world.ada).get("/calendar").text
    assert 'aria-label="Calendar options"' in page
    assert re.search(r'role="menuitem"[^>]*href="/sync-settings"[^>]*>.*?Sync Calendar', page)


def test_the_zone_is_named(as_member: SignIn, world: World) -> None:
    """R10: Ada's own, until she asks for another."""
    ada = as_member(world.ada)
    assert "Times in Europe/Berlin" in ada.get("/calendar").text
    ada.post("/display", data={"zone": "Europe/Lisbon"})
    assert "Times in Europe/Lisbon" in ada.get("/calendar").text


def test_the_view_is_remembered(as_member: SignIn, world: World) -> None:
    """The calendar opens as it was left."""
    ada = as_member(world.ada)
    assert 'class="calendar is-week"' in ada.get("/calendar").text
    ada.get("/calendar?view=month")
    assert 'class="calendar is-month"' in ada.get("/calendar").text


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("view=week&on=2026-12-31", "28 Dec 2026 – 3 Jan 2027"),
        ("view=month&on=2028-02-29", "February 2028"),
        ("view=day&on=2026-03-29", "Sun 29 March 2026"),
        ("view=agenda&on=2026-10-20", "20 Oct – 16 Nov 2026"),
        ("view=week&on=nonsense", "23 – 29 November 2026"),
        ("view=nonsense&on=2026-11-30", "30 Nov – 6 Dec 2026"),
        ("view=month&on=0001-01-01", "January 1970"),
        ("view=week&on=9999-12-31", "30 Dec 2199 – 5 Jan 2200"),
    ],
)
def test_every_address_has_a_page(as_member: SignIn, world: World, query: str, title: str) -> None:
    """Ends of months and years, days of 23 and 25 hours, and what somebody typed."""
    answer = as_member(world.ada).get(f"/calendar?{query}")
    assert answer.status_code == 200
    assert f'<h1 class="calendar-title">{title}</h1>' in answer.text


def test_previous_and_next_move_by_the_view(as_member: SignIn, world: World) -> None:
    """R8; today leads back without changing the view."""
    page = as_member(world.ada).get("/calendar?view=month&on=2026-12-31").text
    assert re.search(r'href="[^"]*on=2026-11-30[^"]*" rel="prev"', page)
    assert re.search(r'href="[^"]*on=2027-01-01[^"]*" rel="next"', page)
    assert re.search(r'href="/calendar\?view=month"[^>]*data-today', page)


def test_the_grid_is_sent_again_only_when_something_changed(
    as_member: SignIn, rows: Session, world: World, clock: Clock
) -> None:
    """204 costs the browser nothing; a new session, or time passing, brings the grid."""
    ada = as_member(world.ada)
    first = revision(ada.get("/calendar").text)
    assert ada.get(f"/calendar/grid?rev={first}", headers=HTMX).status_code == 204
    make_appointment(rows, world.ada, at("2026-11-23T10:00"), now=NOW, client=world.cleo)
    rows.commit()
    changed = ada.get(f"/calendar/grid?rev={first}", headers=HTMX)
    assert changed.status_code == 200
    assert "Cleo Marsh" in changed.text
    assert "<html" not in changed.text
    clock.advance(minutes=6)
    assert ada.get(f"/calendar/grid?rev={revision(changed.text)}").status_code == 200


def test_an_empty_week_says_what_to_do(as_member: SignIn, world: World) -> None:
    """PRODUCT 6.8."""
    page = as_member(world.ada).get("/calendar").text
    assert "No sessions this week." in page
    assert "Connect your calendar" in page


def test_google_events_are_there_and_open_a_card(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """R4, R108: read here, edited in Google."""
    event = add_dentist(rows, connect(rows, world))
    rows.commit()
    ada = as_member(world.ada)
    page = ada.get("/calendar").text
    assert "Dentist, Monday 23 November 2026, 08:00 to 08:50, from Google, Private, busy" in page
    card = ada.get(f"/google-events/{event.id}?on=2026-11-23", headers=HTMX).text
    assert 'href="https://calendar.example/event?eid=1"' in card
    assert "<html" not in card
    assert "<form" not in card
    assert "<html" in ada.get(f"/google-events/{event.id}").text


def test_a_link_that_is_no_address_is_not_offered(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """Whatever an imported event claims."""
    event = add_dentist(rows, connect(rows, world))
    event.html_link = "javascript:alert(1)"
    rows.commit()
    card = as_member(world.ada).get(f"/google-events/{event.id}").text
    assert "javascript:" not in card


def test_nobody_else_reads_a_google_event(as_member: SignIn, rows: Session, world: World) -> None:
    """R100, R146: not Ben, not the owner, not Mallory; on the calendar it is "Busy"."""
    event = add_dentist(rows, connect(rows, world))
    rows.commit()
    for other in (world.ben, world.dora, world.eve, world.mallory):
        assert as_member(other).get(f"/google-events/{event.id}").status_code == 404
    for colleague in (world.ben, world.dora):
        page = as_member(colleague).get(f"/calendar?member={world.ada.id}").text
        assert "Dentist" not in page
        assert "Busy, Monday 23 November 2026, 08:00 to 08:50" in page


def test_a_colleague_sees_no_client(as_member: SignIn, rows: Session, world: World) -> None:
    """Ben sees that Ada is busy and cannot open it; the owner and the assistant see who comes."""
    row = make_appointment(rows, world.ada, at("2026-11-23T10:00"), now=NOW, client=world.cleo)
    rows.commit()
    bens = as_member(world.ben).get(f"/calendar?member={world.ada.id}").text
    assert "Cleo" not in bens
    assert row.id not in bens
    assert "/appointments/new" not in bens
    for keeper in (world.dora, world.eve):
        page = as_member(keeper).get("/calendar").text
        assert "Cleo Marsh" in page


def test_another_practice_sees_nothing(as_member: SignIn, rows: Session, world: World) -> None:
    """Mallory asks by id; her own practice has no calendar, and her page says so."""
    make_appointment(rows, world.ada, at("2026-11-23T10:00"), now=NOW, client=world.cleo)
    rows.commit()
    mallory = as_member(world.mallory)
    assert mallory.get(f"/calendar?member={world.ada.id}").status_code == 404
    page = mallory.get("/calendar")
    assert page.status_code == 200
    assert "Nobody in this practice has a calendar yet." in page.text


def test_a_lost_connection_is_said_on_the_calendar(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """R14: what happened, since when, and where to mend it; only to the person concerned."""
    calendar = connect(rows, world)
    connection = rows.get(GoogleConnection, calendar.connection_id)
    assert connection is not None
    connection.state = ConnectionState.RECONNECT_NEEDED
    add_dentist(rows, calendar)
    rows.commit()
    page = as_member(world.ada).get("/calendar").text
    assert "Google stopped our access" in page
    assert "Reconnect Google" in page
    assert "As of Mon 23 Nov 2026, 10:00" in page
    assert "Google stopped our access" not in as_member(world.dora).get("/calendar").text


def test_a_failing_calendar_is_named(as_member: SignIn, rows: Session, world: World) -> None:
    """R14."""
    calendar = connect(rows, world)
    calendar.failure, calendar.failed_at = "Google refused to list it.", NOW
    rows.commit()
    page = as_member(world.ada).get("/calendar").text
    assert "“Private” could not be synced" in page
    assert "Google refused to list it." in page


def test_a_title_from_google_is_text(as_member: SignIn, rows: Session, world: World) -> None:
    """Nothing in it becomes markup."""
    event = add_dentist(rows, connect(rows, world))
    event.summary = "<img src=x onerror=alert(1)>"
    rows.commit()
    page = as_member(world.ada).get("/calendar").text
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_the_page_asks_for_no_more_than_reading(as_member: SignIn, world: World) -> None:
    """Neither address takes a write."""
    ada = as_member(world.ada)
    assert ada.post("/calendar").status_code == 405
    assert ada.post("/calendar/grid").status_code == 405


def test_strangers_are_asked_to_sign_in(client: object, as_member: SignIn, world: World) -> None:
    """And a canary of the other practice is on no page of this one."""
    assert client.get("/calendar").status_code == 303  # type: ignore[attr-defined]
    assert CANARY not in as_member(world.ada).get("/calendar").text


def test_a_card_lists_what_takes_the_same_time_as_its_reader_may_see_it(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """PRODUCT.md 6.5, R100: both cards name the other; the owner reads "Busy" for Ada's own."""
    event = add_dentist(rows, connect(rows, world))
    span = at("2026-11-23T08:30")
    session = make_appointment(rows, world.ada, span, now=NOW, client=world.cleo)
    rows.commit()
    ada = as_member(world.ada)
    assert "Dentist, 08:00 – 08:50" in ada.get(f"/appointments/{session.id}").text
    card = ada.get(f"/google-events/{event.id}?on=2026-11-23").text
    assert "Cleo Marsh, 08:30 – 09:20" in card
    assert "Dentist, 08:00" not in card
    page = ada.get("/calendar?on=2026-11-23").text
    assert "overlaps Dentist" in page
    assert "overlaps Cleo Marsh" in page
    seen_by_dora = as_member(world.dora).get(f"/appointments/{session.id}").text
    assert "Busy, 08:00 – 08:50" in seen_by_dora
    assert "Dentist" not in seen_by_dora
