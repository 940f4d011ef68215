"""A new calendar address: who may have one, and what becomes of the old one."""

import re
from urllib.parse import unquote, urlsplit

import pytest
import segno
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.feeds.conftest import HOUR, sync_one_way
from tests.web.conftest import HTMX, NOW, SignIn
from webapp.db.engine import Database
from webapp.db.models import Appointment, AuditEntry, FeedLink, Member
from webapp.db.scope import Scope
from webapp.services import feed_links


def links(database: Database, member: Member) -> list[FeedLink]:
    with database.reading(Scope.practice(member.practice_id)) as session:
        return list(session.exec(select(FeedLink).where(FeedLink.member_id == member.id)))


def address(page: str) -> str:
    found = re.search(r'id="feed-address-\w+"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def path(page: str) -> str:
    return address(page).removeprefix("http://localhost:8000")


def test_it_makes_a_new_address_and_ends_the_old_one(
    database: Database, world: World, as_member: SignIn, client: FlaskClient
) -> None:
    """R43."""
    sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    old = path(ada.get("/sync-settings").text)
    assert client.get(old).status_code == 200
    [link] = links(database, world.ada)
    answer = ada.post(f"/feed-links/{link.id}/reset", headers=HTMX)
    assert answer.status_code == 200
    assert client.get(old).status_code == 410
    assert client.get(path(answer.text)).status_code == 200


def test_it_makes_one_more_address_and_the_first_goes_on(
    database: Database, world: World, as_member: SignIn, client: FlaskClient
) -> None:
    """R44, U1."""
    sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    first = path(ada.get("/sync-settings").text)
    page = ada.post("/feed-links", data={"name": "My phone"}, headers=HTMX).text
    assert "My phone" in page
    assert len(links(database, world.ada)) == 2
    assert client.get(first).status_code == 200


def test_one_address_is_removed_and_the_other_goes_on(
    database: Database, world: World, as_member: SignIn, client: FlaskClient
) -> None:
    """R44, U1: revoked alone, at the very next request."""
    sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    first = path(ada.get("/sync-settings").text)
    ada.post("/feed-links", data={"name": "My phone"})
    [phone] = [link for link in links(database, world.ada) if link.name == "My phone"]
    settings = client.application.extensions["settings"]
    second = urlsplit(feed_links.address(settings, phone)).path
    assert client.get(second).status_code == 200
    answer = ada.post(f"/feed-links/{phone.id}/revoke", headers=HTMX)
    assert "<summary>My phone" not in answer.text
    assert client.get(second).status_code == 410
    assert client.get(first).status_code == 200


@pytest.mark.parametrize("act", ["", "/reset", "/address", "/revoke"])
def test_it_works_without_htmx(
    database: Database, world: World, as_member: SignIn, act: str
) -> None:
    link = sync_one_way(database, world.ada)
    answer = as_member(world.ada).post(f"/feed-links/{link.id}{act}", data={"name": "Phone"})
    assert (answer.status_code, answer.location) == (303, "/sync-settings")


def test_it_writes_down_who_did_it_and_no_address(
    database: Database, world: World, as_member: SignIn
) -> None:
    """R144."""
    link = sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    for act in ("/reset", "/revoke"):
        ada.post(f"/feed-links/{link.id}{act}")
    with database.reading(Scope.practice(world.practice.id)) as session:
        entries = session.exec(select(AuditEntry)).all()
    assert {(entry.member_id, entry.action, entry.subject) for entry in entries} == {
        (world.ada.id, "feed.created", ""),
        (world.ada.id, "feed.reset", ""),
        (world.ada.id, "feed.revoked", ""),
    }


@pytest.mark.parametrize("act", ["", "/reset", "/address", "/revoke"])
def test_nobody_touches_somebody_elses_address(
    database: Database, world: World, as_member: SignIn, act: str
) -> None:
    """R35: Ben in the same practice, Mallory next door."""
    link = sync_one_way(database, world.ada)
    for member in (world.ben, world.mallory):
        answer = as_member(member).post(f"/feed-links/{link.id}{act}", data={"name": "x"})
        assert answer.status_code == 404
    [found] = links(database, world.ada)
    assert (found.generation, found.revoked_at, found.name) == (1, None, "My calendar")


def test_it_refuses_assistants_and_strangers(
    world: World, as_member: SignIn, client: FlaskClient
) -> None:
    assert as_member(world.eve).post("/feed-links").status_code == 403
    assert client.post("/feed-links").status_code in (302, 303, 401)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_it_refuses_other_methods(world: World, as_member: SignIn, method: str) -> None:
    assert as_member(world.ada).open("/feed-links", method=method).status_code == 405


def test_an_address_never_shows_more_than_the_practitioner_allows(
    database: Database, world: World, as_member: SignIn
) -> None:
    """R36: internal IDs above, so no names below."""
    link = sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    answer = ada.patch(
        f"/feed-links/{link.id}", data={"name": "x", "shows": "full_name"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "never show more than your own choice" in answer.text
    assert links(database, world.ada)[0].display is None


def test_a_name_is_asked_for(database: Database, world: World, as_member: SignIn) -> None:
    sync_one_way(database, world.ada)
    answer = as_member(world.ada).post("/feed-links", data={"name": " "}, headers=HTMX)
    assert answer.status_code == 422
    assert len(links(database, world.ada)) == 1


def test_only_the_owner_gets_an_address_for_the_whole_practice(
    database: Database, world: World, as_member: SignIn
) -> None:
    form = {"name": "Everybody", "is_practice": "on"}
    assert as_member(world.ada).post("/feed-links", data=form, headers=HTMX).status_code == 403
    assert as_member(world.dora).post("/feed-links", data=form, headers=HTMX).status_code == 200
    assert [link.is_practice for link in links(database, world.dora)] == [True]
    assert "Everybody" in as_member(world.dora).get("/sync-settings").text


def test_an_owner_without_a_calendar_is_offered_the_address_of_everybody_alone(
    world: World, as_member: SignIn
) -> None:
    """R44: an address of nobody's calendar would be an empty one."""
    page = as_member(world.dora).get("/sync-settings").text
    assert '<input type="hidden" name="is_practice" value="on">' in page
    assert "As each of them has chosen" in page
    assert "As chosen above" not in page


def test_there_is_an_end_to_addresses(database: Database, world: World, as_member: SignIn) -> None:
    sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    plain = [ada.post("/feed-links", data={"name": "x"}).status_code for _ in range(18)]
    assert plain == [303] * 18
    answers = [ada.post("/feed-links", data={"name": "x"}, headers=HTMX) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 422]


def test_the_qr_code_holds_the_address(database: Database, world: World, as_member: SignIn) -> None:
    """R44: drawn here, so that no other server ever sees the address."""
    link = sync_one_way(database, world.ada)
    app_settings = as_member(world.ada).application.extensions["settings"]
    page = as_member(world.ada).get("/sync-settings").text
    code = segno.make(feed_links.webcal(app_settings, link), error="m")
    assert code.svg_inline(scale=4, dark="#000", light="#fff") in page


def test_the_page_offers_the_address_in_three_ways_and_says_that_it_is_a_secret(
    database: Database, world: World, as_member: SignIn
) -> None:
    """R44; the wording of PRODUCT.md 6.4."""
    sync_one_way(database, world.ada)
    page = as_member(world.ada).get("/sync-settings").text
    plain = address(page)
    webcal = plain.replace("http://", "webcal://")
    assert f'href="{webcal}"' in page
    [deep_link] = re.findall(r'href="(https://calendar\.google\.com/[^"]+)"', page)
    assert unquote(deep_link) == f"https://calendar.google.com/calendar/r?cid={webcal}"
    assert "/" not in deep_link.partition("cid=")[2]
    assert "This address works like a password." in page
    assert "Not read by any program yet." in page


@pytest.mark.parametrize(
    ("events", "warning"),
    [(750, "This calendar nears one megabyte."), (900, "This calendar is over one megabyte.")],
)
def test_the_page_warns_before_google_loses_events_and_when_it_does(
    database: Database,
    world: World,
    as_member: SignIn,
    client: FlaskClient,
    events: int,
    warning: str,
) -> None:
    """A5: Google takes a megabyte and drops the rest without a word."""
    link = sync_one_way(database, world.ada)
    assert "one megabyte" not in as_member(world.ada).get("/sync-settings").text
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.add_all(
            Appointment(
                practice_id=world.practice.id,
                member_id=world.ada.id,
                title="x" * 900,
                starts_at=NOW + number * HOUR,
                ends_at=NOW + number * HOUR + HOUR,
                time_zone="Europe/Berlin",
                created_at=NOW,
                changed_at=NOW,
            )
            for number in range(events)
        )
        session.commit()
    client.get(urlsplit(feed_links.address(client.application.extensions["settings"], link)).path)
    assert warning in as_member(world.ada).get("/sync-settings").text


def test_the_page_says_which_program_read_it_last(
    database: Database, world: World, as_member: SignIn, client: FlaskClient
) -> None:
    """R44, U1; K1: how rarely Google reads is said beside it."""
    sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    agent = {"User-Agent": "Google-Calendar-Importer"}
    client.get(path(ada.get("/sync-settings").text), headers=agent)
    page = ada.get("/sync-settings").text
    assert "Last read by Google" in page
    assert "about once a day (8 to 24 hours)" in page
