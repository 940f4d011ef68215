"""Start Sync and Sync, their progress, and ending them. The poll costs two queries at most."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.db.queries import tiles
from webapp.db.queries.tiles import Tile
from webapp.domain.errors import NotFound
from webapp.domain.run_progress import quarter
from webapp.routes import sync_settings
from webapp.services import sync_runs
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_background, is_htmx, render_partial, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db, read_on

bp = Blueprint("sync_runs", __name__)
bp.add_app_template_global(quarter)


@bp.post("/sync-runs")
@practitioner_only
def create() -> tuple[str, int] | str | Response:
    """Starts the default calendar's sync (`calendar` is the choice) or a tile's (`calendar_id`)."""
    if "calendar_id" in request.form:
        return _start(request.form["calendar_id"])
    form = Form(request.form)
    with form.accepting():
        sync_runs.start_default(db(), by=current_member(), choice=form.text("calendar"), now=now())
    if form.errors:
        read_on()
        return sync_settings.page(form), 422
    announce("Sync started. It may take a few minutes; you can leave this page.")
    return sync_settings.page(Form()) if is_htmx() else see_other("sync_settings.show")


@bp.get("/sync-runs/<run_id>")
@practitioner_only
def show(run_id: str) -> tuple[str, int] | str:
    """The tile of a run: what a live tile asks for. `said` is the last quarter said aloud."""
    tile = tiles.tile_of_run(db(), member_id=current_member().id, run_id=run_id)
    if tile is None:
        return _gone()
    said = request.args.get("said", 0, type=int)
    _say_progress(tile, said)
    if not tile.is_live:
        trigger("tiles-changed")
        trigger("calendar-changed")
    return render_partial("synced_calendars/_tile.html", tile=tile, is_focused=False)


@bp.delete("/sync-runs/<run_id>")
@bp.post("/sync-runs/<run_id>/cancellation")
@practitioner_only
def delete(run_id: str) -> str | Response:
    """Ends a live run; what was brought over stays (R73)."""
    sync_runs.cancel(db(), by=current_member(), run_id=run_id, now=now())
    announce("Sync cancelled")
    return sync_settings.page(Form()) if is_htmx() else see_other("sync_settings.show")


def _start(calendar_id: str) -> str | Response:
    form = Form(request.form)
    blocks = form.flag("blocks_booking") if "blocks_booking" in form.given else None
    run = sync_runs.start(
        db(), by=current_member(), calendar_id=calendar_id, now=now(), blocks_booking=blocks
    )
    tile = tiles.tile_of_run(db(), member_id=current_member().id, run_id=run.id)
    if tile is None:
        raise NotFound
    announce((ASKED if tile.calendar.is_missing else STARTED).format(name=tile.calendar.name))
    if not is_htmx():
        return see_other("sync_settings.show")
    return render_partial("synced_calendars/_tile.html", tile=tile, is_focused=True)


def _gone() -> tuple[str, int]:
    """A poll whose run has ended in another tab reloads its group; anybody else learns nothing."""
    if not is_background():
        raise NotFound
    trigger("tiles-changed")
    return "", 204


def _say_progress(tile: Tile, said: int) -> None:
    """Aloud at each quarter and at the end, not at each number (WCAG 4.1.3)."""
    name = tile.calendar.name
    if not tile.is_live:
        announce(OUTCOMES.get(tile.state.value, "{name}: sync has ended").format(name=name))
    elif tile.run is not None and (reached := quarter(tile.run.done, tile.run.total)) > said:
        announce(f"{name}: {reached} percent synced")


STARTED = "Sync of {name} started"
ASKED = "Asking Google about {name}"
OUTCOMES = {
    "synced": "{name} is synced",
    "synced_with_notes": "{name} is synced; some events could not be brought over",
    "failed": "{name} could not be synced",
    "reconnect_needed": "Google stopped our access; {name} is not up to date",
    "missing": "{name} is gone from Google. Nothing was removed here",
}
