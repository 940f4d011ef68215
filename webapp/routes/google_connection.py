"""Out to Google's consent page, back from it, and the end of the connection (R48 to R50, R128)."""

from flask import Blueprint, current_app, render_template, request, session
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.domain.errors import NotConnected
from webapp.routes import sync_settings
from webapp.services import departures, google_connection, google_consent
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, see_other, see_other_address, trigger
from webapp.web.login import current_member, current_scope
from webapp.web.session import database, db
from webapp.web.step_up import recently_confirmed

bp = Blueprint("google_connection", __name__)

ASKED = "google_question"
DENIED = "access_denied"
PANEL = "two-way-heading"
"""Where the person goes on after Google's page; the browser gives it the focus (6.7)."""


@bp.post("/google-connection")
@practitioner_only
@recently_confirmed
def create() -> Response:
    """Sends the browser to Google; `account` says which one to accept after a warning (R55)."""
    address, session[ASKED] = google_consent.begin(
        db(),
        by=current_member(),
        settings=_settings(),
        accepted_account=Form(request.form).value("account"),
        now=now(),
    )
    return see_other_address(address)


@bp.get("/google-connection/callback")
@practitioner_only
def show() -> Response:
    """Where Google sends the browser back to. The only GET that writes: Google cannot post."""
    kept, state = session.pop(ASKED, None), request.args.get("state", "")
    question = google_consent.recognise(kept, by=current_member(), state=state, now=now())
    if request.args.get("error") == DENIED:
        announce("No problem, nothing was connected.")
    else:
        announce(f"Connected with Google as {_connect(question)}.")
    return see_other("sync_settings.show", _anchor=PANEL)


@bp.delete("/google-connection")
@bp.post("/google-connection/deletion")
@practitioner_only
@recently_confirmed
def delete() -> str | Response:
    """Ends the connection; the choices are what stays here and what stays in Google (U13)."""
    form = Form(request.form)
    departures.disconnect(
        db(),
        by=current_member(),
        settings=_settings(),
        keeps_events=form.value("here") == "keep",
        removes_calendar=form.value("there") == "remove",
        now=now(),
    )
    announce("Google is disconnected here. We are telling Google.")
    trigger("calendar-changed")
    if not is_htmx():
        return see_other("sync_settings.show")
    return sync_settings.page(Form(), focus="departure")


@bp.errorhandler(NotConnected)
def explain(problem: NotConnected) -> tuple[str, int]:
    """Why nothing was connected, with the one button that goes on from there."""
    page = render_template("google_connection/show.html", problem=problem)
    return page, problem.status_hint


def _connect(question: google_consent.Question) -> str:
    """Keeps what was granted; the connected address. The request itself may only read."""
    grant = google_consent.exchange(
        _settings(), question=question, code=request.args.get("code", ""), now=now()
    )
    with database().writing(current_scope()) as rows:
        connection = google_connection.finish(
            rows,
            by=current_member(),
            grant=grant,
            settings=_settings(),
            accepted_account=question.accepted_account,
            now=now(),
        )
    return connection.email


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
