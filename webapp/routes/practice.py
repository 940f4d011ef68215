"""The owner's page: the people of the practice and how their connections are doing."""

from flask import Blueprint, render_template

from webapp.services import practice
from webapp.web.clock import now
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
        connections=practice.connections(db(), now=now()),
    )
