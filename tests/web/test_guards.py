"""Who may come in, over the whole site map (RELIABILITY.md 3.5)."""

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.cast import World
from tests.web.conftest import SignIn, make_settings
from webapp import app as composition
from webapp.domain.roles import Role
from webapp.web.guards import Entry, UnguardedEndpoint, entry_of

pytestmark = pytest.mark.page

PUBLIC = {
    "static", "sessions.new", "sessions.create", "sessions.delete", "help.index", "health.show",
    "patterns.index", "feeds.show", "google_pushes.create",
    "booking.index", "booking.show", "booking.new", "booking.create", "booking_requests.show",
    "bookings.show", "bookings.update", "booking_files.show",
}  # fmt: skip
"""Doors that open without a sign-in. Whoever adds one has to write it down here."""


def test_only_these_doors_open_without_a_sign_in(app: Flask) -> None:
    public = {name for name in app.view_functions if entry_of(app, name) is Entry.PUBLIC}
    assert public <= PUBLIC


def test_an_endpoint_without_a_guard_keeps_the_app_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    door = Blueprint("door", __name__)
    door.add_url_rule("/door", "show", lambda: "anybody home?")
    monkeypatch.setattr(composition, "BLUEPRINTS", (*composition.BLUEPRINTS, door))
    with pytest.raises(UnguardedEndpoint, match=r"door\.show"):
        composition.create_app(make_settings("sqlite://"), TESTING=True)


def test_strangers_are_asked_to_sign_in_everywhere_else(app: Flask, client: FlaskClient) -> None:
    for rule, method in doors(app):
        if entry_of(app, rule.endpoint) is Entry.PUBLIC:
            continue
        answer = knock(client, rule, method)
        assert answer.status_code == 303, rule.endpoint
        assert answer.location.startswith("/sign-in"), rule.endpoint


def test_roles_that_are_not_let_in_are_told_so(app: Flask, as_member: SignIn, world: World) -> None:
    people = {Role.PRACTITIONER: world.ada, Role.ASSISTANT: world.eve}
    for rule, method in doors(app):
        entry = entry_of(app, rule.endpoint)
        for role, member in people.items():
            if entry.lets_in(member):
                continue
            answer = knock(as_member(member), rule, method)
            assert answer.status_code == 403, (rule.endpoint, role)


def test_only_owners_see_the_practice_page(as_member: SignIn, world: World) -> None:
    assert as_member(world.ada).get("/practice").status_code == 403
    assert as_member(world.eve).get("/practice").status_code == 403
    assert as_member(world.dora).get("/practice").status_code == 200


def test_an_owner_sees_their_own_practice_alone(as_member: SignIn, world: World) -> None:
    page = as_member(world.mallory).get("/practice").text
    assert "Mallory" in page
    assert not any(name in page for name in ("Ada", "Ben", "Dora", "Harbour"))


def test_a_forged_cookie_opens_nothing(client: FlaskClient, world: World) -> None:
    client.set_cookie("session", "eyJfdXNlcl9pZCI6ImEuMSJ9.aaaa.bbbb")
    assert client.get("/practice").status_code == 303


SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def doors(app: Flask) -> list[tuple[Rule, str]]:
    """Every address with each of its methods."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def knock(browser: FlaskClient, rule: Rule, method: str) -> TestResponse:
    """Opens this door; where the router knows a shorter address for it, at that one."""
    answer = browser.open(address(rule), method=method, headers=SAME_ORIGIN)
    if answer.status_code == 308:
        answer = browser.open(answer.location, method=method, headers=SAME_ORIGIN)
    return answer


def address(rule: Rule) -> str:
    """An address of this door, with made-up values for its parts."""
    values = {name: _made_up(rule, name) for name in rule.arguments - set(rule.defaults or ())}
    built = rule.build(values)
    assert built
    return built[1]


def _made_up(rule: Rule, name: str) -> object:
    kind = type(rule._converters[name]).__name__
    return {"IntegerConverter": 0, "UUIDConverter": "0" * 32}.get(kind, "x")
