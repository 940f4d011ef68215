"""The app on a port of this machine, as people meet it."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.web.conftest import MakeApp
from webapp.config import Settings


@pytest.fixture
def app(settings: Settings, new_app: MakeApp) -> Flask:
    """The app, form tokens included."""
    return new_app(settings)


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """Its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
