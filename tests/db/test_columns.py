"""What the column types promise holds on both databases."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import DateTime, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import select

from tests.cast import World, make_appointment
from webapp.db.columns import UtcDateTime, new_id, new_ids
from webapp.db.engine import Database
from webapp.db.models import Appointment, Client
from webapp.db.scope import Scope
from webapp.domain.timespan import TimedSpan

NIGHT_OF_THE_CHANGE = dt.datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_time_comes_back_as_the_same_instant_in_utc(database: Database, world: World) -> None:
    """STACK.md B5: a plain column gave 03:30 without a zone on SQLite, two hours off."""
    book_ada(database, world, NIGHT_OF_THE_CHANGE)

    with database.reading(Scope.practice(world.practice.id)) as session:
        found = session.exec(select(Appointment)).one()

    assert found.starts_at == NIGHT_OF_THE_CHANGE
    assert found.starts_at is not None
    assert found.starts_at.utcoffset() == dt.timedelta(0)


def test_times_of_any_zone_compare_as_instants(database: Database, world: World) -> None:
    book_ada(database, world, NIGHT_OF_THE_CHANGE)
    tokyo = NIGHT_OF_THE_CHANGE.astimezone(ZoneInfo("Asia/Tokyo"))

    with database.reading(Scope.practice(world.practice.id)) as session:
        assert session.exec(select(Appointment).where(Appointment.starts_at == tokyo)).first()
        later = tokyo + dt.timedelta(seconds=1)
        assert not session.exec(select(Appointment).where(Appointment.starts_at >= later)).first()


def test_a_time_without_a_zone_is_refused(database: Database, world: World) -> None:
    with pytest.raises(StatementError, match="naive datetime refused"):
        book_ada(database, world, dt.datetime(2026, 3, 29, 3, 30))


def test_fractions_of_a_second_survive(database: Database, world: World) -> None:
    exact = dt.datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=dt.UTC)
    book_ada(database, world, exact)

    with database.reading(Scope.practice(world.practice.id)) as session:
        assert session.exec(select(Appointment)).one().starts_at == exact


def test_sqlite_gets_the_text_that_sqlalchemy_itself_would_write() -> None:
    """So that whatever was stored before, and whatever a plain column stores, still compares."""
    dialect = sqlite.dialect()
    plain = DateTime().dialect_impl(dialect).bind_processor(dialect)
    ours = UtcDateTime().bind_processor(dialect)
    assert plain is not None
    for exact in (NIGHT_OF_THE_CHANGE, dt.datetime(1900, 1, 1, 0, 0, 0, 7, tzinfo=dt.UTC)):
        assert ours(exact) == plain(exact.astimezone(dt.UTC).replace(tzinfo=None))
    assert ours(None) is None


def test_a_choice_that_does_not_exist_is_refused_before_it_is_sent(
    database: Database, world: World, now: dt.datetime
) -> None:
    stranger = Client(practice_id=world.practice.id, internal_id="C-7", kind="herd", created_at=now)
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.add(stranger)
        with pytest.raises(StatementError, match="herd"):
            session.flush()


def test_a_choice_that_does_not_exist_is_refused_by_the_database_itself(
    database: Database, world: World
) -> None:
    with pytest.raises(DBAPIError), database.engine.begin() as connection:
        connection.execute(text("UPDATE client SET kind = 'herd'"))


def test_a_choice_is_stored_by_its_value(database: Database, world: World) -> None:
    with database.engine.connect() as connection:
        kinds = connection.execute(text("SELECT DISTINCT kind FROM client")).scalars().all()

    assert set(kinds) == {"individual", "couple"}


def test_ids_are_long_and_never_the_same() -> None:
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert {len(one) for one in ids} == {32}


def test_many_ids_at_once_are_as_good_as_one_by_one() -> None:
    ids = set(new_ids(1000))

    assert len(ids) == 1000
    assert {len(one) for one in ids} == {32}
    assert new_ids(0) == []


def book_ada(database: Database, world: World, starts_at: dt.datetime) -> None:
    """One hour with Cleo at `starts_at`."""
    span = TimedSpan(starts_at, starts_at + dt.timedelta(hours=1), "Europe/Berlin")
    with database.writing(Scope.practice(world.practice.id)) as session:
        make_appointment(session, world.ada, span, now=world.ada.created_at, client=world.cleo)
        session.commit()
