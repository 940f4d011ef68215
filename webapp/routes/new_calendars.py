"""Calendars that turned up in Google lately and ask whether they block booking (U11)."""

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.db.queries import tiles
from webapp.services import synced_calendars
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, render_partial, see_other
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("new_calendars", __name__)


@bp.post("/new-calendars/<calendar_id>/dismissal")
@practitioner_only
def delete(calendar_id: str) -> str | Response:
    """Leaves it out; nobody is asked again, and it can be synced at any time."""
    calendar = synced_calendars.leave_out(db(), by=current_member(), calendar_id=calendar_id)
    announce(f"{calendar.name} is left out. You can sync it at any time.")
    if not is_htmx():
        return see_other("sync_settings.show")
    tile = tiles.one_tile(db(), calendar=calendar)
    return render_partial("synced_calendars/_tile.html", tile=tile, is_focused=True)
