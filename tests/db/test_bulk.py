"""Thousands of rows at once, on both databases: the same rows as one by one, in the same scope."""

import datetime as dt

import pytest
from sqlmodel import Session, select

from tests.cast import World
from webapp.db import bulk
from webapp.db.calendar_revisions import RevisionBypassed
from webapp.db.engine import Database
from webapp.db.models import Appointment, HistoryEntry
from webapp.db.scope import Scope, ScopeMissing, ScopeViolated
from webapp.domain.history import Outcome

AT = dt.datetime(2027, 3, 8, 9, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def add(session: Session, world: World, practice_id: str, *, count: int = 1) -> None:
    """History of Ada's, an hour apart."""
    shared = HistoryEntry(
        practice_id=practice_id,
        member_id=world.ada.id,
        calendar_id="calendar",
        stint=3,
        at=AT,
        outcome=Outcome.ADDED,
    ).model_dump(exclude={"id", "outcome", "google_id", "at"})
    columns = {
        "id": [f"{n:032}" for n in range(count)],
        "outcome": [Outcome.ADDED] * count,
        "google_id": [f"grüße-{n}" for n in range(count)],
        "at": [AT + n * dt.timedelta(hours=1) for n in range(count)],
    }
    bulk.add_rows(session, HistoryEntry, columns=columns, shared=shared)


def test_what_was_written_at_once_is_read_like_any_other_row(
    database: Database, world: World
) -> None:
    """Also across the size of one statement; times come back in UTC, as they were meant."""
    scope, count = Scope.practice(world.practice.id), bulk.MOST_AT_ONCE + 7
    with database.writing(scope) as session:
        add(session, world, world.practice.id, count=count)
        session.commit()
    with database.reading(scope) as session:
        rows = session.exec(select(HistoryEntry).order_by(HistoryEntry.id)).all()
    assert [row.google_id for row in rows] == [f"grüße-{n}" for n in range(count)]
    last = rows[-1]
    assert last.at == AT + (count - 1) * dt.timedelta(hours=1)
    assert last.at.tzinfo is dt.UTC
    assert (last.outcome, last.stint, last.reason) == (Outcome.ADDED, 3, "")


def test_nothing_at_all_is_no_statement(database: Database, world: World) -> None:
    with database.writing(Scope.practice(world.practice.id)) as session:
        add(session, world, world.practice.id, count=0)
        assert session.exec(select(HistoryEntry)).all() == []


def test_a_session_writes_at_once_only_in_its_own_practice(
    database: Database, world: World
) -> None:
    """S1: as one by one (test_scope.py)."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        with pytest.raises(ScopeViolated):
            add(session, world, world.mallory.practice_id)
    with database.writing() as session:
        with pytest.raises(ScopeMissing):
            add(session, world, world.practice.id)


def test_what_feeds_show_is_never_written_at_once(database: Database, world: World) -> None:
    """Its changes are counted row by row (calendar_revisions.py)."""
    shared = {"practice_id": world.practice.id}
    with database.writing(Scope.practice(world.practice.id)) as session:
        with pytest.raises(RevisionBypassed):
            bulk.add_rows(session, Appointment, columns={"id": ["a"]}, shared=shared)
