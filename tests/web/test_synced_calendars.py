"""The group of tiles, and what a person chooses for one calendar."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from tests.cast import World
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.sync_rows import calendar_row, connection_row, default_row, run_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import (
    GoogleConnection,
    GoogleEvent,
    RemovedEvent,
    SyncedCalendar,
    SyncProblem,
)
from webapp.db.scope import Scope
from webapp.domain.busy import RULES
from webapp.domain.run_state import RunState

GROUP = "/synced-calendars"


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


def given_account(session: Session, world: World, **values: object) -> GoogleConnection:
    """Ada's account with the default calendar in it."""
    settings_row(session, world)
    account = connection_row(session, world)
    default_row(session, account, **values)
    return account


def given_family(database: Database, world: World, **values: object) -> str:
    """Her family calendar, synced, with one event; its id."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        calendar = calendar_row(session, given_account(session, world), **values)
        event = GoogleEvent(
            practice_id=world.practice.id,
            calendar_id=calendar.id,
            google_id="e1",
            etag="1",
            summary="Choir",
            location="Town hall",
        )
        session.add(event)
        session.commit()
        return calendar.id


def calendar_of(database: Database, world: World, calendar_id: str) -> SyncedCalendar:
    """The row as it is now."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return session.get_one(SyncedCalendar, calendar_id)


def events_of(database: Database, world: World) -> list[GoogleEvent]:
    """Google's events here."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return list(session.exec(select(GoogleEvent)))


def test_other_calendars_are_offered_once_the_default_one_is_synced(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R74, R75, R78: the default is not among them, and what is not hers says why."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        account = given_account(session, world)
        calendar_row(session, account, name="Family", is_on=False, last_success_at=None)
        calendar_row(session, account, name="Holidays", is_on=False, access_role="reader")
        session.commit()
    html = ada.get(GROUP, headers=HTMX).text
    tiles = re.findall(r'data-state="(\w+)"', html)
    assert tiles == ["synced", "not_synced", "cannot_sync"]
    assert "Only calendars you own can be synced" in html


def test_other_calendars_wait_while_the_default_one_has_never_been_synced(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R74."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        account = given_account(session, world, last_success_at=None)
        default = session.exec(select(SyncedCalendar)).one()
        run_row(session, default, RunState.RUNNING)
        calendar_row(session, account, is_on=False)
        session.commit()
    html = ada.get(GROUP, headers=HTMX).text
    assert re.findall(r'data-state="(\w+)"', html) == ["running"]


def test_an_account_without_other_calendars_says_so(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """PRODUCT.md 6.8."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        given_account(session, world)
        session.commit()
    assert "no other calendars you own" in ada.get(GROUP, headers=HTMX).text


def test_an_account_whose_calendars_are_not_listed_yet_shows_no_wrong_state(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """PRODUCT.md 6.2: unknown is not "none"."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        given_account(session, world).calendars_listed_at = None
        session.commit()
    html = ada.get(GROUP, headers=HTMX).text
    assert "no other calendars" not in html
    assert 'hx-trigger="load delay' in html


def test_there_is_no_group_without_a_connection(ada: FlaskClient) -> None:
    assert ada.get(GROUP, headers=HTMX).status_code == 404


def test_whether_a_calendar_blocks_booking_is_saved(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R84: with htmx the tile comes back; without, the page."""
    family = given_family(database, world)
    answer = ada.patch(f"{GROUP}/{family}", data={"shows_details": "on"}, headers=HTMX)
    assert "does not block booking" in answer.text
    assert not calendar_of(database, world, family).blocks_booking
    form = {"shows_details": "on", "blocks_booking": "on"}
    assert ada.post(f"{GROUP}/{family}", data=form).status_code == 303
    assert calendar_of(database, world, family).blocks_booking


def test_details_no_longer_wanted_are_forgotten_at_once(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R99: also those of what was removed lately or could not be read."""
    family = given_family(database, world)
    with database.writing(Scope.practice(world.practice.id)) as session:
        gone = {"summary": "Dentist", "location": "High Street", "etag": "2"}
        of = {"practice_id": world.practice.id, "calendar_id": family}
        session.add(RemovedEvent(**of, google_id="e2", removed_at=NOW, kept=gone))
        session.add(SyncProblem(**of, subject="e3", title="Gym", reason="Odd.", noticed_at=NOW))
        session.commit()
    ada.patch(f"{GROUP}/{family}", data={"blocks_booking": "on"}, headers=HTMX)
    kept = events_of(database, world)
    assert [(row.summary, row.location) for row in kept] == [("", "")]
    with database.reading(Scope.practice(world.practice.id)) as session:
        assert session.exec(select(RemovedEvent)).one().kept["summary"] == ""
        assert session.exec(select(SyncProblem)).one().title == ""


def test_details_wanted_again_are_read_from_google_anew(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R84: the whole calendar is read once more, as an unchanged list would say nothing, and the
    tile shows it at work, so that nobody has to reload."""
    family = given_family(database, world, shows_details=False, sync_token="t")
    before = calendar_of(database, world, family)
    form = {"blocks_booking": "on", "shows_details": "on"}
    tile = ada.patch(f"{GROUP}/{family}", data=form, headers=HTMX).text
    after = calendar_of(database, world, family)
    assert (after.sync_token, after.requested) == ("", before.requested + 1)
    assert 'data-state="queued"' in tile
    assert "load delay" in tile


def test_every_choice_is_saved_and_the_tile_stays_open_at_it(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R84, R93, U10: what is not ticked is off."""
    family = given_family(database, world)
    form = {"shows_details": "on", "blocks_booking": "on", "all_day_blocks": "on"}
    tile = ada.patch(f"{GROUP}/{family}", data=form | {"chosen_hue": "teal"}, headers=HTMX).text
    row = calendar_of(database, world, family)
    assert (row.all_day_blocks, row.unanswered_blocks, row.chosen_hue) == (True, False, "teal")
    assert re.search(r'<details class="tile-choices"[^>]* open', tile)
    assert "hue-teal" in tile


def test_every_choice_that_the_rules_name_is_on_the_tile(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """The table of what blocks points at boxes by their labels."""
    given_family(database, world)
    html = ada.get(GROUP, headers=HTMX).text
    for rule in RULES:
        assert f">{rule.changed_by}</label>" in html or not rule.changed_by
        assert rule.events in html


def test_a_colour_that_there_is_not_is_refused(
    ada: FlaskClient, database: Database, world: World
) -> None:
    family = given_family(database, world)
    form = {"chosen_hue": '"><script>'}
    assert ada.patch(f"{GROUP}/{family}", data=form, headers=HTMX).status_code == 422
    assert calendar_of(database, world, family).blocks_booking


@pytest.mark.parametrize("address", ["/{}", "/{}/deletion"])
def test_switching_a_calendar_off_takes_its_events_away_here(
    ada: FlaskClient, database: Database, world: World, address: str
) -> None:
    """R81: Google is not touched; the tile is back to Sync."""
    family = given_family(database, world)
    call = ada.post if address.endswith("deletion") else ada.delete
    assert call(GROUP + address.format(family)).status_code == 303
    assert events_of(database, world) == []
    assert not calendar_of(database, world, family).is_on
    assert 'data-state="not_synced"' in ada.get(GROUP, headers=HTMX).text


def test_after_switching_off_the_focus_goes_to_the_heading(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """WCAG 2.4.3: the button that was pressed is gone."""
    family = given_family(database, world)
    html = ada.post(f"{GROUP}/{family}/deletion", headers=HTMX).text
    assert re.search(r'<h3 id="other-calendars-heading"[^>]*autofocus', html)


def test_nobody_else_changes_adas_calendars(
    database: Database, world: World, as_member: SignIn
) -> None:
    """Ben is a colleague, Mallory a stranger."""
    family = given_family(database, world)
    for person in (world.ben, world.mallory):
        browser = as_member(person)
        assert browser.patch(f"{GROUP}/{family}", data={}).status_code == 404
        assert browser.delete(f"{GROUP}/{family}").status_code == 404
    assert len(events_of(database, world)) == 1
    assert calendar_of(database, world, family).last_success_at < NOW


def test_pausing_answers_with_a_tile_that_says_since_when_and_how_to_resume(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """PRODUCT.md 6.2: and the head of the page does not say that all is good."""
    family = given_family(database, world)
    answer = ada.post(f"/pauses/{family}", headers=HTMX)
    assert 'data-state="paused"' in answer.text
    assert "Busy ones still block booking" in answer.text
    assert "calendar-changed" in answer.headers["HX-Trigger"]
    assert calendar_of(database, world, family).paused_at == NOW
    page = ada.get("/sync-settings").text
    assert "1 calendar is paused" in page
    assert "Sync was paused for Family" in page
    resumed = ada.post("/sync-runs", data={"calendar_id": family}, headers=HTMX)
    assert 'data-state="queued"' in resumed.text
    assert calendar_of(database, world, family).paused_at is None
    assert "Sync was resumed for Family" in ada.get("/sync-settings").text


def test_nobody_pauses_somebody_elses_calendar(
    database: Database, world: World, as_member: SignIn
) -> None:
    """R140: not a colleague, and not another practice."""
    family = given_family(database, world)
    for stranger in (world.ben, world.mallory):
        assert as_member(stranger).post(f"/pauses/{family}", headers=HTMX).status_code == 404
    assert calendar_of(database, world, family).paused_at is None
