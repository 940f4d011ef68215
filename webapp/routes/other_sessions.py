"""The other browsers in which somebody is signed in."""

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.services import browser_sessions
from webapp.web import login
from webapp.web.clock import now
from webapp.web.guards import member_only
from webapp.web.htmx import announce, see_other
from webapp.web.session import db

bp = Blueprint("other_sessions", __name__)


@bp.post("/other-sessions/deletion")
@member_only
def delete() -> Response:
    """Signs out everywhere but here: for a lost phone, or a browser that others use too."""
    browser_sessions.end_others(
        db(), by=login.current_member(), secret=login.current_secret(), now=now()
    )
    announce("Everywhere else you are signed out.")
    return see_other("password.edit")
