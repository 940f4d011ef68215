"""The app as a browser meets it, with the cast in it and a clock that the test moves.

Redis is away in most of these tests, on purpose: pages have to work without it.
"""

import datetime as dt
import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import World, make_world
from webapp import queue
from webapp.app import create_app
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import Member
from webapp.db.scope import Scope
from webapp.ops.logging import set_up
from webapp.services import browser_sessions

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
NOBODY_LISTENS = "redis://127.0.0.1:1/0"
HTMX = {"HX-Request": "true"}

SignIn = Callable[[Member], FlaskClient]
MakeApp = Callable[..., Flask]


class Clock:
    """The time of the web. `advance(minutes=5)` moves it."""

    def __init__(self) -> None:
        self.instant = NOW

    def __call__(self) -> dt.datetime:
        return self.instant

    def advance(self, **by: float) -> None:
        """Moves on by a timedelta's arguments."""
        self.instant += dt.timedelta(**by)


def make_settings(database_url: str, **environ: str) -> Settings:
    """Settings for one test: a server with Google's stand-in configured and no Redis."""
    return Settings.from_environment(
        {
            "SECRET_KEY": "a secret of the tests, 32 characters long or more",
            "DATABASE_URL": database_url,
            "REDIS_URL": NOBODY_LISTENS,
            "EXTERNAL_URL": "http://localhost:8000",
            "GOOGLE_CLIENT_ID": "test-client.apps.example.com",
            "GOOGLE_CLIENT_SECRET": "test-client-secret",
            **environ,
        }
    )


@pytest.fixture
def clock() -> Clock:
    """A Monday morning, until the test moves it."""
    return Clock()


@pytest.fixture
def settings(database_url: str) -> Settings:
    """What this test's app is set up with; override it for another set-up."""
    return make_settings(database_url)


@pytest.fixture
def new_app(clock: Clock) -> Iterator[MakeApp]:
    """`new_app(settings, **config)` makes an app that counts attempts in memory; all of them close
    their connections when the test ends."""
    made: list[Flask] = []

    def make(settings: Settings, **config: Any) -> Flask:
        usual = {"TESTING": True, "CLOCK": clock, "RATELIMIT_STORAGE_URI": "memory://"}
        made.append(create_app(settings, **{**usual, **config}))
        return made[-1]

    yield make
    for app in made:
        app.extensions["database"].dispose()
        app.extensions["doorbell"].close()
    queue.disconnect()  # Else workers of later tests, in this process, see this one's jobs wait.


@pytest.fixture
def app(settings: Settings, new_app: MakeApp) -> Flask:
    """The app, without form tokens."""
    return new_app(settings, WTF_CSRF_ENABLED=False)


@pytest.fixture
def log_lines(app: Flask) -> io.StringIO:
    """What the app logs."""
    stream = io.StringIO()
    set_up(stream)
    return stream


@pytest.fixture
def database(app: Flask) -> Database:
    """The app's own database."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def world(database: Database) -> World:
    """The cast; its rows stay readable after their session has ended."""
    with database.writing(Scope.installation()) as session:
        return make_world(session, NOW)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def as_member(app: Flask, clock: Clock) -> SignIn:
    """`as_member(world.ada)` is a browser in which Ada has just signed in."""

    def signed_in(member: Member) -> FlaskClient:
        browser = app.test_client()
        with app.extensions["database"].writing(Scope.installation()) as session:
            secret = browser_sessions.begin(session, member=member, now=clock())
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = secret
            cookie["_fresh"] = True
            cookie["began"] = cookie["seen"] = clock().timestamp()
        return browser

    return signed_in


@pytest.fixture(autouse=True)
def quiet_after_the_test() -> Iterator[None]:
    """Log handlers of the app end with the test, as they hold its captured output."""
    before = list(logging.getLogger().handlers)
    yield
    logging.getLogger().handlers[:] = before
