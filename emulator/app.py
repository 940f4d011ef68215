"""The Flask program: the API's bytes, the OAuth endpoints and the pages under one origin."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import flask
from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from emulator import (
    account_pages,
    batch,
    calendar_pages,
    control,
    fault_pages,
    faulting,
    front,
    id_tokens,
    oauth_pages,
    token_endpoint,
    weather_pages,
)
from emulator.google import Google
from emulator.wire import JSON_TYPE, ConnectionLost, Request, Response

LARGEST_BODY = 25 * 1024 * 1024


def create_app(google: Google | None = None) -> Flask:
    """The program around one Google; `app.extensions["google"]` is that Google."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["google"] = google or Google()
    _serve_calendar(app)
    _serve_tokens(app)
    for pages in (oauth_pages, calendar_pages, account_pages, fault_pages, weather_pages):
        app.register_blueprint(pages.pages)
    app.register_blueprint(control.api)
    app.register_error_handler(ConnectionLost, _hang_up)
    return app


def _serve_calendar(app: Flask) -> None:
    google: Google = app.extensions["google"]
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]

    @app.route("/calendar/v3/<path:rest>", methods=every)
    def calendar(rest: str) -> flask.Response:
        return _reply(front.answer(google, _request()))

    @app.post("/batch/calendar/v3")
    def batched() -> flask.Response:
        return _reply(batch.answer(google, _request()))

    @app.post("/batch")
    def discontinued() -> tuple[str, int]:
        return "The global batch endpoint is discontinued.", 404

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> tuple[str, int]:
        return "Request Entity Too Large", 413


def _serve_tokens(app: Flask) -> None:
    google: Google = app.extensions["google"]

    @app.get("/.well-known/openid-configuration")
    def discovery() -> flask.Response:
        return flask.jsonify(token_endpoint.discovery(google))

    @app.get("/oauth2/v3/certs")
    def keys() -> flask.Response:
        return flask.jsonify(id_tokens.key_set(google))

    @app.post("/token")
    def token() -> flask.Response:
        form = request.form.to_dict()
        kind = {"refresh_token": "token.refresh", "authorization_code": "token.code"}
        method_id = kind.get(form.get("grant_type", ""), "token")
        return _logged(google, method_id, lambda: token_endpoint.token(google, _request(), form))

    @app.post("/revoke")
    def revoke() -> flask.Response:
        value = request.form.get("token") or request.args.get("token") or ""
        return _logged(google, "revoke", lambda: token_endpoint.revoke(google, value))

    @app.route("/tokeninfo", methods=["GET", "POST"])
    def tokeninfo() -> flask.Response:
        value = request.values.get("access_token", "")
        return _logged(google, "tokeninfo", lambda: token_endpoint.tokeninfo(google, value))

    @app.route("/v1/userinfo", methods=["GET", "POST"])
    def userinfo() -> flask.Response:
        value = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return _logged(google, "userinfo", lambda: token_endpoint.userinfo(google, value))


def _logged(google: Google, method_id: str, work: Callable[[], Response]) -> flask.Response:
    call = google.calls.open(
        at=google.clock.now().isoformat(),
        method=request.method,
        path=request.path,
        method_id=method_id,
    )
    call.client = request.form.get("client_id", "")
    response = faulting.around(google, method_id, work, call)
    google.latency.pass_time(method_id)
    call.status = response.status
    return _reply(response)


def _request() -> Request:
    """The request as it came, the path still percent-encoded (ids hold `#` and `@`)."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = dict(request.args.lists())
    return Request(request.method, str(raw).partition("?")[0], query, headers, request.get_data())


def _reply(response: Response) -> flask.Response:
    body = _dripping(response) if response.pause_seconds else response.body
    reply = flask.Response(body, status=response.status, headers=response.headers)
    if not response.body:
        del reply.headers["Content-Type"]
        if response.headers.get("Content-Type"):
            reply.headers["Content-Type"] = response.headers["Content-Type"]
    return reply


def _dripping(response: Response) -> Iterator[bytes]:
    for byte in response.body:
        time.sleep(response.pause_seconds)
        yield bytes([byte])


def _hang_up(error: ConnectionLost) -> flask.Response:
    """Close the socket under the server, so that the client sees a connection that just ended."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # The client may have gone already.
            connection.shutdown(socket.SHUT_RDWR)
    return flask.Response(
        b"", status=502, headers={"Connection": "close", "Content-Type": JSON_TYPE}
    )
