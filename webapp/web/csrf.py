"""Protection against forged requests: a token in every form and on every htmx request (S25).

The token lives as long as the session. Besides, a browser that says the request comes from another
site is refused at once. Doors that machines knock on are exempted by name, at the door.
"""

from flask import Flask, abort, request
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()

READS_ONLY = {"GET", "HEAD", "OPTIONS"}


def init_app(app: Flask) -> None:
    """Checks every unsafe request. Without a time limit: a page may stay open for hours."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)  # We send no Referer; see the next line.
    app.before_request(_refuse_other_sites)
    csrf.init_app(app)


def _refuse_other_sites() -> None:
    """`Sec-Fetch-Site` is written by the browser and cannot be forged by a page."""
    if request.method in READS_ONLY:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site":
        abort(403)
