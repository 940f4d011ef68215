"""A new calendar address: who may have one, and what becomes of the old one."""

import re
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World
from tests.feeds.conftest import sync_one_way
from tests.web.conftest import HTMX, SignIn
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, FeedLink, Member
from webapp.db.scope import Scope


def links(database: Database, member: Member) -> list[FeedLink]:
    with database.reading(Scope.practice(member.practice_id)) as session:
        return list(session.exec(select(FeedLink).where(FeedLink.member_id == member.id)))


def address(page: str) -> str:
    found = re.search(r'id="feed-address-text"[^>]*value="([^"]+)"', page)
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
    answer = ada.post("/feed-links", headers=HTMX)
    assert answer.status_code == 200
    assert client.get(old).status_code == 410
    assert client.get(path(answer.text)).status_code == 200


def test_it_makes_the_first_address_where_there_is_none(
    database: Database, world: World, as_member: SignIn
) -> None:
    as_member(world.ada).post("/feed-links")
    [link] = links(database, world.ada)
    assert link.generation == 1


def test_it_works_without_htmx(database: Database, world: World, as_member: SignIn) -> None:
    sync_one_way(database, world.ada)
    answer = as_member(world.ada).post("/feed-links")
    assert (answer.status_code, answer.location) == (303, "/sync-settings")
    assert links(database, world.ada)[0].generation == 2


def test_it_writes_down_who_did_it_and_no_address(
    database: Database, world: World, as_member: SignIn
) -> None:
    """R144."""
    sync_one_way(database, world.ada)
    as_member(world.ada).post("/feed-links")
    with database.reading(Scope.practice(world.practice.id)) as session:
        entries = session.exec(select(AuditEntry).order_by(AuditEntry.at)).all()
    assert [(entry.member_id, entry.action, entry.subject) for entry in entries] == [
        (world.ada.id, "feed.created", ""),
        (world.ada.id, "feed.reset", ""),
    ]


def test_it_touches_nobody_elses_address(
    database: Database, world: World, as_member: SignIn
) -> None:
    for member in (world.ada, world.ben, world.mallory):
        sync_one_way(database, member)
    as_member(world.ben).post("/feed-links")
    generations = [
        links(database, member)[0].generation for member in (world.ada, world.ben, world.mallory)
    ]
    assert generations == [1, 2, 1]


def test_it_refuses_assistants_and_strangers(
    world: World, as_member: SignIn, client: FlaskClient
) -> None:
    assert as_member(world.eve).post("/feed-links").status_code == 403
    assert client.post("/feed-links").status_code in (302, 303, 401)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_it_refuses_other_methods(world: World, as_member: SignIn, method: str) -> None:
    assert as_member(world.ada).open("/feed-links", method=method).status_code == 405


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


def test_the_page_says_which_program_read_it_last(
    database: Database, world: World, as_member: SignIn, client: FlaskClient
) -> None:
    """R44."""
    sync_one_way(database, world.ada)
    ada = as_member(world.ada)
    agent = {"User-Agent": "Google-Calendar-Importer"}
    client.get(path(ada.get("/sync-settings").text), headers=agent)
    assert "Last read by Google" in ada.get("/sync-settings").text
