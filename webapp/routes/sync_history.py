"""What each sync did, entry by entry, for the practitioner whose calendars they are (U6)."""

from flask import Blueprint, render_template, request

from webapp.db.queries import history
from webapp.domain.history import KEPT_DAYS
from webapp.web.guards import practitioner_only
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("sync_history", __name__)


@bp.get("/sync-history")
@practitioner_only
def index() -> str:
    """A page of it, newest first; `calendar` narrows it, `before` is the entry to go on from."""
    chosen, before = request.args.get("calendar", ""), request.args.get("before", "")
    member = current_member()
    return render_template(
        "sync_history/index.html",
        page=history.history_page(db(), member=member, calendar_id=chosen, before=before),
        calendars=history.calendars_with_history(db(), member=member),
        chosen=chosen,
        is_newest=not before,
        kept_days=KEPT_DAYS,
    )
