"""New and changed client records."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from tests.cast import ZONE, World, make_appointment, make_client
from tests.services.test_appointments import connect_google
from webapp.db.engine import Database
from webapp.db.models import AuditEntry, ClientKind, Outbox
from webapp.db.scope import Scope
from webapp.db.snapshots import client_names
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.naming import PersonName
from webapp.domain.timespan import TimedSpan
from webapp.services import clients
from webapp.services.clients import Record


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A writing session inside Harbour Practice."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


def test_a_new_client_gets_the_next_internal_id(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R19: assigned, counted per practice, and above every number in use."""
    make_client(session, world.practice, "C-1042", ("Emil", ""), now=now)
    make_client(session, world.practice, "VIP-9000", ("Fay", ""), now=now)
    client = clients.create(
        session, by=world.ada, now=now, record=Record(people=[PersonName("Gus", "Hall")])
    )
    assert (client.internal_id, client.kind) == ("C-1043", ClientKind.INDIVIDUAL)


def test_the_first_client_of_a_practice_is_1001(
    database: Database, world: World, now: dt.datetime
) -> None:
    """Numbers of other practices do not count."""
    with database.writing(Scope.practice(world.other_practice.id)) as session:
        session.delete(world.stranger)
        session.commit()
        assert clients.next_internal_id(session) == "C-1001"


def test_a_couple_is_two_people_under_one_id(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R31: the record stands for both, in the order in which they are named."""
    people = [PersonName("Iris", "Moor"), PersonName("Jan", "Holt", "Jo")]
    client = clients.create(session, by=world.ada, now=now, record=Record(people=people))
    assert client.kind is ClientKind.COUPLE
    assert client_names(session, [client.id])[client.id].people == tuple(people)


def test_the_practice_may_choose_the_id(session: Session, world: World, now: dt.datetime) -> None:
    """R19: "or the one the practice has set for that client"; never twice."""
    record = Record(people=[PersonName("Gus")], internal_id="K-7")
    assert clients.create(session, by=world.ada, now=now, record=record).internal_id == "K-7"
    with pytest.raises(Invalid) as refused:
        clients.create(session, by=world.ada, now=now, record=record)
    assert list(refused.value.errors) == ["internal_id"]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Record(people=[]), "given_name"),
        (Record(people=[PersonName("")]), "given_name"),
        (Record(people=[PersonName("Iris"), PersonName("", "Holt")]), "given_name_2"),
        (Record(people=[PersonName("Iris")], email="nowhere"), "email"),
        (Record(people=[PersonName("Iris")], internal_id="x" * 33), "internal_id"),
        (Record(people=[PersonName("x" * 201)]), ""),
    ],
)
def test_it_refuses_what_cannot_be_right(
    session: Session, world: World, now: dt.datetime, record: Record, field: str
) -> None:
    """The field is named."""
    with pytest.raises(Invalid) as refused:
        clients.create(session, by=world.ada, now=now, record=record)
    assert list(refused.value.errors) == [field]


def test_a_changed_name_follows_to_google_and_the_feed(
    session: Session, world: World, now: dt.datetime
) -> None:
    """F65: each of the client's appointments gets a wish and a newer change time."""
    connect_google(session, world.ada, now)
    span = TimedSpan(now, now + dt.timedelta(minutes=50), ZONE)
    row = make_appointment(session, world.ada, span, now=now, client=world.cleo)
    later = now + dt.timedelta(hours=1)
    clients.change(
        session,
        by=world.dora,
        now=later,
        client_id=world.cleo.id,
        record=Record(people=[PersonName("Cleo", "Marsh", "Clea")]),
    )
    wish = session.exec(select(Outbox)).one()
    session.refresh(row)
    assert (wish.appointment_id, row.changed_at, row.sequence) == (row.id, later, 1)
    names = client_names(session, [world.cleo.id])[world.cleo.id]
    assert (names.internal_id, names.people[0].called) == ("C-1001", "Clea")


def test_a_client_of_another_practice_does_not_exist(
    session: Session, world: World, now: dt.datetime
) -> None:
    """Not even to say that one may not."""
    with pytest.raises(NotFound):
        clients.change(
            session,
            by=world.ada,
            now=now,
            client_id=world.stranger.id,
            record=Record(people=[PersonName("Mine", "Now")]),
        )


def test_the_audit_names_no_client(session: Session, world: World, now: dt.datetime) -> None:
    """R144: who and when, and an id."""
    client = clients.create(
        session, by=world.ada, now=now, record=Record(people=[PersonName("Gus", "Hall")])
    )
    entry = session.exec(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.at) == ("client.created", client.id, now)
