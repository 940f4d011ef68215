"""The owner's page of people: deactivating somebody, told before and done at once (R131)."""

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import PASSWORD, World
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.sync_rows import settings_row
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import Member
from webapp.db.scope import Scope
from webapp.services import feed_links

ADA = {"email": "ada@example.test", "password": PASSWORD}


def test_the_question_says_what_happens(as_member: SignIn, world: World) -> None:
    dora = as_member(world.dora)
    assert f"/deactivations/new?member={world.ada.id}" in dora.get("/practice").text
    page = dora.get(f"/deactivations/new?member={world.ada.id}").text
    assert "Deactivate Ada Lind?" in page
    assert "signed out everywhere at once" in page
    assert "Nothing new can be booked with them." in page
    assert "Our calendar in their Google account" not in page


def test_it_ends_every_session_and_the_sign_in_at_once(
    as_member: SignIn, client: FlaskClient, world: World
) -> None:
    """R131, S6: the very next request of an open page is a stranger's."""
    ada, dora = as_member(world.ada), as_member(world.dora)
    assert ada.get("/sync-settings").status_code == 200
    answer = dora.post("/deactivations", data={"member": world.ada.id})
    assert answer.location == "/practice"
    assert ada.get("/sync-settings").status_code == 303
    assert client.post("/sign-in", data=ADA).status_code == 401
    page = dora.get("/practice").text
    assert "Deactivated" in page
    assert "nothing of theirs is synced any more" in page


def test_whoever_is_activated_again_signs_in_anew(
    as_member: SignIn, client: FlaskClient, world: World
) -> None:
    before, dora = as_member(world.ada), as_member(world.dora)
    dora.post("/deactivations", data={"member": world.ada.id})
    answer = dora.post(f"/deactivations/{world.ada.id}/deletion", headers=HTMX)
    assert 'id="practice"' in answer.text
    assert client.post("/sign-in", data=ADA).status_code == 303
    assert before.get("/sync-settings").status_code == 303


def test_their_addresses_are_gone_for_good(
    app: Flask, as_member: SignIn, world: World, database: Database, settings: Settings
) -> None:
    """R131: 410, also after they are activated again."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        link = feed_links.ensure(session, member=world.ada, now=NOW)
        session.commit()
        address = feed_links.address(settings, link).removeprefix(settings.external_url)
    reader, dora = app.test_client(), as_member(world.dora)
    assert [reader.get(address).status_code for _ in range(2)] == [200, 200]
    dora.post("/deactivations", data={"member": world.ada.id})
    assert reader.get(address).status_code == 410
    dora.delete(f"/deactivations/{world.ada.id}", headers=HTMX)
    assert reader.get(address).status_code == 410


def test_the_only_owner_is_not_offered_and_refused(as_member: SignIn, world: World) -> None:
    dora = as_member(world.dora)
    assert "The only owner" in dora.get("/practice").text
    answer = dora.post("/deactivations", data={"member": world.dora.id})
    assert answer.status_code == 422
    assert "Dora Weiss is the only owner." in answer.text
    assert dora.get("/practice").status_code == 200


def test_people_of_another_practice_cannot_be_named(
    as_member: SignIn, world: World, database: Database
) -> None:
    dora = as_member(world.dora)
    theirs = {"member": world.mallory.id}
    assert dora.get("/deactivations/new", query_string=theirs).status_code == 404
    assert dora.post("/deactivations", data=theirs).status_code == 404
    assert dora.delete(f"/deactivations/{world.mallory.id}").status_code == 404
    with database.reading(Scope.installation()) as session:
        members = session.exec(select(Member)).all()
    assert all(member.is_active for member in members)


def test_the_sessions_of_who_left_can_still_be_seen_and_none_added(
    as_member: SignIn, world: World
) -> None:
    dora, ben = as_member(world.dora), as_member(world.ben)
    dora.post("/deactivations", data={"member": world.ada.id})
    assert "(deactivated)" not in dora.get("/calendar").text
    page = dora.get(f"/calendar?member={world.ada.id}").text
    assert "Ada Lind (deactivated)" in page
    assert "/appointments/new" not in page
    assert dora.get(f"/appointments/new?member={world.ada.id}").status_code == 404
    assert ben.get("/calendar").status_code == 200


def test_the_audit_log_names_who_was_deactivated(as_member: SignIn, world: World) -> None:
    """R144."""
    dora = as_member(world.dora)
    dora.post("/deactivations", data={"member": world.ada.id})
    assert "Ada Lind was deactivated" in dora.get("/audit-entries").text
