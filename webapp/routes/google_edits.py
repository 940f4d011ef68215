"""Answers to "Changed in Google: Tue 14:00 → 15:00. We kept 14:00." (R107, U4).

For htmx an answer takes the notice's place, which is to say that it goes; without JavaScript the
answer leads back to the calendar.
"""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.domain.errors import StaleEdit
from webapp.services import google_edits
from webapp.web.clock import now
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("google_edits", __name__)


@bp.post("/google-edits/<edit_id>/adoption")
@practitioner_only
def update(edit_id: str) -> str | Response:
    """Lets the appointment follow what was done in Google."""
    version = request.form.get("version", type=int)
    if version is None:
        raise StaleEdit
    row = google_edits.move_here(
        db(), by=current_member(), edit_id=edit_id, version=version, now=now()
    )
    return _answered("Cancelled here too." if row.cancelled_at else "Changed here too.")


@bp.delete("/google-edits/<edit_id>")
@bp.post("/google-edits/<edit_id>/dismissal")
@practitioner_only
def delete(edit_id: str) -> str | Response:
    """Keeps ours and closes the notice."""
    google_edits.keep_ours(db(), by=current_member(), edit_id=edit_id, now=now())
    return _answered("Kept as it was.")


def _answered(said: str) -> str | Response:
    announce(said)
    trigger("calendar-changed")
    return "" if is_htmx() else see_other("calendar.index")
