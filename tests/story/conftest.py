"""An office whose Google is the stand-in, over real HTTP, on every database of the run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import running_emulator
from tests.cast import make_world
from tests.fixtures.databases import Sqlite
from tests.fixtures.witness import google_s_document_holds, witness  # noqa: F401 - fixtures
from tests.signing import google_s_key
from tests.story.office import Clock, Office
from tests.story.one_process import one_process
from tests.story.pushed import PushedOffice, Watched, reachable
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.scope import Scope


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """Ada's practice and an empty Google account, not yet connected."""
    database, clock = Database(database_url), Clock()
    with running_emulator() as emulator:
        settings = Settings.from_environment(
            {
                "SECRET_KEY": "a secret for tests that is long enough",
                "DATABASE_URL": database_url,
                "GOOGLE_CLIENT_ID": "tests.apps.googleusercontent.com",
                "GOOGLE_CLIENT_SECRET": "of no use elsewhere",
                "GOOGLE_SERVER_METADATA_URL": f"{emulator.url}/.well-known/openid-configuration",
                "GOOGLE_API_ROOT": f"{emulator.url}/",
            }
        )
        emulator.google.key_pem = google_s_key()
        emulator.google.account("ada@example.com", zone="Europe/Berlin")
        with database.writing(Scope.installation()) as session:
            world = make_world(session, clock())
        yield Office(database, settings, world, emulator, clock)
    database.dispose()


@pytest.fixture
def connected(office: Office) -> Office:
    """The same office, connected with Google."""
    office.connect()
    return office


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """An office in one process that Google can reach, synced and watched, kept for many tests."""
    url = Sqlite(tmp_path_factory.mktemp("pushed")).migrated()
    with one_process(url) as beginning, reachable(beginning.office) as office:
        office.synced_and_watched()
        office.server.app.extensions["database"].dispose()  # Else its log is not in the file yet.
        beginning.keep()
        yield Watched(beginning, office, office.settings)


@pytest.fixture
def pushed(watched: Watched) -> PushedOffice:
    """That office, as it was kept."""
    return watched.again()


@pytest.fixture(scope="session")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
