"""The only clock of the web: whatever happens in a request happens at `now()`.

Tests set `app.config["CLOCK"]`; below the routes the time is an argument.
"""

import datetime as dt

from flask import Flask, current_app


def init_app(app: Flask) -> None:
    """The wall clock, unless another was configured."""
    app.config.setdefault("CLOCK", _wall_clock)


def now() -> dt.datetime:
    """The present instant, aware UTC."""
    instant: dt.datetime = current_app.config["CLOCK"]()
    return instant


def _wall_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
