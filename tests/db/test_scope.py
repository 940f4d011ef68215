"""Nobody sees or writes another practice's rows, by any road, and forgetting the scope raises.

RELIABILITY.md 3.5, on both databases. Ada's session stands for every session of Harbour Practice,
Mallory's rows for everybody else's.
"""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import bindparam, delete, exists, func, insert, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from tests.cast import CANARY, World, make_appointment
from webapp.db.engine import Database
from webapp.db.models import Appointment, Client, ClientKind, ClientPerson, Member, Practice
from webapp.db.scope import (
    SCOPE_PARAMETER,
    Scope,
    ScopeMissing,
    ScopeViolated,
    TenantOwned,
    enter,
    guard,
    limited_by_parameter,
)
from webapp.domain.timespan import TimedSpan

MODELS = sorted(TenantOwned.__subclasses__(), key=lambda model: model.__name__)
HOUR = dt.timedelta(hours=1)


class Guarded(Session):
    """The scope alone: calendar_revisions.py would refuse some of these statements."""


guard(Guarded)


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A writing session of Harbour Practice."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


@pytest.fixture
def scoped(database: Database, world: World) -> Iterator[Session]:
    """The same with the scope alone."""
    scope = {"scope": Scope.practice(world.practice.id)}
    with Guarded(database.engine, expire_on_commit=False, info=scope) as session:
        yield session


@pytest.fixture
def unscoped(database: Database) -> Iterator[Session]:
    """A session whose scope somebody forgot."""
    with database.writing() as session:
        yield session


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_without_a_scope_every_query_raises(unscoped: Session, model: type[TenantOwned]) -> None:
    with pytest.raises(ScopeMissing):
        unscoped.exec(select(model)).all()
    with pytest.raises(ScopeMissing):
        unscoped.exec(select(func.count()).select_from(model)).all()
    with pytest.raises(ScopeMissing):
        unscoped.exec(select(col(model.practice_id))).all()
    with pytest.raises(ScopeMissing):
        unscoped.exec(delete(model))
    with pytest.raises(ScopeMissing):
        unscoped.exec(update(model).values(practice_id="x"))


def test_without_a_scope_no_row_can_be_fetched_by_its_id(unscoped: Session, world: World) -> None:
    with pytest.raises(ScopeMissing):
        unscoped.get(Client, world.cleo.id)


def test_without_a_scope_text_is_refused(unscoped: Session) -> None:
    with pytest.raises(ScopeMissing):
        unscoped.execute(text("SELECT * FROM client"))


def test_without_a_scope_no_query_can_hide_behind_a_table_that_nobody_owns(
    unscoped: Session,
) -> None:
    hidden = select(Practice).where(exists().where(col(Client.practice_id) == col(Practice.id)))

    with pytest.raises(ScopeMissing):
        unscoped.exec(hidden).all()
    with pytest.raises(ScopeMissing):
        unscoped.exec(select(Practice, select(func.count(Client.id)).scalar_subquery())).all()


def test_without_a_scope_nothing_can_be_written(
    unscoped: Session, world: World, now: dt.datetime
) -> None:
    unscoped.add(new_client(world.practice.id, now))
    with pytest.raises(ScopeMissing):
        unscoped.flush()


def test_a_select_finds_ones_own_rows_alone(session: Session, world: World) -> None:
    found = session.exec(select(Client)).all()

    assert {client.id for client in found} == {world.cleo.id, world.couple.id, world.mono.id}
    assert CANARY not in names(session)


def test_a_row_of_another_practice_has_no_id_to_be_found_by(session: Session, world: World) -> None:
    assert session.get(Client, world.cleo.id) is not None
    assert session.get(Client, world.stranger.id) is None
    assert session.get(Member, world.mallory.id) is None


def test_one_question_asked_by_two_practices_finds_each_its_own(
    database: Database, world: World
) -> None:
    """What is compiled for one is used for all: only the parameter differs."""
    everybody = select(Client.id)
    found = []
    for practice in (world.practice, world.other_practice, world.practice):
        with database.reading(Scope.practice(practice.id)) as session:
            found.append(set(session.exec(everybody)))

    assert found[0] == found[2] == {world.cleo.id, world.couple.id, world.mono.id}
    assert found[1] == {world.stranger.id}


def test_a_limited_question_that_lost_its_scope_fails(database: Database) -> None:
    with (
        database.reading(Scope.installation()) as session,
        pytest.raises(StatementError, match=SCOPE_PARAMETER),
    ):
        session.exec(limited_by_parameter(select(Client.id))).all()


def test_nobody_names_the_practice_but_the_scope(session: Session, world: World) -> None:
    named = {SCOPE_PARAMETER: world.other_practice.id}

    assert world.stranger.id not in session.exec(select(Client.id), params=named).all()


def test_a_question_is_not_asked_for_a_list(session: Session, world: World) -> None:
    which = select(Client).where(Client.id == bindparam("which"))

    with pytest.raises(ScopeMissing):
        session.exec(which, params=[{"which": world.cleo.id}, {"which": world.stranger.id}])


def test_counts_and_sums_leave_others_out(session: Session) -> None:
    assert session.exec(select(func.count()).select_from(Client)).one() == 3
    assert session.exec(select(func.count(Client.id))).one() == 3
    assert session.exec(select(func.max(ClientPerson.given_name))).one() != CANARY


def test_joins_and_aliases_leave_others_out(session: Session, world: World) -> None:
    other = aliased(Client)
    pairs = select(Client.id, other.id).join(other, col(other.internal_id) == Client.internal_id)

    assert {right for _, right in session.exec(pairs)} == {
        world.cleo.id,
        world.couple.id,
        world.mono.id,
    }


def test_subqueries_and_unions_leave_others_out(session: Session, world: World) -> None:
    inside = select(col(ClientPerson.client_id)).where(ClientPerson.given_name == CANARY)
    assert session.exec(select(Client).where(col(Client.id).in_(inside))).all() == []

    count = select(func.count(col(Client.id))).scalar_subquery()
    assert session.exec(select(Practice.id, count).limit(1)).one()[1] == 3

    derived = select(col(Client.id)).subquery()
    assert world.stranger.id not in session.exec(select(derived.c.id)).all()

    both = select(col(Client.id)).union_all(select(col(Member.id)))
    assert not {world.stranger.id, world.mallory.id} & set(session.execute(both).scalars())


def test_an_update_of_everything_changes_ones_own_rows_alone(
    scoped: Session, database: Database, world: World
) -> None:
    scoped.exec(update(Client).values(phone="changed"))
    scoped.commit()

    assert read(database, lambda s: s.get(Client, world.stranger.id)).phone == ""
    assert read(database, lambda s: s.get(Client, world.cleo.id)).phone == "changed"


def test_a_delete_of_everything_takes_ones_own_rows_alone(
    scoped: Session, database: Database, world: World
) -> None:
    scoped.exec(delete(ClientPerson))
    scoped.exec(delete(Client))
    scoped.commit()

    assert read(database, lambda s: s.get(Client, world.stranger.id)) is not None
    assert read(database, lambda s: s.get(Client, world.cleo.id)) is None


def test_text_is_refused_inside_a_practice(session: Session) -> None:
    with pytest.raises(ScopeMissing):
        session.execute(text("SELECT * FROM client"))
    with pytest.raises(ScopeMissing):
        session.execute(select(Client.__table__))  # type: ignore[attr-defined]


def test_a_new_row_for_another_practice_is_refused(
    session: Session, world: World, now: dt.datetime
) -> None:
    session.add(new_client(world.other_practice.id, now))
    with pytest.raises(ScopeViolated):
        session.commit()


def test_a_row_cannot_be_given_away(session: Session, world: World) -> None:
    cleo = session.exec(select(Client).where(Client.id == world.cleo.id)).one()
    cleo.practice_id = world.other_practice.id

    with pytest.raises(ScopeViolated):
        session.commit()


def test_rows_in_bulk_cannot_be_given_away_either(session: Session, world: World) -> None:
    with pytest.raises(ScopeViolated):
        session.exec(update(Client).values(practice_id=world.other_practice.id))
    with pytest.raises(ScopeViolated):
        session.exec(update(Client).values({col(Client.practice_id): world.other_practice.id}))


def test_rows_cannot_be_inserted_past_the_check(
    session: Session, world: World, now: dt.datetime
) -> None:
    foreign = new_client(world.other_practice.id, now).model_dump()

    with pytest.raises(ScopeViolated):
        session.exec(insert(Client), params=[foreign])
    with pytest.raises(ScopeViolated):
        session.exec(insert(Client).values(**foreign))
    with pytest.raises(ScopeViolated):
        session.exec(insert(Client).values([foreign]))
    with pytest.raises(ScopeViolated):
        session.exec(insert(Client).from_select(["id"], select(col(Client.id))))
    with pytest.raises(ScopeViolated):
        session.exec(insert(Client), params=[{**foreign, "practice_id": None}])


def test_a_foreign_row_brought_from_elsewhere_cannot_be_changed_or_deleted(
    session: Session, world: World
) -> None:
    world.stranger.phone = "changed"
    session.add(world.stranger)
    with pytest.raises(ScopeViolated):
        session.commit()
    session.rollback()
    session.expunge_all()
    session.delete(world.stranger)
    with pytest.raises(ScopeViolated):
        session.commit()


def test_ones_own_rows_can_be_inserted_in_bulk(
    scoped: Session, world: World, now: dt.datetime
) -> None:
    rows = [new_client(world.practice.id, now, f"C-{n}").model_dump() for n in (1, 2)]
    scoped.exec(insert(Client), params=rows)
    scoped.commit()

    assert scoped.exec(select(func.count(Client.id))).one() == 5


def test_the_database_refuses_a_row_that_points_into_another_practice(
    database: Database, world: World, now: dt.datetime
) -> None:
    """Even with the whole installation in view: the keys are of practice and id together."""
    hour = TimedSpan(now, now + HOUR, "Europe/Berlin")
    with (
        database.writing(Scope.installation()) as session,
        pytest.raises(IntegrityError),
    ):
        make_appointment(session, world.ada, hour, now=now, client=world.stranger)


def test_narrowing_a_session_forgets_what_it_had_read(database: Database, world: World) -> None:
    with database.reading(Scope.installation()) as session:
        assert session.get(Client, world.stranger.id) is not None

        enter(session, Scope.practice(world.practice.id))

        assert session.get(Client, world.stranger.id) is None


def test_a_row_that_is_printed_shows_its_id_alone(world: World) -> None:
    """RELIABILITY.md S39: rows end up in tracebacks."""
    assert repr(world.stranger) == f"Client(id={world.stranger.id!r})"
    assert str(world.ada) == f"id={world.ada.id!r}"


def new_client(practice_id: str, now: dt.datetime, internal_id: str = "C-9") -> Client:
    """A client record, not yet added."""
    return Client(
        practice_id=practice_id, internal_id=internal_id, kind=ClientKind.INDIVIDUAL, created_at=now
    )


def names(session: Session) -> set[str]:
    """Every given name that the session sees."""
    return set(session.exec(select(col(ClientPerson.given_name))).all())


def read(database: Database, question: Callable[[Session], object]) -> object:
    """The answer to `question` with the whole installation in view."""
    with database.reading(Scope.installation()) as session:
        return question(session)


def test_appointments_of_others_stay_out_of_the_calendar(
    session: Session, database: Database, world: World, now: dt.datetime
) -> None:
    hour = TimedSpan(now, now + HOUR, "Europe/London")
    with database.writing(Scope.installation()) as everywhere:
        make_appointment(everywhere, world.mallory, hour, now=now, client=world.stranger)
        everywhere.commit()

    assert session.exec(select(Appointment)).all() == []
