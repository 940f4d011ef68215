"""The Google calendars of a connected account, as tiles: looking, choosing, switching off."""

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from webapp.config import GOOGLE_API_ROOT
from webapp.db.queries import tiles
from webapp.domain.busy import RULES, Rule
from webapp.domain.errors import NotFound
from webapp.domain.palette import NAMES
from webapp.routes import sync_settings
from webapp.services import calendar_choices, synced_calendars
from webapp.services.calendar_choices import CalendarChoices
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, render_partial, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("synced_calendars", __name__)

GOOGLE_CALENDAR_URL = "https://calendar.google.com/"


@bp.get("/synced-calendars")
@practitioner_only
def index() -> str:
    """The group of tiles; asked for again when a run has ended."""
    member = current_member()
    connection = tiles.connection_of(db(), member_id=member.id)
    if connection is None:
        raise NotFound
    return render_partial(
        "synced_calendars/_tiles.html",
        tiles=tiles.member_tiles(db(), member_id=member.id),
        connection=connection,
        form=Form(),
        focus="",
    )


@bp.route("/synced-calendars/<calendar_id>", methods=["POST", "PATCH"])
@practitioner_only
def update(calendar_id: str) -> str | Response:
    """Saves what the calendar means here: what blocks, what is shown, its colour (R84)."""
    calendar = calendar_choices.choose(
        db(), by=current_member(), calendar_id=calendar_id, choices=_choices(), now=now()
    )
    announce("Saved")
    trigger("calendar-changed")
    if not is_htmx():
        return see_other("sync_settings.show")
    tile = tiles.one_tile(db(), calendar=calendar, is_open=True)
    return render_partial("synced_calendars/_tile.html", tile=tile, is_focused=tile.is_live)


def _choices() -> CalendarChoices:
    form = Form(request.form)
    flags = {name: form.flag(name) for name in CalendarChoices.FLAGS}
    return CalendarChoices(**flags, chosen_hue=form.value("chosen_hue"))


@bp.delete("/synced-calendars/<calendar_id>")
@bp.post("/synced-calendars/<calendar_id>/deletion")
@practitioner_only
def delete(calendar_id: str) -> str | Response:
    """Switches one calendar off: its events leave the app, Google is not touched (R81)."""
    calendar = synced_calendars.switch_off(
        db(), by=current_member(), calendar_id=calendar_id, now=now()
    )
    announce(f"{calendar.name} is no longer synced. Nothing was changed in Google.")
    trigger("calendar-changed")
    if not is_htmx():
        return see_other("sync_settings.show")
    return sync_settings.page(Form(), focus="other-calendars")


@bp.app_template_global()
def what_blocks() -> tuple[Rule, ...]:
    """The table of what blocks, for the pages that tell it."""
    return RULES


@bp.app_template_global()
def hues() -> tuple[str, ...]:
    """The colours that a calendar can have here."""
    return NAMES


@bp.app_template_global()
def google_calendar_url() -> str:
    """Where a person sees their calendars at Google, or at what stands in for it."""
    root: str = current_app.extensions["settings"].google_api_root
    return GOOGLE_CALENDAR_URL if root == GOOGLE_API_ROOT else root
