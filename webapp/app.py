"""Puts the web app together: settings, glue, pages. Holds no rule of its own."""

import sys
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import cli, cli_operations
from webapp.config import SettingRefused, Settings
from webapp.db.engine import Database
from webapp.domain.keys import Purpose, derived_key
from webapp.ops import logging
from webapp.queue import doorbell
from webapp.routes import BLUEPRINTS
from webapp.web import (
    clock,
    csrf,
    errors,
    feed_shortcut,
    guards,
    headers,
    htmx,
    jinja,
    job_dashboard,
    limits,
    login,
    request_log,
    session,
)

GLUE = (clock, request_log, session, htmx, login, headers, limits, guards, csrf, jinja, errors)
ONE_MEGABYTE = 1_000_000


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    """The app. Settings come from the environment unless given; `config` is Flask's own.

    Ends the program with one sentence and exit code 2 when a setting cannot be right. Raises
    `UnguardedEndpoint` when a page does not say who may see it.
    """
    settings = settings or settings_or_exit()
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=ONE_MEGABYTE, **config)
    app.secret_key = derived_key(settings.secret_key, Purpose.SIGN_IN)
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url)
    app.extensions["doorbell"] = doorbell.connect(
        settings.redis_url, signing_key=derived_key(settings.secret_key, Purpose.JOBS)
    )
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=1)  # type: ignore[method-assign]
    logging.set_up()
    for glue in GLUE:
        glue.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    job_dashboard.init_app(app)
    cli.init_app(app)
    cli_operations.init_app(app)
    guards.check_every_endpoint(app)
    feed_shortcut.init_app(app)
    return app


def settings_or_exit() -> Settings:
    """The environment's settings, or one sentence on standard error and exit code 2."""
    try:
        return Settings.from_environment()
    except SettingRefused as refused:
        print(refused, file=sys.stderr)  # noqa: T201 - the one thing said before there is a log.
        raise SystemExit(2) from None
