"""A Google calendar that rests until its practitioner resumes; resuming is a sync run."""

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.db.queries import tiles
from webapp.services import pauses
from webapp.web.clock import now
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, render_partial, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("pauses", __name__)


@bp.post("/pauses/<calendar_id>")
@practitioner_only
def create(calendar_id: str) -> str | Response:
    """Nobody looks at this calendar until it is resumed."""
    calendar = pauses.pause(db(), by=current_member(), calendar_id=calendar_id, now=now())
    announce(f"{calendar.name} is paused. Its events stay as they are.")
    trigger("calendar-changed")
    if not is_htmx():
        return see_other("sync_settings.show")
    tile = tiles.one_tile(db(), calendar=calendar)
    return render_partial("synced_calendars/_tile.html", tile=tile, is_focused=True)
