"""No change that a feed shows can be written without being counted (ICALENDAR.md A4, 5)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert, update
from sqlmodel import Session, SQLModel, select

from tests.cast import World
from webapp.db.calendar_revisions import FOLLOWED, RevisionBypassed
from webapp.db.engine import Database
from webapp.db.models import Appointment, CalendarRevision, Member, SyncedCalendar
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


def revision_of(session: Session, member: Member) -> int:
    """How often the member's calendar has changed."""
    row = session.exec(
        select(CalendarRevision).where(CalendarRevision.member_id == member.id)
    ).first()
    session.expire_all()
    return row.revision if row else 0
