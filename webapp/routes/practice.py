"""The owner's page: the people of the practice and how their connections are doing."""

from flask import Blueprint, request

from webapp.services import practice
from webapp.services.deactivations import Effects
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import owner_only
from webapp.web.htmx import page_or_partial
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("practice", __name__)


@bp.get("/practice")
@owner_only
def show() -> str:
    """People, their roles and whether they can sign in."""
    return page(Form(), focus=request.args.get("focus", ""))


def page(form: Form, *, question: Effects | None = None, focus: str = "") -> str:
    """The whole page, or its content for htmx; `question` asks before somebody is deactivated,
    `form` holds what was refused, `focus` is the member that the person came from."""
    by = current_member()
    return page_or_partial(
        "practice/show.html",
        "practice/_practice.html",
        practice=practice.of_member(db(), by=by),
        people=practice.people(db(), by=by, now=now()),
        connections=practice.connections(db(), now=now()),
        question=question,
        form=form,
        focus=focus,
    )
