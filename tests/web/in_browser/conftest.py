"""The app on a port of this machine, as people meet it."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import BaseWSGIServer, make_server

from tests.web.conftest import MakeApp
from webapp.config import Settings

NOBODY = ServiceUnavailable()
"""What a page hears that is still there when its test is over."""


@pytest.fixture
def app(settings: Settings, new_app: MakeApp) -> Flask:
    """The app, form tokens included."""
    return new_app(settings)


@pytest.fixture(scope="session")
def front() -> Iterator[BaseWSGIServer]:
    """A server for all these tests: ending one takes half a second, so each test only takes it."""
    server = make_server("127.0.0.1", 0, NOBODY, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(app: Flask, front: BaseWSGIServer) -> Iterator[str]:
    """The app's address, as long as the test lasts."""
    front.app = app
    yield f"http://127.0.0.1:{front.server_port}"
    front.app = NOBODY
