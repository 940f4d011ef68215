"""Who wants to see a secret again shows first who they are (RELIABILITY.md 3.8, 1)."""

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import PASSWORD, World
from tests.feeds.conftest import sync_one_way
from tests.web.conftest import HTMX, Clock, SignIn
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, FeedLink
from webapp.db.scope import Scope
from webapp.services import feed_links

pytestmark = pytest.mark.page

GUARDED = {
    "connect": ("/google-connection", {}),
    "disconnect": ("/google-connection/deletion", {"here": "keep"}),
    "full names": (
        "/sync-settings",
        {"change": "display", "display": "full_name", "is_acknowledged": "on"},
    ),
    "deactivate": ("/deactivations", {"member": "of Ada"}),
}
"""What a passer-by at an open screen must not get, as the page sends it."""
ASKING = {"HX-Request": "true", "HX-Trigger": "feed-show-1"}


@pytest.fixture
def link(database: Database, world: World) -> FeedLink:
    """Ada's address, made a moment ago."""
    return sync_one_way(database, world.ada)


@pytest.fixture
def ada(link: FeedLink, world: World, as_member: SignIn, clock: Clock) -> FlaskClient:
    """Ada, who signed in ten minutes ago and has an address for longer than its first minutes."""
    browser = as_member(world.ada)
    clock.advance(minutes=10)
    return browser


def proof(browser: FlaskClient, link: FeedLink) -> str:
    """The part of the address that nobody can guess."""
    address = feed_links.address(browser.application.extensions["settings"], link)
    return address.removesuffix(".ics")[-32:]


def secrets(page: str, browser: FlaskClient, link: FeedLink) -> int:
    """How often the page holds the secret, or something made of it."""
    return page.count(proof(browser, link)) + page.count('class="qr"') + page.count("webcal:")


def test_an_address_is_shown_when_it_is_made_and_masked_from_then_on(
    link: FeedLink, world: World, as_member: SignIn, clock: Clock
) -> None:
    """R33, R44: the page then holds nothing that the address could be made of."""
    ada = as_member(world.ada)
    assert proof(ada, link) in ada.get("/sync-settings").text
    clock.advance(minutes=5)
    page = ada.get("/sync-settings").text
    assert secrets(page, ada, link) == 0
    assert re.search(r'value="http://localhost:8000/feeds/[\w-]{26}••••••••\.ics"', page)
    assert "Show address" in page


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without htmx", "htmx"])
def test_it_is_shown_again_to_whoever_signed_in_lately(
    ada: FlaskClient, link: FeedLink, clock: Clock, headers: dict[str, str]
) -> None:
    answer = ada.post(f"/feed-links/{link.id}/address", headers=headers)
    page = answer.text if headers else ada.get(answer.location).text
    assert proof(ada, link) in page
    clock.advance(minutes=5)
    assert secrets(ada.get("/sync-settings").text, ada, link) == 0


def test_after_a_quarter_of_an_hour_the_password_is_asked_for_in_the_buttons_place(
    ada: FlaskClient, link: FeedLink, clock: Clock
) -> None:
    clock.advance(minutes=5)
    path = f"/feed-links/{link.id}/address"
    asked = ada.post(path, headers=ASKING)
    assert (asked.status_code, secrets(asked.text, ada, link)) == (200, 0)
    assert asked.headers["HX-Retarget"] == "#feed-show-1"
    assert f'hx-post="{path}"' in asked.text
    shown = ada.post(path, data={"password": PASSWORD}, headers=ASKING)
    assert proof(ada, link) in shown.text
    assert "HX-Retarget" not in shown.headers
    clock.advance(minutes=14)
    assert proof(ada, link) in ada.post(path, headers=ASKING).text


def test_without_scripts_the_question_is_a_page(
    ada: FlaskClient, link: FeedLink, clock: Clock
) -> None:
    clock.advance(minutes=5)
    path = f"/feed-links/{link.id}/address"
    asked = ada.post(path, data={"kept": "as sent"})
    assert "<h1>Your password, please</h1>" in asked.text
    assert f'action="{path}"' in asked.text
    assert '<input type="hidden" name="kept" value="as sent">' in asked.text
    answer = ada.post(path, data={"password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/sync-settings")
    assert proof(ada, link) in ada.get(answer.location).text


def test_a_wrong_password_shows_nothing_and_guessing_is_throttled(
    ada: FlaskClient, link: FeedLink, clock: Clock, world: World, as_member: SignIn
) -> None:
    """S3: five wrong ones in a quarter of an hour, and nobody else is kept out."""
    clock.advance(minutes=5)
    path = f"/feed-links/{link.id}/address"
    guess = {"password": "not my password"}
    answers = [ada.post(path, data=guess, headers=ASKING) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert all(secrets(answer.text, ada, link) == 0 for answer in answers)
    assert "This is not your password." in answers[0].text
    assert "not my password" not in answers[0].text
    assert ada.post(path, data={"password": PASSWORD}, headers=ASKING).status_code == 429
    change = {"current": "a guess", "new": "quiet harbour at dawn"}
    assert as_member(world.ben).post("/password", data=change).status_code == 422


def test_showing_is_written_down_without_the_address(
    ada: FlaskClient, link: FeedLink, database: Database, world: World, log_lines: io.StringIO
) -> None:
    """R144; no secret in any log."""
    ada.post(f"/feed-links/{link.id}/address", headers=ASKING)
    with database.reading(Scope.practice(world.practice.id)) as session:
        entries = session.exec(select(AuditEntry)).all()
    assert [(one.action, one.subject) for one in entries if one.action == "feed.shown"] == [
        ("feed.shown", "")
    ]
    assert proof(ada, link) not in log_lines.getvalue()


def test_nobody_is_shown_somebody_elses_address(
    link: FeedLink, world: World, as_member: SignIn
) -> None:
    """R35."""
    for member in (world.ben, world.mallory):
        assert as_member(member).post(f"/feed-links/{link.id}/address").status_code == 404


@pytest.fixture
def dora(world: World, as_member: SignIn, clock: Clock) -> FlaskClient:
    """Dora, who has a calendar of her own here and signed in twenty minutes ago."""
    browser = as_member(world.dora)
    clock.advance(minutes=20)
    return browser


@pytest.mark.parametrize("headers", [{}, ASKING], ids=["without htmx", "htmx"])
@pytest.mark.parametrize("deed", GUARDED)
def test_the_password_is_asked_for_before_what_cannot_be_taken_back(
    dora: FlaskClient, world: World, deed: str, headers: dict[str, str]
) -> None:
    """S8: nothing has happened before, and the answer goes on with what was chosen."""
    path, sent = GUARDED[deed]
    sent = {name: text.replace("of Ada", world.ada.id) for name, text in sent.items()}
    asked = dora.post(path, data=sent, headers=headers)
    assert asked.status_code == 200
    assert 'name="password"' in asked.text
    assert f'action="{path}"' in asked.text
    for name, text in sent.items():
        assert f'<input type="hidden" name="{name}" value="{text}">' in asked.text
    refused = dora.post(path, data={**sent, "password": "a guess"}, headers=headers)
    assert (refused.status_code, "This is not your password." in refused.text) == (422, True)
    answered = dora.post(path, data={**sent, "password": PASSWORD}, headers=headers)
    assert 'name="password"' not in answered.text


def test_nobody_is_deactivated_without_the_password(
    dora: FlaskClient, world: World, as_member: SignIn
) -> None:
    """S6, S8: Ada works on until it was given."""
    ada, sent = as_member(world.ada), {"member": world.ada.id}
    dora.post("/deactivations", data=sent)
    dora.post("/deactivations", data={**sent, "password": "a guess"})
    assert ada.get("/sync-settings").status_code == 200
    dora.post("/deactivations", data={**sent, "password": PASSWORD})
    assert ada.get("/sync-settings").status_code == 303


def test_what_is_refused_for_another_reason_is_no_guess(ada: FlaskClient, clock: Clock) -> None:
    """S3: only passwords count, and everything else on the page goes on."""
    clock.advance(minutes=10)
    unread, sent = GUARDED["full names"][1], {"display": "full_name", "change": "display"}
    for _ in range(6):
        assert ada.patch("/sync-settings", data=sent).status_code == 422
    assert 'name="password"' in ada.patch("/sync-settings", data=unread).text
