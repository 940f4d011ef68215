"""Re-sync now: starts one and follows it until it says what it repaired (R123)."""

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.services import resyncs
from webapp.services.resyncs import Resync
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, render_partial, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("resyncs", __name__)


@bp.post("/resyncs")
@practitioner_only
def create() -> tuple[str, int] | str | Response:
    """Compares every calendar of the practitioner; pressed again meanwhile, it is the same one."""
    form, started = Form(), None
    with form.accepting():
        started = resyncs.start(db(), by=current_member(), now=now())
        announce("Comparing everything with Google")
        trigger("tiles-changed")
    if form.errors:
        announce(form.error("calendar"), kind="problem")
    if not is_htmx():
        return see_other("sync_settings.show")
    return _row(started, is_focused=True), 422 if form.errors else 200


@bp.get("/resyncs/<resync_id>")
@practitioner_only
def show(resync_id: str) -> str:
    """How it goes: what the row asks while anything is still compared."""
    found = resyncs.show(db(), by=current_member(), resync_id=resync_id)
    if not found.is_live:
        announce(_outcome(found))
        trigger("tiles-changed")
        trigger("calendar-changed")
    return _row(found)


def _row(resync: Resync | None, *, is_focused: bool = False) -> str:
    return render_partial("resyncs/_resync.html", resync=resync, is_focused=is_focused)


def _outcome(resync: Resync) -> str:
    """What is said aloud at the end."""
    if resync.unfinished:
        return "Re-sync ended; not everything could be compared"
    return f"Re-sync finished. {resync.text}"
