"""Copies of our own events in Google: "Remove the copy in Google" (R98)."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from webapp.services import copies
from webapp.web.clock import now
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, see_other
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("google_copies", __name__)


@bp.delete("/google-copies/<copy_id>")
@bp.post("/google-copies/<copy_id>/removal")
@practitioner_only
def delete(copy_id: str) -> str | Response:
    """Wishes one copy gone from Google; a worker carries it out."""
    copy = copies.ask_for_removal(db(), by=current_member(), copy_id=copy_id, now=now())
    announce("Being removed from Google.")
    if not is_htmx():
        return see_other("sync_settings.show")
    return render_template("google_edits/_copy.html", copy=copy)
