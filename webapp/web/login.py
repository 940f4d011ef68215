"""Who is signed in, and for how long (RELIABILITY.md S6, S9).

The cookie holds a random secret that names a row (services/browser_sessions.py): where the row has
gone, no copy of the cookie opens anything. A session ends after 30 minutes in which the person did
nothing, and after 12 hours in any case; the polling of an open page does not count as doing
something.
"""

import datetime as dt
import logging
from typing import NoReturn, cast

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from webapp.db.engine import Database
from webapp.db.models import Member
from webapp.db.scope import Scope
from webapp.ops import events
from webapp.services import browser_sessions
from webapp.web.clock import now
from webapp.web.htmx import is_background, is_htmx

IDLE = dt.timedelta(minutes=30)
CONFIRMED_FOR = dt.timedelta(minutes=15)
"""How long a password counts for what asks for it again (web/step_up.py)."""
NOTED_EVERY = dt.timedelta(minutes=1)

login_manager = LoginManager()
log = logging.getLogger(__name__)


class SignedIn(UserMixin):  # type: ignore[misc] # flask-login ships no types.
    """A member as flask-login sees one."""

    def __init__(self, member: Member, secret: str) -> None:
        self.member, self.secret = member, secret

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.secret


def init_app(app: Flask) -> None:
    """Cookie flags and the two hooks of flask-login."""
    is_https = app.extensions["settings"].is_https
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if is_https else "session",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",  # Lax, as people come back from Google's consent page.
    )
    login_manager.session_protection = None  # It would end sessions whose address changes.
    login_manager.init_app(app, add_context_processor=False)  # Templates ask `current_member`.
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(ask_to_sign_in)


def current_member() -> Member:
    """Whoever is signed in, as a detached row. Aborts with 401 when nobody is."""
    if not current_user.is_authenticated:
        abort(401)
    return cast(SignedIn, current_user).member


def is_signed_in() -> bool:
    """Whether somebody is."""
    return bool(current_user.is_authenticated)


def current_scope() -> Scope | None:
    """The practice of whoever is signed in."""
    return Scope.practice(current_member().practice_id) if is_signed_in() else None


def current_secret() -> str:
    """What names this browser's session; "" when nobody is signed in."""
    return str(current_user.secret) if is_signed_in() else ""


def sign_in(member: Member, secret: str) -> None:
    """Begins the session that `secret` names: nothing of the one before stays, its CSRF token
    included."""
    session.clear()
    login_user(SignedIn(member, secret))
    session["began"] = session["seen"] = now().timestamp()


def is_recently_confirmed() -> bool:
    """Whether the person has given their password, at the sign-in or since, a short while ago."""
    last = max(session.get("began", 0.0), session.get("confirmed", 0.0))
    return bool(0 <= now().timestamp() - last < CONFIRMED_FOR.total_seconds())


def confirm() -> None:
    """The person has given their password again."""
    session["confirmed"] = now().timestamp()


def sign_out() -> str:
    """Empties this browser's cookie; the secret of the session that is to be ended, or ""."""
    secret = current_secret()
    if is_signed_in():
        log.info(events.SIGNED_OUT, extra={"member_id": current_member().id})
    logout_user()
    session.clear()
    return secret


def ask_to_sign_in() -> Response:
    """To the sign-in page; an htmx request is told to load it as a whole page."""
    if is_htmx():
        answer = current_app.response_class(status=401)
        answer.headers["HX-Redirect"] = url_for("sessions.new")
        return answer
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("sessions.new", next=None if wanted == "/" else wanted), 303)


def refuse_stranger() -> NoReturn:
    """For guards: 401, rendered by `ask_to_sign_in`."""
    raise Unauthorized(response=ask_to_sign_in())


def _load(secret: str) -> SignedIn | None:
    if not _is_alive():
        session.clear()
        return None
    database: Database = current_app.extensions["database"]
    with database.reading(Scope.installation()) as rows:
        member = browser_sessions.member_of(rows, secret=secret)
    return SignedIn(member, secret) if member else None


def _is_alive() -> bool:
    """Whether the session is young enough; notes that the person is here, once a minute."""
    at = now().timestamp()
    seen, began = session.get("seen", 0.0), session.get("began", 0.0)
    if at - seen > IDLE.total_seconds() or at - began > browser_sessions.LONGEST.total_seconds():
        return False
    if at - seen > NOTED_EVERY.total_seconds() and not is_background():
        session["seen"] = at
    return True
