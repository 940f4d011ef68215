"""Sign in and out."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.db.scope import Scope
from webapp.services import browser_sessions, sign_in
from webapp.web import login
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import public
from webapp.web.htmx import announce, page_or_partial, see_other_address
from webapp.web.limits import sign_in_attempts
from webapp.web.return_address import safe_address
from webapp.web.session import database, installation_db

bp = Blueprint("sessions", __name__)


@bp.get("/sign-in")
@public
def new() -> str | Response:
    """The form; people who are signed in already go on to where they wanted to be."""
    if login.is_signed_in():
        return see_other_address(safe_address(request.args.get("next")))
    return _form(Form(request.args))


@bp.post("/sign-in")
@public
@sign_in_attempts
def create() -> tuple[str, int] | Response:
    """Begins a session, or shows the form again with one sentence for every kind of refusal; 503
    when very many want to."""
    form = Form(request.form)
    email, password = form.text("email"), form.secret("password")
    if form.errors:
        return _form(form), 422
    if refused := _refused(form, email, password):
        return _form(form), refused
    return see_other_address(safe_address(form.value("next")))


@bp.post("/sign-out")
@public
def delete() -> Response:
    """Ends the session, copies of its cookie included; harmless when there is none."""
    if secret := login.sign_out():
        with installation_db() as rows:
            browser_sessions.end(rows, secret=secret)
    announce("You are signed out.")
    answer = see_other_address("/sign-in")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _refused(form: Form, email: str, password: str) -> int:
    """Begins the session, or says in the form why not: the status of that, else 0."""
    is_somebody = False
    with form.accepting():
        is_somebody = _enter(email, password)
    if form.errors:
        return 503
    if not is_somebody:
        form.errors[""] = sign_in.REFUSAL
    return 0 if is_somebody else 401


def _enter(email: str, password: str) -> bool:
    """Begins the session of whoever this is; whether it is anybody."""
    with database().reading(Scope.installation()) as rows:
        member = sign_in.member_for(rows, email=email, password=password)
    if member is None:
        return False
    with installation_db() as rows:
        sign_in.renew_hash(rows, member=member, password=password)
        login.sign_in(member, browser_sessions.begin(rows, member=member, now=now()))
    return True


def _form(form: Form) -> str:
    return page_or_partial("sessions/new.html", "sessions/_form.html", form=form)
