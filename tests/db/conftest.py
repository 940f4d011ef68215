"""A migrated database with the cast in it, on every server that the run has chosen."""

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.cast import World, make_world
from webapp.db.engine import Database
from webapp.db.scope import Scope

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def now() -> dt.datetime:
    """A Monday morning."""
    return NOW


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The product's own way to the database."""
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def world(database: Database, now: dt.datetime) -> World:
    """The cast; its rows stay readable after their session has ended."""
    with database.writing(Scope.installation()) as session:
        return make_world(session, now)
