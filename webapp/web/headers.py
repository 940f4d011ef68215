"""The headers of every answer: what may be loaded, framed, cached and sent along (S23, S26, S27).

Scripts and styles come from our own files alone: no inline script, no style attribute, no eval.
"""

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from werkzeug.wrappers import Response

from webapp.config import LOOPBACK, Settings

ONE_YEAR_SECONDS = 31_536_000

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def init_app(app: Flask) -> None:
    """Works out the policies once and puts them on every answer, errors included."""
    settings: Settings = app.extensions["settings"]
    app.extensions["content_security_policy"] = content_security_policy(settings)
    app.before_request(_refuse_foreign_host)
    app.after_request(_add_headers)


def content_security_policy(settings: Settings) -> str:
    """Our own files only. Forms may also end at Google's consent page, as browsers apply
    `form-action` to where a form's answer redirects."""
    consent = urlsplit(settings.google_server_metadata_url)
    form_action = f"'self' {consent.scheme}://{consent.netloc}" if settings.has_google else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; object-src 'none'; "
        f"base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
    )


@lru_cache(maxsize=256)
@lru_cache(maxsize=64)
def is_our_host(external_url: str, host: str) -> bool:
    """Whether a Host header names this installation: its own, or one loopback name for another."""
    ours, asked = urlsplit(external_url).hostname, urlsplit(f"//{host}").hostname
    return asked == ours or (ours in LOOPBACK and asked in LOOPBACK)


def _refuse_foreign_host() -> None:
    """A made-up Host header gets nothing (S14). Health checks come by address and may."""
    ours = current_app.extensions["settings"].external_url
    if not is_our_host(ours, request.host) and request.endpoint != "health.show":
        abort(400)


def _add_headers(response: Response) -> Response:
    """What the view said itself stays."""
    said = {name.casefold() for name, _ in response.headers}
    for name, value in _headers().items():
        if name.casefold() not in said:
            response.headers.add(name, value)
    return response


def _headers() -> dict[str, str]:
    found = {**FIXED, "Content-Security-Policy": current_app.extensions["content_security_policy"]}
    if current_app.extensions["settings"].is_https:
        age = f"max-age={ONE_YEAR_SECONDS}; includeSubDomains"
        found["Strict-Transport-Security"] = age
    if request.endpoint != "static":  # Pages hold what is private, and all hold a form's token.
        found["Cache-Control"] = "no-store"
    return found
