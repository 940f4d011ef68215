"""Ending a colleague's access to this practice, and giving it back: the owner's click (R131)."""

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from webapp.routes import practice
from webapp.services import deactivations
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import owner_only
from webapp.web.htmx import announce, is_htmx, see_other
from webapp.web.login import current_member
from webapp.web.session import db, read_on
from webapp.web.step_up import recently_confirmed

bp = Blueprint("deactivations", __name__)

REMOVE = "remove"
"""What the dialog says of our calendar in Google; everything else keeps it."""


@bp.get("/deactivations/new")
@owner_only
def new() -> str:
    """The practice page with what would happen to `member`, to be confirmed."""
    found = deactivations.effects(
        db(), by=current_member(), member_id=request.args.get("member", "")
    )
    return practice.page(Form(), question=found)


@bp.post("/deactivations")
@owner_only
@recently_confirmed
def create() -> tuple[str, int] | str | Response:
    """Ends sign-in, sync and addresses of `member` at once."""
    form = Form(request.form)
    with form.accepting():
        _create(form)
    if form.errors:
        read_on()
        return practice.page(form), 422
    announce("They are signed out, and nothing of theirs is synced any more.")
    return _shown(form.value("member"))


@bp.delete("/deactivations/<member_id>")
@bp.post("/deactivations/<member_id>/deletion")
@owner_only
def delete(member_id: str) -> str | Response:
    """Lets them sign in again."""
    member = deactivations.delete(db(), by=current_member(), member_id=member_id, now=now())
    announce(f"{member.name} can sign in again.")
    return _shown(member.id)


def _create(form: Form) -> None:
    deactivations.create(
        db(),
        by=current_member(),
        member_id=form.value("member"),
        settings=current_app.extensions["settings"],
        removes_calendar=form.value("there") == REMOVE,
        now=now(),
    )


def _shown(member_id: str) -> str | Response:
    return practice.page(Form(), focus=member_id) if is_htmx() else see_other("practice.show")
