"""Asking for the password again, before something that a passer-by at an open screen must not get.

    @bp.post("/feed-links/<link_id>/address")
    @practitioner_only
    @recently_confirmed
    def show(...): ...

Who signed in, or answered, less than 15 minutes ago goes straight through. Everybody else is asked
first, in the place of the form that they sent (it needs an `id`), or on a page of its own without
scripts. Their answer comes back to the same address with what the form held, so the view runs then.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, request

from webapp.services import sign_in
from webapp.web import login
from webapp.web.forms import Form
from webapp.web.htmx import asking_form, in_its_place, is_htmx, render_partial
from webapp.web.limits import sign_in_attempts

WRONG_PASSWORD = "This is not your password."  # noqa: S105 - a sentence.
NOT_REPEATED = {"password", "csrf_token"}


def recently_confirmed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Runs `view` for somebody who has lately shown who they are. Throttled as sign-in is (S3)."""

    @sign_in_attempts
    @wraps(view)
    def asked_first(**arguments: Any) -> Any:
        if not login.is_recently_confirmed():
            form = Form(request.form)
            if "password" not in form.given:
                return _question(form), 200
            if not _is_answered(form):
                return _question(form), 422
            login.confirm()
        return view(**arguments)

    return asked_first


def _is_answered(form: Form) -> bool:
    password = form.secret("password")
    if form.errors:
        return False
    is_right = sign_in.confirms(login.current_member(), password=password)
    if not is_right:
        form.errors["password"] = WRONG_PASSWORD
    return is_right


def _question(form: Form) -> Any:
    repeated = {name: text for name, text in form.given.items() if name not in NOT_REPEATED}
    page = "confirmations/_form.html" if is_htmx() else "confirmations/new.html"
    question = render_partial(page, form=form, repeated=repeated, place=asking_form())
    return in_its_place(current_app.make_response(question))
