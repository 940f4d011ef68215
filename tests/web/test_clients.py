"""Client records in the browser."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from tests.cast import CANARY, World
from tests.web.conftest import SignIn
from webapp.db.engine import Database
from webapp.db.models import Client
from webapp.db.scope import Scope

pytestmark = pytest.mark.page


@pytest.fixture
def rows(database: Database, world: World) -> Iterator[Session]:
    """A session to look at the result with."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        yield session


def test_the_internal_id_is_on_the_list_and_on_the_record(as_member: SignIn, world: World) -> None:
    """R22: so that ID and name can be matched here, and the ID stands first on the record."""
    ada = as_member(world.ada)
    listed = ada.get("/clients").text
    for text in ("C-1001", "Cleo Marsh", "C-1002", "Iris Moor &amp; Jan Holt", "Couple", "Nuray"):
        assert text in listed
    record = ada.get(f"/clients/{world.cleo.id}").text
    assert record.index("C-1001") < record.index("<h1")


def test_it_adds_a_couple_with_the_next_id(as_member: SignIn, rows: Session, world: World) -> None:
    """R19: two people, one record, the next number."""
    ada = as_member(world.ada)
    assert "Leave it empty for C-1004" in ada.get("/clients/new").text
    answer = ada.post(
        "/clients",
        data={
            "given_name": "Ana Maria",
            "family_name": "Silva",
            "given_name_2": "Bo",
            "preferred_name_2": "Bobby",
        },
    )
    assert answer.status_code == 303
    page = ada.get(answer.location).text
    assert "C-1004" in page
    assert "Ana Maria Silva &amp; Bobby" in page
    assert "Added as C-1004." in page


def test_a_refused_form_keeps_what_was_typed(
    as_member: SignIn, rows: Session, world: World
) -> None:
    """422 with the sentence; an ID that is taken names itself and nobody else."""
    fields = {"given_name": "Bo", "family_name": "Berg", "internal_id": "C-1001"}
    answer = as_member(world.ada).post("/clients", data=fields)
    assert answer.status_code == 422
    assert "Another client has this internal ID." in answer.text
    assert 'value="Berg"' in answer.text
    assert len(rows.exec(select(Client)).all()) == 3


def test_it_changes_a_record(as_member: SignIn, world: World) -> None:
    """A preferred name is what people are called."""
    ada = as_member(world.ada)
    address = f"/clients/{world.cleo.id}"
    assert 'value="Cleo"' in ada.get(f"{address}/edit").text
    fields = {"given_name": "Cleo", "family_name": "Marsh", "preferred_name": "Clea"}
    assert ada.post(address, data=fields).location == address
    assert "Clea Marsh" in ada.get("/clients").text
    assert ada.post(address, data={"given_name": ""}).status_code == 422


def test_another_practice_has_its_own_clients(as_member: SignIn, world: World) -> None:
    """Same internal ID, other person; by id there is nothing to find."""
    ada, mallory = as_member(world.ada), as_member(world.mallory)
    assert CANARY not in ada.get("/clients").text
    assert "Cleo" not in mallory.get("/clients").text
    for address in (f"/clients/{world.cleo.id}", f"/clients/{world.cleo.id}/edit"):
        assert mallory.get(address).status_code == 404
    change = {"given_name": "Mine"}
    assert mallory.post(f"/clients/{world.cleo.id}", data=change).status_code == 404


def test_a_practice_without_clients_says_so(
    as_member: SignIn, database: Database, world: World
) -> None:
    """With what an internal ID is for."""
    with database.writing(Scope.practice(world.other_practice.id)) as session:
        session.delete(world.stranger)
        session.commit()
    assert "No clients yet" in as_member(world.mallory).get("/clients").text
