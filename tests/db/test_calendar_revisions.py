"""No change that a feed shows can be written without being counted (ICALENDAR.md A4, 5)."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, event, insert, update
from sqlmodel import Session, SQLModel, select

from tests.cast import World
from tests.db.conftest import NOW
from webapp.db.calendar_revisions import FOLLOWED, RevisionBypassed
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    CalendarRevision,
    Client,
    ClientKind,
    ClientPerson,
    Member,
    SyncedCalendar,
)
from webapp.db.scope import Scope


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A writing session of Harbour Practice."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


def test_a_statement_past_the_flush_is_refused(database: Database) -> None:
    """Of a model or of its bare table, it would leave feeds as they were."""
    with database.writing(Scope.installation()) as session:
        for model in FOLLOWED:
            bare = SQLModel.metadata.tables[str(model.__tablename__)]
            for statement in (insert(model), update(model), delete(model), delete(bare)):
                with pytest.raises(RevisionBypassed):
                    session.execute(statement)


@pytest.mark.parametrize("scope", ["practice", "installation"])
def test_it_is_refused_in_every_scope(database: Database, world: World, scope: str) -> None:
    scopes = {"practice": Scope.practice(world.practice.id), "installation": Scope.installation()}
    with database.writing(scopes[scope]) as session, pytest.raises(RevisionBypassed):
        session.execute(update(Appointment).values(location="Room 2"))


def test_other_tables_may_be_written_at_once(session: Session, world: World) -> None:
    """Leases are taken that way."""
    session.execute(update(SyncedCalendar).values(name="Sessions"))


def test_rows_are_counted_one_by_one(session: Session, world: World) -> None:
    before = revision_of(session, world.ada)
    session.get_one(Member, world.ada.id).name = "Ada L."
    session.flush()
    assert revision_of(session, world.ada) == before + 1


def test_somebody_who_joins_a_client_is_counted_wherever_the_client_is_seen(
    session: Session, world: World
) -> None:
    session.add(seen_by_ada(world, world.cleo))
    session.flush()
    before = revision_of(session, world.ada)
    session.add(person_of(world.cleo))
    session.flush()
    assert revision_of(session, world.ada) == before + 1


def test_a_new_client_and_their_first_session_count_once_and_ask_nothing(
    session: Session, world: World, statements: list[str]
) -> None:
    client = Client(
        practice_id=world.practice.id, internal_id="C-2001", kind=ClientKind.COUPLE, created_at=NOW
    )
    session.add_all([client, person_of(client, 0), person_of(client, 1)])
    session.add(seen_by_ada(world, client))
    session.flush()
    assert [text.split()[0] for text in statements].count("SELECT") == 0
    assert revision_of(session, world.ada) == 1


@pytest.fixture
def statements(database: Database) -> list[str]:
    """What the database is told from here on."""
    told: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        told.append(text)

    return told


def person_of(client: Client, position: int = 1) -> ClientPerson:
    """One more person in a client's record."""
    return ClientPerson(
        practice_id=client.practice_id,
        client_id=client.id,
        position=position,
        given_name="Iris",
        family_name="",
    )


def seen_by_ada(world: World, client: Client) -> Appointment:
    """An hour of the client's in Ada's calendar."""
    return Appointment(
        practice_id=world.practice.id,
        member_id=world.ada.id,
        client_id=client.id,
        starts_at=NOW,
        ends_at=NOW + dt.timedelta(hours=1),
        time_zone="Europe/Berlin",
        created_at=NOW,
        changed_at=NOW,
    )


def revision_of(session: Session, member: Member) -> int:
    """How often the member's calendar has changed."""
    row = session.exec(
        select(CalendarRevision).where(CalendarRevision.member_id == member.id)
    ).first()
    session.expire_all()
    return row.revision if row else 0
