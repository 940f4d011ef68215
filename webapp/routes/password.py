"""One's own password."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.services import browser_sessions, sign_in
from webapp.web import login
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import member_only
from webapp.web.htmx import announce, page_or_partial, see_other
from webapp.web.limits import sign_in_attempts
from webapp.web.session import db

bp = Blueprint("password", __name__)


@bp.get("/password")
@member_only
def edit() -> str:
    """The form."""
    return _form(Form())


@bp.post("/password")
@member_only
@sign_in_attempts
def update() -> tuple[str, int] | Response:
    """Changes it; every other session of this person ends."""
    form = Form(request.form)
    current, new = form.secret("current"), form.secret("new")
    if not form.errors:
        with form.accepting():
            by = login.current_member()
            member = sign_in.change_password(db(), by=by, now=now(), current=current, new=new)
            login.sign_in(member, browser_sessions.begin(db(), member=member, now=now()))
    if form.errors:
        return _form(form), 422
    announce("Your password is changed. Everywhere else you are signed out.")
    return see_other("password.edit")


def _form(form: Form) -> str:
    return page_or_partial(
        "password/edit.html",
        "password/_form.html",
        form=form,
        session_count=browser_sessions.count(db(), member=login.current_member(), now=now()),
    )
