"""The owner's page: the people of the practice, and the way to the job dashboard."""

from flask import Blueprint, render_template

from webapp.services import practice
from webapp.web.guards import owner_only
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("practice", __name__)


@bp.get("/practice")
@owner_only
def show() -> str:
    """People, their roles and whether they can sign in."""
    by = current_member()
    return render_template(
        "practice/show.html",
        practice=practice.of_member(db(), by=by),
        people=practice.people(db(), by=by),
    )
