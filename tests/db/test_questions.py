"""What is asked past the session stays inside the scope all the same (RELIABILITY.md 3.5).

Ada's questions stand for everybody's in Harbour Practice, Mallory's rows for everybody else's.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import pytest
from sqlalchemy import Select, bindparam, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from tests.cast import CANARY, World, make_appointment
from webapp.db.engine import Database
from webapp.db.models import Client, ClientPerson, Member, Practice
from webapp.db.queries.feed_changes import Changes, changes_since
from webapp.db.questions import Ask, Question, Unanswered, asked_in
from webapp.db.scope import Scope, ScopeMissing
from webapp.domain.roles import Role
from webapp.domain.timespan import TimedSpan

HOUR = dt.timedelta(hours=1)
other = aliased(Client)
OF_ANYBODY: dict[str, Select[Any]] = {
    "columns": select(col(Client.id)),
    "an alias": select(other.id),
    "a join": select(col(Member.id), other.id)
    .select_from(Member)
    .join(Client, col(Client.practice_id) != "")
    .join(other, col(other.internal_id) == Client.internal_id),
    "an outer join": select(col(Practice.id), ClientPerson.given_name).outerjoin(
        ClientPerson, col(ClientPerson.given_name) != ""
    ),
    "a subquery": select(
        col(Practice.id), select(func.max(ClientPerson.given_name)).scalar_subquery()
    ),
    "a derived table": select(select(col(Client.id)).subquery().c.id),
    "an exists": select(col(Practice.name)).where(
        exists().where(col(Client.practice_id) == col(Practice.id))
    ),
}


class Whole(NamedTuple):
    """Columns of every kind that the driver and we write differently."""

    name: str
    role: Role
    is_active: bool
    created_at: dt.datetime
    removed: str | None


@contextmanager
def asking(database: Database, scope: Scope) -> Iterator[Ask]:
    """Asks at a glance within one scope."""
    with database.glancing() as within:
        yield within(scope)


@pytest.mark.parametrize("kind", OF_ANYBODY)
def test_inside_a_practice_others_rows_do_not_exist(
    database: Database, world: World, kind: str
) -> None:
    question = Question(OF_ANYBODY[kind], lambda *row: row)

    with asking(database, Scope.practice(world.practice.id)) as ask:
        ours = ask(question)
    with asking(database, Scope.installation()) as ask:
        everybodys = ask(question)

    foreign = {world.stranger.id, world.mallory.id, CANARY, world.other_practice.name}
    found = {value for row in ours for value in row}
    assert found
    assert not found & foreign
    assert {value for row in everybodys for value in row} & foreign


def test_two_practices_ask_the_same_question_and_get_their_own(
    database: Database, world: World
) -> None:
    """It is compiled once; whose rows are meant is said each time."""
    question = Question(select(col(Member.id)), lambda one: one)
    found = []
    for practice in (world.practice, world.other_practice, world.practice):
        with asking(database, Scope.practice(practice.id)) as ask:
            found.append(set(ask(question)))

    assert found[1] == {world.mallory.id}
    assert found[0] == found[2] == {world.ada.id, world.ben.id, world.dora.id, world.eve.id}


def test_without_a_scope_nobody_is_asked(database: Database) -> None:
    nobodys = cast(Scope, None)
    with pytest.raises(ScopeMissing), asking(database, nobodys) as ask:
        ask(Question(select(col(Client.id)), lambda one: one))


@pytest.mark.parametrize(
    "statement",
    [
        select(Client.__table__.c.id),  # type: ignore[attr-defined]
        select(col(Practice.id)).join(
            Client.__table__,  # type: ignore[attr-defined]
            Client.__table__.c.practice_id == Practice.id,  # type: ignore[attr-defined]
        ),
        select(col(Member.id)).where(
            col(Member.practice_id).in_(select(Client.__table__.c.practice_id))  # type: ignore[attr-defined]
        ),
    ],
    ids=["alone", "joined", "inside"],
)
def test_a_bare_table_that_no_limit_reaches_is_refused(
    database: Database, world: World, statement: Any
) -> None:
    with (
        pytest.raises(ScopeMissing),
        asking(database, Scope.practice(world.practice.id)) as ask,
    ):
        ask(Question(statement, lambda *row: row))


def test_values_are_what_a_session_would_give(
    database: Database, world: World, now: dt.datetime
) -> None:
    question = Question(
        select(  # type: ignore[call-overload]
            Member.name,
            Member.role,
            Member.is_active,
            Member.created_at,
            select(Client.email).where(Client.id == "nobody").scalar_subquery(),
        ).where(col(Member.created_at) <= bindparam("by"), Member.id == bindparam("member_id")),
        Whole,
    )
    values = {"by": now.astimezone(dt.timezone(5 * HOUR)), "member_id": world.dora.id}

    with asking(database, Scope.practice(world.practice.id)) as ask:
        [at_a_glance] = ask(question, **values)
    with database.reading(Scope.practice(world.practice.id)) as session:
        [in_a_session] = asked_in(session)(question, **values)

    assert at_a_glance == in_a_session == Whole("Dora Weiss", Role.OWNER, True, now, None)
    assert at_a_glance.created_at.tzinfo is dt.UTC
    assert type(at_a_glance.is_active) is bool
    assert type(at_a_glance.role) is Role


@pytest.mark.parametrize("values", [{}, {"member": "x", "practice_of_the_scope": "other"}])
def test_every_value_is_named_and_the_scope_is_not_among_them(
    database: Database, world: World, values: dict[str, str]
) -> None:
    question = Question(
        select(col(Member.id)).where(Member.id == bindparam("member_id")), lambda one: one
    )
    with (
        pytest.raises(TypeError, match="member_id"),
        asking(database, Scope.practice(world.practice.id)) as ask,
    ):
        ask(question, **values)


def test_nobody_can_name_another_scope(database: Database, world: World) -> None:
    question = Question(select(col(Member.id)), lambda one: one)

    with asking(database, Scope.practice(world.practice.id)) as ask:
        found = ask(question, practice_of_the_scope=world.other_practice.id)

    assert world.mallory.id not in found


def test_a_refused_question_says_nothing_of_what_was_asked(
    database: Database, world: World
) -> None:
    """RELIABILITY.md S39: PostgreSQL would quote the value."""
    question = Question(
        select(col(Client.id)).where(func.no_such_function(bindparam("name")) == 1),
        lambda one: one,
    )
    with (
        pytest.raises(Unanswered) as refused,
        asking(database, Scope.practice(world.practice.id)) as ask,
    ):
        ask(question, name=CANARY)

    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


def test_on_sqlite_questions_asked_together_are_of_one_moment(
    database: Database, world: World
) -> None:
    """On PostgreSQL each is of its own, as in a session there."""
    is_one_moment = database.engine.dialect.name == "sqlite"
    phones = Question(select(Client.phone).where(Client.id == bindparam("id")), lambda one: one)
    with asking(database, Scope.practice(world.practice.id)) as ask:
        before = ask(phones, id=world.cleo.id)
        with database.writing(Scope.practice(world.practice.id)) as session:
            found = session.get(Client, world.cleo.id)
            assert found is not None
            found.phone = "changed"
            session.commit()
        assert ask(phones, id=world.cleo.id) == (before if is_one_moment else ["changed"])
    assert before == [""]


def test_a_connection_that_died_is_noticed_and_replaced(database: Database, world: World) -> None:
    """F79: whoever asked goes the long way once."""
    ours, names = Scope.practice(world.practice.id), Question(select(Practice.name), str)
    with asking(database, ours) as ask:
        assert "Harbour Practice" in ask(names)
    [kept] = database._glances._idle
    kept.close()
    with pytest.raises(Unanswered), asking(database, ours) as ask:
        ask(names)

    with asking(database, ours) as ask:
        assert "Harbour Practice" in ask(names)
    assert kept not in database._glances._idle


def test_whoever_asks_at_the_same_time_has_a_connection_to_themselves(
    database: Database, world: World
) -> None:
    ours, names = Scope.practice(world.practice.id), Question(select(Practice.name), str)
    with asking(database, ours) as one, asking(database, ours) as another:
        assert one(names) == another(names)
    assert len(database._glances._idle) == 2


def test_what_changed_is_the_same_at_a_glance_and_in_a_session(
    database: Database, world: World, now: dt.datetime
) -> None:
    """Names of several people, an event of nobody's, a series with a moved occurrence."""
    scope = Scope.practice(world.practice.id)
    with database.writing(scope) as session:
        for number, client in enumerate((world.couple, world.cleo, None, world.couple)):
            start = now + number * HOUR
            make_appointment(
                session, world.ada, TimedSpan(start, start + HOUR, "Europe/Berlin"),
                now=now, client=client, title="" if client else "Lunch",
                rule="FREQ=WEEKLY" if number == 3 else "",
            )  # fmt: skip
        session.commit()

    def asked(ask: Any) -> Changes:
        until = {"after": now - HOUR, "before": now + 3 * HOUR}
        return changes_since(ask, member_id=world.ada.id, since=0, **until)

    with asking(database, scope) as ask:
        at_a_glance = asked(ask)
    with database.reading(scope) as session:
        in_a_session = asked(asked_in(session))

    assert at_a_glance == in_a_session
    assert len(at_a_glance.ids) == 4
    clients = [one.client for one in at_a_glance.shown if one.client]
    assert {len(client.people) for client in clients} == {1, 2}
