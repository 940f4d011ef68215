"""The Sync Calendar page: what it shows, saves, refuses and asks before it acts."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.web.conftest import HTMX, SignIn, make_settings
from tests.web.sync_rows import calendar_row, connection_row, default_row, settings_row
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    ConnectionState,
    FeedLink,
    GoogleEvent,
    Practice,
    SyncMode,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.naming import Display

pytestmark = pytest.mark.page

PAGE = "/sync-settings"
ALLOW = {"change": "allow", "is_enabled": "on"}


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


def stored(database: Database, world: World) -> SyncSettings | None:
    """Ada's row."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return session.exec(
            select(SyncSettings).where(SyncSettings.member_id == world.ada.id)
        ).first()


def given(database: Database, world: World, **values: Any) -> None:
    """Ada has these settings."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world, **values)
        session.commit()


def given_two_way(database: Database, world: World, **connection: Any) -> None:
    """Ada syncs both ways; one Google event is here."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        account = connection_row(session, world, **connection)
        default_row(session, account)
        other = calendar_row(session, account)
        session.add(
            GoogleEvent(practice_id=world.practice.id, calendar_id=other.id, google_id="e1")
        )
        session.commit()


def google_events(database: Database, world: World) -> int:
    """How many of Google's events are here."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return len(session.exec(select(GoogleEvent)).all())


def is_checked(html: str, element: str) -> bool:
    """Whether the box or radio with that id is ticked."""
    found = re.search(rf'<input[^>]*id="{element}"[^>]*>', html)
    assert found is not None
    return " checked" in found[0]


def test_it_shows_everything_switched_off_at_first(ada: FlaskClient) -> None:
    """R15, R16: the other choices are visible, not usable, and say why."""
    html = ada.get(PAGE).text
    assert not is_checked(html, "allow-box")
    assert len(re.findall(r'<fieldset class="fieldset" disabled', html)) == 2
    assert html.count("Allow sync to choose.") == 2
    assert "Sync is off" in html


def test_looking_at_the_page_writes_nothing(
    ada: FlaskClient, database: Database, world: World
) -> None:
    ada.get(PAGE)
    assert stored(database, world) is None


def test_it_needs_a_person(client: FlaskClient, world: World) -> None:
    assert client.get(PAGE).status_code == 303
    assert client.post(PAGE, data=ALLOW).status_code == 303


def test_it_refuses_assistants(world: World, as_member: SignIn) -> None:
    """R146."""
    eve = as_member(world.eve)
    assert eve.get(PAGE).status_code == 403
    assert eve.post(PAGE, data=ALLOW).status_code == 403


def test_it_tells_an_owner_without_a_calendar_that_there_is_nothing_to_sync(
    world: World, as_member: SignIn
) -> None:
    dora = as_member(world.dora)
    assert "no calendar of its own" in dora.get(PAGE).text
    assert dora.post(PAGE, data=ALLOW).status_code == 403


def test_mallory_sees_nothing_of_it(world: World, as_member: SignIn, database: Database) -> None:
    """The page of another practice's owner holds her own settings."""
    given_two_way(database, world)
    assert "ada@example.com" not in as_member(world.mallory).get(PAGE).text


@pytest.mark.parametrize("method", ["post", "patch"])
def test_it_saves_at_once_and_says_so(
    ada: FlaskClient, database: Database, world: World, method: str
) -> None:
    """R30: htmx gets the page's content and an announcement."""
    answer = getattr(ada, method)(PAGE, data=ALLOW, headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="sync" id="sync-settings"')
    assert "Saved" in answer.headers["HX-Trigger"]
    saved = stored(database, world)
    assert saved is not None
    assert saved.is_enabled
    assert is_checked(ada.get(PAGE).text, "allow-box")


def test_it_works_without_htmx(ada: FlaskClient) -> None:
    answer = ada.post(PAGE, data=ALLOW)
    assert (answer.status_code, answer.location) == (303, PAGE)
    html = ada.get(PAGE).text
    assert "Saved" in html
    assert html.count("<noscript><button") >= 3


@pytest.mark.parametrize("wrong", [{}, {"change": "everything"}, {"change": "display"}])
def test_it_refuses_what_no_form_of_the_page_sends(ada: FlaskClient, wrong: dict[str, str]) -> None:
    assert ada.post(PAGE, data=wrong).status_code == 422


@pytest.mark.parametrize("display", [Display.FIRST_NAME, Display.INITIALS])
def test_it_saves_how_clients_are_named(
    ada: FlaskClient, database: Database, world: World, display: Display
) -> None:
    """R18."""
    given(database, world)
    answer = ada.patch(PAGE, data={"change": "display", "display": display}, headers=HTMX)
    assert is_checked(answer.text, f"display-{display}")
    saved = stored(database, world)
    assert saved is not None
    assert saved.display is display


@pytest.mark.parametrize("display", ["nickname", "", "INTERNAL_ID"])
def test_it_refuses_a_display_that_does_not_exist(
    ada: FlaskClient, database: Database, world: World, display: str
) -> None:
    given(database, world)
    answer = ada.patch(PAGE, data={"change": "display", "display": display}, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="error-display"' in answer.text


def test_every_choice_has_its_example_its_risk_and_its_words(ada: FlaskClient) -> None:
    """R18, R25, R32, R141, U16, PRODUCT.md 6.4."""
    html = ada.get(PAGE).text
    for risk in ("Most private", "Use with care", "Not recommended"):
        assert risk in html
    for example in ("C-1042", "CE", "Cleo", "Cleo Example"):
        assert f'<span class="example-name">{example}</span>' in html
    assert "this would be a HIPAA violation" in html


def test_full_names_are_asked_about_first(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R26: 422 with the dialog, the choice kept in the form and not in the database."""
    given(database, world)
    answer = ada.patch(PAGE, data={"change": "display", "display": "full_name"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="ask-full-name"' in answer.text
    assert "I accept responsibility for this choice." in answer.text
    assert not is_checked(answer.text, "acknowledge-box")
    assert is_checked(answer.text, "display-full_name")
    saved = stored(database, world)
    assert saved is not None
    assert saved.display is Display.INTERNAL_ID


def test_full_names_unticked_show_the_error_beside_the_box(
    ada: FlaskClient, database: Database, world: World
) -> None:
    given(database, world)
    form = {"change": "display", "display": "full_name", "is_asked": "on"}
    answer = ada.post(PAGE, data=form)
    assert answer.status_code == 422
    assert 'id="error-is_acknowledged"' in answer.text


def test_full_names_are_saved_with_the_acknowledgement(
    ada: FlaskClient, database: Database, world: World
) -> None:
    given(database, world)
    form = {"change": "display", "display": "full_name", "is_acknowledged": "on"}
    assert ada.patch(PAGE, data=form, headers=HTMX).status_code == 200
    saved = stored(database, world)
    assert saved is not None
    assert saved.full_name_acknowledged_by == world.ada.id


def test_a_practice_that_forbids_full_names_shows_that_at_the_choice(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R29."""
    given(database, world)
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.get_one(Practice, world.practice.id).is_full_name_allowed = False
        session.commit()
    assert "Your practice does not allow this." in ada.get(PAGE).text
    form = {"change": "display", "display": "full_name", "is_acknowledged": "on"}
    answer = ada.post(PAGE, data=form)
    assert answer.status_code == 422
    assert "Your practice does not allow full names" in answer.text


def test_internal_ids_that_are_off_are_mentioned(
    ada: FlaskClient, database: Database, world: World, as_member: SignIn
) -> None:
    """R21: a practitioner is sent to the owner and may not switch them on."""
    given(database, world)
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.get_one(Practice, world.practice.id).has_internal_ids = False
        session.commit()
    assert "Internal IDs are switched off in this practice" in ada.get(PAGE).text
    change = {"change": "internal_ids"}
    assert ada.post(PAGE, data=change).status_code == 403
    assert as_member(world.dora).post(PAGE, data=change).status_code == 303
    assert "Internal IDs are switched off" not in ada.get(PAGE).text


def test_one_way_shows_the_address_and_how_soon_others_read_it(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R33, R37, R38."""
    given(database, world, mode=None)
    answer = ada.patch(PAGE, data={"change": "mode", "mode": "one_way"}, headers=HTMX)
    with database.reading(Scope.practice(world.practice.id)) as session:
        assert len(session.exec(select(FeedLink)).all()) == 1
    assert "/feeds/" in answer.text
    assert "about once a day" in answer.text
    assert "the last 60 and the next 365 days" in answer.text
    for address in ("support.google.com", "support.apple.com", "support.office.com"):
        assert address in answer.text


def test_addresses_that_go_on_working_beside_two_way_can_still_be_removed(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R43, R44: what anybody can read is never out of sight."""
    given(database, world, mode=None)
    ada.patch(PAGE, data={"change": "mode", "mode": "one_way"}, headers=HTMX)
    ada.patch(PAGE, data={"change": "mode", "mode": "two_way"}, headers=HTMX)
    told = "They go on working beside two-way sync"
    page = ada.get(PAGE).text
    removal = re.search(r'action="(/feed-links/\w+/revoke)"', page)
    assert told in page
    assert removal
    assert ada.post(removal[1]).status_code == 303
    assert told not in ada.get(PAGE).text


def test_two_way_shows_what_it_does_and_the_way_to_google(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R47, R51, R53, R101."""
    given(database, world, mode=None)
    html = ada.patch(PAGE, data={"change": "mode", "mode": "two_way"}, headers=HTMX).text
    assert "Connect with Google" in html
    assert "Client appointments must start here" in html
    assert "Important: edit each event where it was made" in html
    assert 'id="google-calendars"' not in html


class TestWithoutGoogle:
    """R54: a server that has no Google credentials."""

    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        """Set up without them."""
        return make_settings(database_url, GOOGLE_CLIENT_ID="", GOOGLE_CLIENT_SECRET="")

    def test_a_practitioner_reads_who_can_help(
        self, ada: FlaskClient, database: Database, world: World
    ) -> None:
        given(database, world, mode=SyncMode.ONE_WAY)
        html = ada.get(PAGE).text
        assert "Two-way sync is not set up on this server" in html
        assert "Your administrator can add it" in html
        assert "GOOGLE_CLIENT_ID" not in html

    def test_an_administrator_reads_what_to_do(
        self, app: Flask, world: World, as_member: SignIn
    ) -> None:
        assert "GOOGLE_CLIENT_ID" in as_member(world.dora).get(PAGE).text


def test_a_connected_account_is_shown_with_the_default_calendar_preselected(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R48, R57, R58, R59, R74: only what may be chosen is listed, and nothing else is offered."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        account = connection_row(session, world)
        calendar_row(session, account, name="ada@example.com", is_primary=True, is_on=False)
        session.commit()
    html = ada.get(PAGE).text
    assert "ada@example.com" in html
    assert "Connected" in html
    assert re.findall(r"<option[^>]*>", html) == ['<option value="new" selected>']
    assert "cannot be chosen" in html
    assert "Start sync" in html
    assert "Other Google calendars" not in html


def test_a_lost_connection_says_since_when_and_offers_one_button(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R127, R129."""
    given_two_way(database, world, state=ConnectionState.RECONNECT_NEEDED)
    html = ada.get(PAGE).text
    assert "Google stopped our access" in html
    assert "Reconnect Google" in html
    assert "1 thing needs you" in html
    assert "Re-sync now" not in html


def test_leaving_two_way_is_asked_about_with_its_effects(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R112, R118: nothing happens before the button that names what it does."""
    given_two_way(database, world)
    change = {"change": "mode", "mode": "one_way"}
    answer = ada.patch(PAGE, data=change, headers=HTMX)
    assert answer.status_code == 422
    assert "Switch and remove Google events here" in answer.text
    assert google_events(database, world) == 1
    answer = ada.patch(PAGE, data={**change, "is_confirmed": "on"}, headers=HTMX)
    assert answer.status_code == 200
    assert google_events(database, world) == 0
    assert "/feeds/" in answer.text
    assert "calendar-changed" in answer.headers["HX-Trigger"]


def test_switching_off_is_asked_about_with_its_effects(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R17: the box stays as it was clicked while the question is open."""
    given_two_way(database, world)
    answer = ada.patch(PAGE, data={"change": "allow"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="ask-disable"' in answer.text
    assert not is_checked(answer.text, "allow-box")
    assert google_events(database, world) == 1
    answer = ada.post(PAGE, data={"change": "allow", "is_confirmed": "on"})
    assert answer.status_code == 303
    assert google_events(database, world) == 0


def test_the_question_before_disconnecting_has_an_address(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R128, without scripts too; an unknown question opens nothing."""
    given_two_way(database, world)
    assert 'id="ask-disconnect"' in ada.get(f"{PAGE}?ask=disconnect").text
    assert "<dialog" not in ada.get(f"{PAGE}?ask=../../secrets").text


def test_the_location_leaves_only_when_chosen(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R89."""
    given(database, world)
    change = {"change": "location", "includes_location": "on"}
    assert ada.patch(PAGE, data=change, headers=HTMX).status_code == 200
    saved = stored(database, world)
    assert saved is not None
    assert saved.includes_location


def test_what_happened_is_listed_in_plain_words(
    ada: FlaskClient, database: Database, world: World
) -> None:
    ada.post(PAGE, data=ALLOW)
    ada.post(PAGE, data={"change": "display", "display": "initials"})
    html = ada.get(PAGE).text
    assert "Clients are now shown by initials" in html
    assert "Sync was allowed" in html
