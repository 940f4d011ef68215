"""Signing in and out, and how long a session lasts."""

import io
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from demo.valkey import start_valkey
from tests.cast import PASSWORD, World
from tests.web.conftest import HTMX, Clock, MakeApp, SignIn, make_settings
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import BrowserSession, Member
from webapp.db.scope import Scope
from webapp.domain.errors import TooManyAtOnce
from webapp.services import sign_in
from webapp.services.hashing_turns import HashingTurns
from webapp.services.sign_in import REFUSAL
from webapp.web.guards import Entry
from webapp.web.limits import limiter, sign_in_attempts
from webapp.web.return_address import safe_address

ADA = {"email": "ada@example.test", "password": PASSWORD}

ELSEWHERE = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example",
    "\\/evil.example", "/\\/evil.example", "/\t/evil.example", "/\n/evil.example",
    "\t//evil.example",
    "javascript:alert(1)", "data:text/html,x", "http:/evil.example", "http:evil.example",
    " //evil.example", "/ /evil.example", "/%09/evil.example", "/%5cevil.example", "@evil.example",
    ".evil.example", "evil.example", "/x\\..\\evil.example", "/\x00/evil.example",
    "/nowhere-of-ours",
    "/help\r\nSet-Cookie: a=b", "/help\u2028", "/help\\", "mailto:x@evil.example", "?next=//evil",
    "#//evil", "/static/../..//evil.example",
]  # fmt: skip


def test_it_signs_in_and_leads_to_where_the_person_wanted_to_go(
    client: FlaskClient, world: World
) -> None:
    answer = client.post("/sign-in", data={**ADA, "next": "/password"})
    assert (answer.status_code, answer.location) == (303, "/password")
    assert client.get("/password").status_code == 200


def test_it_signs_in_whatever_the_case_of_the_address(client: FlaskClient, world: World) -> None:
    answer = client.post("/sign-in", data={**ADA, "email": " Ada@Example.TEST "})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "wrong", [{"password": "not her password"}, {"email": "nobody@example.test"}]
)
def test_it_refuses_the_wrong_password_and_the_unknown_person_alike(
    client: FlaskClient, world: World, wrong: dict[str, str]
) -> None:
    answer = client.post("/sign-in", data={**ADA, **wrong})
    assert answer.status_code == 401
    assert REFUSAL in answer.text
    assert "ada@example.test" in answer.text or "nobody@example.test" in answer.text
    assert "not her password" not in answer.text


def test_it_hashes_for_unknown_people_too(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4: the cost of a hash is paid whether or not there is such a person."""
    from webapp.services import passwords

    hashed: list[str] = []
    is_correct = passwords.is_correct
    monkeypatch.setattr(passwords, "is_correct", lambda p, h: hashed.append(h) or is_correct(p, h))
    client.post("/sign-in", data={**ADA, "email": "nobody@example.test"})
    assert len(hashed) == 1
    assert hashed[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_it_refuses_somebody_who_left(
    client: FlaskClient, world: World, database: Database
) -> None:
    change(database, world.ada, is_active=False)
    answer = client.post("/sign-in", data=ADA)
    assert answer.status_code == 401
    assert REFUSAL in answer.text


def test_it_ends_the_session_of_somebody_who_left(
    as_member: SignIn, world: World, database: Database
) -> None:
    ada = as_member(world.ada)
    assert ada.get("/password").status_code == 200
    change(database, world.ada, is_active=False)
    assert ada.get("/password").status_code == 303


def test_it_asks_for_what_is_missing(client: FlaskClient, world: World) -> None:
    answer = client.post("/sign-in", data={"email": "", "password": ""})
    assert answer.status_code == 422
    assert answer.text.count("Please fill this in.") == 2


def test_it_renews_a_hash_made_with_older_costs(
    client: FlaskClient, world: World, database: Database
) -> None:
    client.post("/sign-in", data=ADA)
    with database.reading(Scope.installation()) as session:
        assert "m=19456,t=2,p=1" in session.get_one(Member, world.ada.id).password_hash


def test_it_begins_a_new_session_so_that_a_planted_cookie_is_worthless(
    client: FlaskClient, world: World
) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    client.post("/sign-in", data=ADA)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


@pytest.mark.parametrize("address", ELSEWHERE)
def test_it_never_leads_to_another_site(app: Flask, address: str) -> None:
    """S21, thirty ways to write somewhere else."""
    with app.test_request_context():
        assert safe_address(address) == "/"


@pytest.mark.parametrize("address", ["/", "/help", "/help#sign-in", "/password?a=b"])
def test_it_leads_back_to_its_own_pages(app: Flask, address: str) -> None:
    with app.test_request_context():
        assert safe_address(address) == address


def test_the_bare_address_leads_to_the_calendar(as_member: SignIn, world: World) -> None:
    assert as_member(world.ada).get("/").location == "/calendar"


def test_it_signs_out_and_empties_the_browser(as_member: SignIn, world: World) -> None:
    ada = as_member(world.ada)
    answer = ada.post("/sign-out")
    assert answer.location == "/sign-in"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert ada.get("/password").status_code == 303
    assert "You are signed out." in ada.get("/sign-in").text


def test_a_copy_of_the_cookie_ends_with_the_session(
    app: Flask, client: FlaskClient, world: World
) -> None:
    """S6, S9: signing out is heard by the server, not by this browser alone."""
    client.post("/sign-in", data=ADA)
    copy = app.test_client()
    copy.set_cookie("session", client.get_cookie("session").value)  # type: ignore[union-attr]
    assert copy.get("/password").status_code == 200
    client.post("/sign-out")
    assert copy.get("/password").status_code == 303


def test_signing_out_leaves_the_other_browsers_alone(as_member: SignIn, world: World) -> None:
    here, elsewhere = as_member(world.ada), as_member(world.ada)
    here.post("/sign-out")
    assert elsewhere.get("/password").status_code == 200


def test_each_sign_in_has_a_name_of_its_own_that_the_database_does_not_hold(
    client: FlaskClient, world: World, database: Database
) -> None:
    """S6: fixation, and whoever reads the table cannot sign in with it."""
    secrets = []
    for _ in range(2):
        client.post("/sign-in", data=ADA)
        with client.session_transaction() as cookie:
            secrets.append(cookie["_user_id"])
    with database.reading(Scope.installation()) as session:
        kept = session.exec(select(BrowserSession.digest)).all()
    assert len(set(secrets)) == len(kept) == 2
    assert not set(secrets) & set(kept)
    assert min(map(len, secrets)) >= 43  # 256 bits.


def test_sessions_that_are_over_are_forgotten(
    as_member: SignIn, world: World, clock: Clock, database: Database
) -> None:
    as_member(world.ada)
    clock.advance(hours=13)
    as_member(world.ben)
    with database.reading(Scope.installation()) as session:
        assert session.exec(select(BrowserSession.member_id)).all() == [world.ben.id]


def test_everywhere_else_can_be_signed_out_at_once(as_member: SignIn, world: World) -> None:
    """S6: the next request of the lost phone is a stranger's."""
    here, phone, ben = as_member(world.ada), as_member(world.ada), as_member(world.ben)
    assert "one other browser" in here.get("/password").text
    assert here.post("/other-sessions/deletion").location == "/password"
    page = here.get("/password").text
    assert "Everywhere else you are signed out." in page
    assert "In this browser alone." in page
    assert phone.get("/password").status_code == 303
    assert ben.get("/password").status_code == 200


def test_it_does_not_sign_out_by_a_link(as_member: SignIn, world: World) -> None:
    assert as_member(world.ada).get("/sign-out").status_code == 405


def test_it_ends_a_session_after_half_an_hour_of_nothing(
    as_member: SignIn, world: World, clock: Clock
) -> None:
    ada = as_member(world.ada)
    clock.advance(minutes=29)
    assert ada.get("/password").status_code == 200
    clock.advance(minutes=29)
    assert ada.get("/password").status_code == 200
    clock.advance(minutes=31)
    assert ada.get("/password").status_code == 303


def test_polling_does_not_keep_a_session_alive(
    as_member: SignIn, world: World, clock: Clock
) -> None:
    ada = as_member(world.ada)
    for _ in range(4):
        clock.advance(minutes=10)
        answer = ada.get("/password", headers={**HTMX, "X-Background": "true"})
    assert answer.status_code == 401


def test_it_ends_every_session_after_twelve_hours(
    as_member: SignIn, world: World, clock: Clock
) -> None:
    ada = as_member(world.ada)
    for _ in range(36):
        clock.advance(minutes=20)
        answer = ada.get("/password")
    assert answer.status_code == 200
    clock.advance(minutes=1)
    assert ada.get("/password").status_code == 303


def test_an_htmx_request_of_a_stranger_loads_the_whole_sign_in_page(client: FlaskClient) -> None:
    answer = client.get("/password", headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"
    assert answer.data == b""


def test_it_throttles_an_account_after_five_refusals(client: FlaskClient, world: World) -> None:
    """S3. Right passwords are not counted, so nobody is locked out by working."""
    for _ in range(5):
        client.post("/sign-in", data={**ADA, "password": "a guess of mine"})
    answer = client.post("/sign-in", data=ADA)
    assert answer.status_code == 429
    assert "quarter of an hour" in answer.text
    ben = client.post("/sign-in", data={**ADA, "email": "ben@example.test"})
    assert ben.status_code == 303


def test_when_very_many_sign_in_the_form_comes_back_and_nothing_is_counted(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RELIABILITY.md 5, "logins": nobody waits behind a flood, and nobody's password is wrong."""
    turns = HashingTurns(at_once=1, most=1)
    monkeypatch.setattr(sign_in, "hashing", turns)
    with turns.one():
        answers = [client.post("/sign-in", data={**ADA, "next": "/password"}) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {503}
    assert TooManyAtOnce.default_sentence in answers[0].text
    assert 'value="ada@example.test"' in answers[0].text
    assert 'value="/password"' in answers[0].text
    assert client.post("/sign-in", data=ADA).status_code == 303


def test_nobody_waits_for_the_database_while_a_password_is_looked_at(
    client: FlaskClient, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F79: on SQLite one writer would keep out all others for as long as the hash takes."""
    turns = HashingTurns(at_once=1, most=2)
    monkeypatch.setattr(sign_in, "hashing", turns)
    with ThreadPoolExecutor(1) as pool:
        with turns.one():
            waiting = pool.submit(client.post, "/sign-in", data=ADA)
            deadline = time.monotonic() + 30
            while not turns.is_full and time.monotonic() < deadline:
                time.sleep(0.01)
            assert turns.is_full
            change(database, world.ada, name="Ada Lind-Okafor")
        assert waiting.result(30).status_code == 303


def test_it_does_not_count_successes(client: FlaskClient, world: World) -> None:
    assert {client.post("/sign-in", data=ADA).status_code for _ in range(8)} == {303}


def test_it_throttles_an_address_that_tries_many_accounts(client: FlaskClient) -> None:
    answers = [
        client.post("/sign-in", data={"email": f"{n}@example.test", "password": "x"}).status_code
        for n in range(31)
    ]
    assert answers == [401] * 30 + [429]


def test_it_throttles_while_redis_is_away(settings: Settings, new_app: MakeApp) -> None:
    """Neither locked for everybody nor without a lock: each process counts for itself."""
    app = new_app(settings, WTF_CSRF_ENABLED=False, RATELIMIT_STORAGE_URI=settings.redis_url)
    browser = app.test_client()
    guess = {**ADA, "password": "a guess of mine"}
    answers = [browser.post("/sign-in", data=guess).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_a_redis_that_goes_away_during_an_attempt_is_no_error(
    settings: Settings, new_app: MakeApp, tmp_path: Path
) -> None:
    """F72, F74: between the look at the count and the counting lies a whole password hash."""
    valkey, url = start_valkey(tmp_path, log=tmp_path / "valkey.log")
    limiter._storage_dead = False  # What it learned from the Redis of another test.
    app = new_app(settings, WTF_CSRF_ENABLED=False, RATELIMIT_STORAGE_URI=url)

    def refuse() -> tuple[str, int]:
        valkey.kill()
        return "", 401

    app.add_url_rule("/refuse", "refuse", sign_in_attempts(refuse), methods=["POST"])
    app.extensions["entries"]["refuse"] = Entry.PUBLIC
    answers = [app.test_client().post("/refuse", data=ADA).status_code for _ in range(7)]
    assert answers == [401] * 6 + [429]


def test_counting_leaves_no_address_in_redis(
    database_url: str, valkey_url: str, new_app: MakeApp
) -> None:
    """S35."""
    limiter._storage_dead = False  # What it learned from the Redis of another test.
    settings = make_settings(database_url, REDIS_URL=valkey_url)
    app = new_app(settings, WTF_CSRF_ENABLED=False, RATELIMIT_STORAGE_URI=valkey_url)
    guess = {**ADA, "password": "a guess of mine"}
    answers = [app.test_client().post("/sign-in", data=guess).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    with redis.Redis.from_url(valkey_url) as connection:
        kept = b" ".join(connection.keys("*"))
    assert b"account-" in kept
    assert b"ada" not in kept
    assert b"127.0.0.1" not in kept


def test_it_says_nothing_about_passwords_in_the_log(
    client: FlaskClient, world: World, log_lines: io.StringIO
) -> None:
    client.post("/sign-in", data={**ADA, "password": "PHI-CANARY-7f3a"})
    logged = log_lines.getvalue()
    assert "sign_in.refused" in logged
    assert not re.search(r"CANARY|ada@|example\.test", logged)


def change(database: Database, member: Member, **values: object) -> None:
    with database.writing(Scope.installation()) as session:
        row = session.get_one(Member, member.id)
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)
        session.commit()
