"""Asking for the password again, before something that a passer-by at an open screen must not get.

    @bp.post("/feed-links/<link_id>/address")
    @practitioner_only
    @recently_confirmed
    def show(...): ...

Who signed in, or answered, less than 15 minutes ago goes straight through. Everybody else is asked
first, in the place of the form that they sent (it needs an `id`), or on a page of its own without
scripts. Their answer is posted to the same address with what the form held, so the view runs then.
So it is asked before a calendar address is shown, Google is connected or disconnected, full names
go out, and a colleague is deactivated (RELIABILITY.md S8).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, request, url_for

from webapp.services import sign_in
from webapp.web import login
from webapp.web.forms import Form
from webapp.web.htmx import asking_form, asking_page, in_its_place, is_htmx, render_partial
from webapp.web.limits import sign_in_attempts

WRONG_PASSWORD = "This is not your password."  # noqa: S105 - a sentence.
NOT_REPEATED = {"password", "csrf_token"}

View = Callable[..., Any]


def recently_confirmed(view: View) -> View:
    """Runs `view` for somebody who has lately shown who they are. Throttled as sign-in is (S3)."""
    return confirmed_where(lambda _: True)(view)


def confirmed_where(is_sensitive: Callable[[Form], bool]) -> Callable[[View], View]:
    """The same for a view that takes many forms, of which only some are sensitive."""

    def guarded(view: View) -> View:
        @sign_in_attempts
        @wraps(view)
        def asked_first(**arguments: Any) -> Any:
            return _asked(Form(request.form), is_sensitive) or view(**arguments)

        return asked_first

    return guarded


def _asked(form: Form, is_sensitive: Callable[[Form], bool]) -> Any:
    """The question with its status; None when there is none any more."""
    if login.is_recently_confirmed() or not is_sensitive(form):
        return None
    if "password" not in form.given:
        return _question(form), 200
    if not _is_answered(form):
        return _question(form), 422
    login.confirm()
    return None


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
    question = render_partial(
        page,
        form=form,
        repeated=repeated,
        address=url_for(request.endpoint or "", _method="POST", **request.view_args or {}),
        place=asking_form(),
        back=asking_page(),
    )
    return in_its_place(current_app.make_response(question))
