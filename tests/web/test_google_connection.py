"""Out to Google and back in a browser. Google is the stand-in, over real sockets."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.cast import World
from tests.google.conftest import ADA, CLIENT_ID, came_back, emulator, google
from tests.web.conftest import HTMX, Clock, SignIn, make_settings
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, Departure, GoogleConnection, SyncMode, SyncSettings
from webapp.db.scope import Scope

__all__ = ["emulator", "google"]

OTHER = "ada.lind@example.com"


@pytest.fixture
def settings(database_url: str, emulator: RunningEmulator) -> Settings:
    """A server whose Google is the stand-in."""
    return make_settings(
        database_url,
        GOOGLE_CLIENT_ID=CLIENT_ID,
        GOOGLE_CLIENT_SECRET="secret",
        GOOGLE_SERVER_METADATA_URL=emulator.url + "/.well-known/openid-configuration",
        GOOGLE_API_ROOT=emulator.url + "/",
    )


@pytest.fixture
def ada(as_member: SignIn, world: World, database: Database, clock: Clock) -> FlaskClient:
    """Ada's browser; she and Ben have chosen two-way sync. The web's clock shows the real time,
    because Google signs with it.
    """
    clock.instant = dt.datetime.now(dt.UTC)
    with database.writing(Scope.practice(world.practice.id)) as rows:
        for member in (world.ada, world.ben):
            rows.add(
                SyncSettings(
                    practice_id=member.practice_id,
                    member_id=member.id,
                    is_enabled=True,
                    mode=SyncMode.TWO_WAY,
                )
            )
        rows.commit()
    return as_member(world.ada)


def test_it_goes_to_google_and_comes_back_connected(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    """R48"""
    google.answer_consent(ADA)
    answer = come_back(ada, go(ada))
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sync-settings#two-way-heading"
    assert stored(database).email == ADA
    assert f"Connected with Google as {ADA}." in flashed(ada)


def test_htmx_is_told_to_leave_the_page(ada: FlaskClient, google: Google) -> None:
    answer = ada.post("/google-connection", headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(google.origin + "/o/oauth2/v2/auth?")


def test_a_plain_form_may_lead_to_google(ada: FlaskClient, google: Google) -> None:
    """The policy's form-action has to name where the answer redirects."""
    answer = ada.post("/google-connection")
    assert answer.status_code == 303
    target = urlsplit(answer.headers["Location"])
    assert f"{target.scheme}://{target.netloc}" in answer.headers["Content-Security-Policy"]


def test_no_secret_of_ours_travels_to_google_in_the_address(
    ada: FlaskClient, settings: Settings
) -> None:
    """S12: the verifier and the client secret stay here."""
    address = go(ada)
    with ada.session_transaction() as cookie:
        verifier = cookie["google_question"]["verifier"]
    assert verifier not in address
    assert "client_secret" not in address


def test_who_declines_is_told_calmly_and_nothing_is_stored(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    """R49"""
    google.answer_consent(ADA, is_denied=True)
    answer = come_back(ada, go(ada))
    assert answer.headers["Location"] == "/sync-settings#two-way-heading"
    assert "No problem, nothing was connected." in flashed(ada)
    assert stored(database) is None


def test_an_answer_works_once(ada: FlaskClient, google: Google) -> None:
    """S13"""
    google.answer_consent(ADA)
    query = came_back(go(ada))
    assert ada.get(CALLBACK, query_string=query).status_code == 303
    again = ada.get(CALLBACK, query_string=query)
    assert again.status_code == 400
    assert "done already or took too long" in again.text


def test_an_answer_after_ten_minutes_is_too_late(
    ada: FlaskClient, google: Google, clock: Clock, database: Database
) -> None:
    """S13"""
    google.answer_consent(ADA)
    query = came_back(go(ada))
    clock.advance(minutes=10, seconds=1)
    assert ada.get(CALLBACK, query_string=query).status_code == 400
    assert stored(database) is None


def test_an_answer_meant_for_another_browser_is_refused(
    ada: FlaskClient, as_member: SignIn, world: World, google: Google, database: Database
) -> None:
    """S13: somebody else's consent cannot be slipped to Ada (login CSRF)."""
    google.answer_consent("mallory@example.com")
    mallorys = as_member(world.ben)
    query = came_back(go(mallorys))
    go(ada)
    assert ada.get(CALLBACK, query_string=query).status_code == 400
    assert stored(database) is None


def test_a_wrong_state_uses_the_question_up(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    google.answer_consent(ADA)
    query = came_back(go(ada))
    assert ada.get(CALLBACK, query_string=query | {"state": "guess"}).status_code == 400
    assert ada.get(CALLBACK, query_string=query).status_code == 400
    assert stored(database) is None


def test_what_google_sends_is_never_shown_raw(ada: FlaskClient) -> None:
    """S20"""
    canary = "<script>alert(1)</script>"
    with ada.session_transaction() as cookie:
        cookie.pop("google_question", None)
    answer = ada.get(
        CALLBACK, query_string={"error": canary, "error_description": canary, "state": canary}
    )
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


def test_another_error_of_googles_connects_nothing(ada: FlaskClient, database: Database) -> None:
    go(ada)
    with ada.session_transaction() as cookie:
        state = cookie["google_question"]["state"]
    answer = ada.get(CALLBACK, query_string={"error": "server_error", "state": state})
    assert answer.status_code == 400
    assert "Google did not complete the connection" in answer.text
    assert stored(database) is None


def test_an_unticked_permission_is_named_with_a_way_to_ask_again(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    """R50"""
    google.answer_consent(ADA, scopes=["calendar.app.created", "calendar.calendarlist.readonly"])
    answer = come_back(ada, go(ada))
    assert answer.status_code == 400
    assert "View events on all your calendars" in answer.text
    assert "Ask again" in answer.text
    assert 'action="/google-connection"' in answer.text
    assert stored(database) is None


def test_asking_again_asks_for_everything(ada: FlaskClient, google: Google) -> None:
    google.answer_consent(ADA, scopes=["calendar.app.created"])
    come_back(ada, go(ada))
    google.answer_consent(ADA)
    assert come_back(ada, go(ada)).status_code == 303


def test_a_colleagues_account_is_warned_about_and_can_be_confirmed(
    ada: FlaskClient, as_member: SignIn, world: World, google: Google, database: Database
) -> None:
    """R55"""
    google.answer_consent(ADA)
    come_back(ada, go(ada))
    bens = as_member(world.ben)
    warned = come_back(bens, go(bens))
    assert warned.status_code == 409
    assert f"Ada Lind already syncs with {ADA}" in warned.text
    account = google.accounts[ADA].sub
    assert f'name="account" value="{account}"' in warned.text
    assert come_back(bens, go(bens, account=account)).status_code == 303
    with database.reading(Scope.practice(world.practice.id)) as rows:
        assert len(rows.exec(select(GoogleConnection)).all()) == 2


def test_a_confirmation_counts_for_that_account_alone(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    """R130: chosen again at Google is asked again here."""
    google.answer_consent(ADA)
    come_back(ada, go(ada))
    google.answer_consent(OTHER)
    answer = come_back(ada, go(ada, account="somebody-else"))
    assert answer.status_code == 409
    assert stored(database).email == ADA


def test_google_out_of_reach_is_told_calmly(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    google.answer_consent(ADA)
    query = came_back(go(ada))
    google.faults.add("token.code", "error", status=503)
    answer = ada.get(CALLBACK, query_string=query)
    assert answer.status_code == 503
    assert "Google does not answer" in answer.text
    assert stored(database) is None


def test_disconnecting_shows_each_step_and_ends_here_at_once(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    """R128, F64: the answer is the page itself, with the card that goes on asking."""
    google.answer_consent(ADA)
    come_back(ada, go(ada))
    answer = ada.post("/google-connection/deletion", headers=HTMX)
    assert answer.status_code == 200
    assert stored(database) is None
    assert "Disconnecting Google" in answer.text
    assert 'hx-trigger="load delay:1s' in answer.text
    assert "Give our access back to Google" in answer.text
    assert 'action="/google-connection"' in answer.text


def test_disconnecting_works_without_scripts(
    ada: FlaskClient, google: Google, database: Database
) -> None:
    google.answer_consent(ADA)
    come_back(ada, go(ada))
    answer = ada.post("/google-connection/deletion", data={"there": "keep", "here": "remove"})
    assert answer.headers["Location"] == "/sync-settings"
    assert "Disconnecting Google" in ada.get("/sync-settings").text


def test_a_departure_is_its_persons_own(
    ada: FlaskClient, as_member: SignIn, world: World, google: Google, database: Database
) -> None:
    """S24"""
    google.answer_consent(ADA)
    come_back(ada, go(ada))
    ada.post("/google-connection/deletion")
    with database.reading(Scope.installation()) as rows:
        address = f"/departures/{rows.exec(select(Departure.id)).one()}"
    assert ada.get(address, headers=HTMX).status_code == 200
    for member in (world.ben, world.mallory):
        assert as_member(member).get(address).status_code == 404


def test_nobody_disconnects_somebody_else(
    ada: FlaskClient, as_member: SignIn, world: World, google: Google, database: Database
) -> None:
    google.answer_consent(ADA)
    come_back(ada, go(ada))
    for member in (world.ben, world.dora, world.mallory):
        assert as_member(member).post("/google-connection/deletion").status_code == 404
    assert stored(database).email == ADA


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/google-connection"),
        ("GET", "/google-connection/callback"),
        ("POST", "/google-connection/deletion"),
        ("DELETE", "/google-connection"),
    ],
)
def test_assistants_and_strangers_are_kept_out(
    as_member: SignIn, client: FlaskClient, world: World, method: str, path: str
) -> None:
    assert as_member(world.eve).open(path, method=method).status_code == 403
    assert client.open(path, method=method).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/google-connection", "/google-connection/deletion"])
def test_following_a_link_changes_nothing(ada: FlaskClient, path: str) -> None:
    assert ada.get(path).status_code == 405


def test_a_server_without_credentials_says_so(
    database_url: str, app: Flask, ada: FlaskClient
) -> None:
    """R54"""
    app.extensions["settings"] = make_settings(
        database_url, GOOGLE_CLIENT_ID="", GOOGLE_CLIENT_SECRET=""
    )
    answer = ada.post("/google-connection")
    assert answer.status_code == 404
    assert "not set up on this server" in answer.text
    assert 'action="/google-connection"' not in answer.text


def test_no_token_is_in_the_cookie_or_in_the_log(
    ada: FlaskClient, google: Google, database: Database, log_lines: object
) -> None:
    """S18, S39"""
    google.answer_consent(ADA)
    come_back(ada, go(ada))
    token = next(iter(google.grants.refresh_tokens))
    with ada.session_transaction() as cookie:
        assert token not in str(dict(cookie))
        assert "google_question" not in cookie
    assert token not in log_lines.getvalue()  # type: ignore[attr-defined]
    with database.reading(Scope.installation()) as rows:
        assert rows.exec(select(AuditEntry.action)).all() == ["google.connected"]


CALLBACK = "/google-connection/callback"


def go(browser: FlaskClient, **form: str) -> str:
    """The address at Google that the button leads to."""
    answer = browser.post("/google-connection", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def come_back(browser: FlaskClient, address: str) -> TestResponse:
    """What the browser sees when Google sends it back."""
    return browser.get(CALLBACK, query_string=came_back(address))


def stored(database: Database) -> GoogleConnection:
    """The one connection; None when there is none."""
    with database.reading(Scope.installation()) as rows:
        return rows.exec(select(GoogleConnection)).first()  # type: ignore[return-value]


def flashed(browser: FlaskClient) -> list[str]:
    """What the next page will say."""
    with browser.session_transaction() as cookie:
        return [text for _, text in cookie.get("_flashes", [])]
