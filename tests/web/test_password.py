"""Changing one's own password."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import PASSWORD, World
from tests.web.conftest import SignIn
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, Member
from webapp.db.scope import Scope
from webapp.services import passwords

NEW = "quiet harbour at dawn"
CHANGE = {"current": PASSWORD, "new": NEW}


def test_it_changes_the_password_and_keeps_this_session(as_member: SignIn, world: World) -> None:
    ada = as_member(world.ada)
    assert ada.post("/password", data=CHANGE).location == "/password"
    page = ada.get("/password")
    assert page.status_code == 200
    assert "Your password is changed." in page.text


def test_it_ends_every_other_session(as_member: SignIn, world: World) -> None:
    """A stolen cookie dies with the password (S6)."""
    here, elsewhere = as_member(world.ada), as_member(world.ada)
    here.post("/password", data=CHANGE)
    assert elsewhere.get("/password").status_code == 303


def test_the_new_password_signs_in_and_the_old_one_does_not(
    as_member: SignIn, client: FlaskClient, world: World
) -> None:
    as_member(world.ada).post("/password", data=CHANGE)
    who = {"email": "ada@example.test"}
    assert client.post("/sign-in", data={**who, "password": PASSWORD}).status_code == 401
    assert client.post("/sign-in", data={**who, "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"current": "not my password"}, "This is not your present password."),
        ({"new": "short"}, passwords.TOO_SHORT),
        ({"new": "x" * 129}, passwords.TOO_LONG),
        ({"new": "aaaaaaaaaaaaaa"}, passwords.TOO_COMMON),
        ({"new": "Harbour Practice"}, passwords.TOO_COMMON),
        ({"new": ""}, "Please fill this in."),
    ],
)
def test_it_refuses(
    as_member: SignIn, world: World, database: Database, change: dict[str, str], sentence: str
) -> None:
    answer = as_member(world.ada).post("/password", data={**CHANGE, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    with database.reading(Scope.installation()) as session:
        ada = session.get_one(Member, world.ada.id)
    assert passwords.is_correct(PASSWORD, ada.password_hash)


def test_it_never_shows_a_password_again(as_member: SignIn, world: World) -> None:
    answer = as_member(world.ada).post("/password", data={"current": "wrong one here", "new": NEW})
    assert "wrong one here" not in answer.text
    assert NEW not in answer.text


def test_it_leaves_a_trace_for_the_owner(
    as_member: SignIn, world: World, database: Database
) -> None:
    as_member(world.ada).post("/password", data=CHANGE)
    with database.reading(Scope.practice(world.practice.id)) as session:
        entries = session.exec(select(AuditEntry)).all()
    assert [(entry.action, entry.member_id) for entry in entries] == [
        ("password.changed", world.ada.id)
    ]


def test_guessing_the_present_password_is_throttled(as_member: SignIn, world: World) -> None:
    ada = as_member(world.ada)
    answers = [ada.post("/password", data={**CHANGE, "current": "a guess"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
