"""The app as it is put together, with a database and a queue that nobody asks for."""

import pytest
from flask import Flask

from webapp.app import create_app
from webapp.config import Settings


@pytest.fixture(scope="session")
def app() -> Flask:
    """Every page and command, without a neighbour."""
    return create_app(
        Settings.from_environment(
            {
                "SECRET_KEY": "x" * 40,
                "DATABASE_URL": "sqlite://",
                "REDIS_URL": "unix:///nowhere/redis.sock",
            }
        )
    )
