"""The whole installation in one process, without sockets and with a standing clock: for histories
by the thousand.

The app's own transport talks to the stand-in's own program; only the wire between the two is
replaced. Every effect of a worker (a call to Google, a commit) passes one numbered point here,
where a test can let the process die or let something else happen first.
"""

import datetime as dt
import io
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.structures import CaseInsensitiveDict
from sqlmodel import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from emulator import storage
from emulator.app import create_app
from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.cast import make_world
from tests.story.office import GOOGLE_ACCOUNT, Clock, Office
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.scope import Scope
from webapp.google import session as google_session

ADDRESS = "http://127.0.0.1:1"
BEGINNING = dt.datetime(2027, 3, 8, 9, tzinfo=dt.UTC)
"""A Monday three weeks before Berlin's clocks change, so that weekly series cross that night."""
COMMIT = "commit"
KEPT = "kept"
"""The copy of the database to which every history returns."""

Action = Callable[[], object]


class Killed(BaseException):
    """The process died here: nothing catches this, and nothing can be tidied up."""


@dataclass
class StandingClock(Clock):
    """A clock that only tests move."""

    def __call__(self) -> dt.datetime:
        return BEGINNING + self.offset


@dataclass
class Effects:
    """The points between two effects of the worker that runs now, numbered from 1."""

    number: int = 0
    strikes: dict[tuple[int, str], Action] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    is_dead: bool = False
    is_watching: bool = False
    only_calls: bool = False
    deadly: str = ""
    """Whoever sends this dies over it, each time (F08)."""

    def plan(self, number: int, when: str, action: Action, *, only_calls: bool = False) -> None:
        """At effect `number`, "before" or "after" it, `action` happens, once.

        With `only_calls` commits do not count: nobody else could write before one, as SQLite has
        one writer.
        """
        self.strikes = {(number, when): action}
        self.number, self.is_watching, self.only_calls = 0, True, only_calls
        self.names.clear()

    def rest(self) -> None:
        """Another process runs from here on; nothing strikes it."""
        self.strikes.clear()
        self.is_dead = self.is_watching = self.only_calls = False

    def die(self) -> None:
        """The process is gone: whatever else it tries fails, too."""
        self.is_dead = True
        raise Killed

    def survive(self, sent: str) -> None:
        """Dies when something deadly is sent."""
        if self.deadly and self.deadly in sent:
            self.die()

    def before(self, name: str) -> None:
        """The effect `name` is about to happen."""
        if self.is_dead:
            raise Killed
        if self._counts(name):
            self.number += 1
            self.names.append(name)
            self._strike("before")

    def after(self, name: str) -> None:
        """It has happened; what follows it has not."""
        if self._counts(name):
            self._strike("after")

    def _counts(self, name: str) -> bool:
        return self.is_watching and not (self.only_calls and name == COMMIT)

    def _strike(self, when: str) -> None:
        action = self.strikes.pop((self.number, when), None)
        if action is None:
            return
        self.is_watching = False
        self.struck[when] += 1
        action()
        self.is_watching = True


class Wire(BaseAdapter):
    """A `requests` adapter that calls the stand-in's program directly."""

    def __init__(self, app: Any, effects: Effects) -> None:
        super().__init__()
        self._app, self._effects = app, effects

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """The answer, or `ConnectionError` where the stand-in hangs up."""
        name = f"{request.method} {urlsplit(request.url or '').path}"
        self._effects.survive(f"{request.url} {request.body!r}")
        self._effects.before(name)
        response = answered(self._app, request)
        self._effects.after(name)
        return response

    def close(self) -> None:
        """Nothing is open."""


class Line:
    """Stands where the server's socket would, to notice that it hangs up."""

    is_cut = False

    def shutdown(self, _how: int) -> None:
        """The server ends the connection without an answer."""
        self.is_cut = True


def answered(app: Any, request: PreparedRequest) -> Response:
    """One request to a WSGI program, as `requests` would have brought its answer."""
    line, body = Line(), request.body or b""
    parts = urlsplit(request.url or "")
    environ = EnvironBuilder(
        path=parts.path,
        query_string=parts.query,
        method=request.method or "GET",
        headers=dict(request.headers),
        data=body.encode() if isinstance(body, str) else body,
        base_url=ADDRESS,
    ).get_environ()
    environ |= {"RAW_URI": request.path_url, "werkzeug.socket": line}
    chunks, status, headers = run_wsgi_app(app, environ, buffered=True)
    content = b"".join(chunks)
    if line.is_cut:
        raise NoConnection("the server hung up")
    response = Response()
    response.status_code = int(status.split()[0])
    response.headers = CaseInsensitiveDict(headers)
    response._content, response.raw = content, io.BytesIO(content)
    response.request, response.url = request, request.url or ""
    return response


class OneProcess(Office):
    """Ada's practice and its Google, both here."""

    def visit(self, address: str) -> str:
        """Follows the consent address in this process."""
        parts = urlsplit(address)
        answer = self.emulator.app.test_client().get(f"{parts.path}?{parts.query}")
        return answer.headers["Location"]


@dataclass
class Beginning:
    """An office to which every history returns: its database's file and what Google remembers."""

    office: OneProcess
    effects: Effects
    file: Path
    remembered: str = ""
    dice: tuple[Any, ...] = ()

    def keep(self) -> None:
        """From now on `again` returns here."""
        self.office.database.dispose()
        shutil.copyfile(self.file, self.file.with_suffix(f".{KEPT}"))
        self.remembered = json.dumps(storage.dump(self.office.google))
        self.dice = self.office.google.dice.random.getstate()

    def copy(self, name: str) -> None:
        """A backup of the database as it is now, beside it."""
        raw = self.office.database.engine.raw_connection()
        with closing(sqlite3.connect(self.file.with_suffix(f".{name}"))) as copied:
            raw.driver_connection.backup(copied)
        raw.close()

    def put_back(self, name: str) -> None:
        """The database as a copy has it. The engine, with all that it has compiled, stays."""
        raw = self.office.database.engine.raw_connection()
        with closing(sqlite3.connect(self.file.with_suffix(f".{name}"))) as copied:
            copied.backup(raw.driver_connection)
        raw.close()

    def again(self) -> OneProcess:
        """The office as it was kept."""
        self.effects.rest()
        self.put_back(KEPT)
        self.office.clock.offset = dt.timedelta()
        forget(self.office.google)
        storage.restore(self.office.google, json.loads(self.remembered))
        self.office.google.dice.random.setstate(self.dice)  # Else Google gives an id twice.
        return self.office


@contextmanager
def one_process(url: str) -> Iterator[Beginning]:
    """An office on the migrated SQLite database `url`, connected with Google and kept."""
    google, effects, patch = Google(seed=1), Effects(), pytest.MonkeyPatch()
    google.clock.freeze(BEGINNING)
    google.origin = ADDRESS
    app = create_app(google)
    patch.setattr(google_session, "DeadlineAdapter", lambda **_: Wire(app, effects))
    database, clock = Database(url), StandingClock()
    google.account(GOOGLE_ACCOUNT, zone="Europe/Berlin")
    with database.writing(Scope.installation()) as session:
        world = make_world(session, clock())
    emulator = RunningEmulator(ADDRESS, google, app)
    office = OneProcess(database, settings_for(url), world, emulator, clock)
    office.connect()
    beginning = Beginning(office, effects, Path(url.removeprefix("sqlite:///")))
    with counted_commits(effects):
        yield beginning
    database.dispose()
    patch.undo()


@contextmanager
def counted_commits(effects: Effects) -> Iterator[None]:
    """Commits are effects, and a dead process begins no transaction."""

    def begins(_session: Any, _transaction: Any, _connection: Any) -> None:
        if effects.is_dead:
            raise Killed

    def commits(session: Session) -> None:
        session.info[COMMIT] = True

    def ends(session: Session, transaction: Any) -> None:
        # Only now the connection is back, and others may write.
        if transaction.parent is None and session.info.pop(COMMIT, False):
            effects.after(COMMIT)

    listeners: tuple[tuple[str, Callable[..., None]], ...] = (
        ("after_begin", begins),
        ("before_commit", lambda _: effects.before(COMMIT)),
        ("after_commit", commits),
        ("after_transaction_end", ends),
    )
    for name, listener in listeners:
        sqlalchemy.event.listen(Session, name, listener)
    yield
    for name, listener in listeners:
        sqlalchemy.event.remove(Session, name, listener)


def forget(google: Google) -> None:
    """Google's memory, its faults and its log are empty; its clock stands at the beginning."""
    google.accounts.clear()
    google.calendars.clear()
    grants = google.grants
    for kept in (grants.clients, grants.granted, grants.codes, grants.refresh_tokens):
        kept.clear()
    grants.access_tokens.clear()
    grants.consented.clear()
    google.faults.clear()
    google.calls.clear()
    google.quota.__init__()  # type: ignore[misc]
    google.clock.freeze(BEGINNING)


def settings_for(url: str, google: str = ADDRESS) -> Settings:
    """An installation on the database `url` whose Google is the stand-in at `google`."""
    return Settings.from_environment(
        {
            "SECRET_KEY": "a secret for tests that is long enough",
            "DATABASE_URL": url,
            "GOOGLE_CLIENT_ID": "tests.apps.googleusercontent.com",
            "GOOGLE_CLIENT_SECRET": "of no use elsewhere",
            "GOOGLE_SERVER_METADATA_URL": f"{google}/.well-known/openid-configuration",
            "GOOGLE_API_ROOT": f"{google}/",
        }
    )
