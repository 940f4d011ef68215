"""Much is gone in Google: the list of it, and the three answers (R125, U5)."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from webapp.db.queries.removals import held_events
from webapp.domain.errors import NotFound
from webapp.services import removal_answers, synced_calendars
from webapp.web.clock import now
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, see_other
from webapp.web.login import current_member
from webapp.web.session import db
from webapp.web.zones import display_zone

bp = Blueprint("removals", __name__)


@bp.get("/removals/<calendar_id>")
@practitioner_only
def show(calendar_id: str) -> str:
    """What Google does not have any more, and what can be done about it."""
    calendar = synced_calendars.own(db(), member=current_member(), calendar_id=calendar_id)
    if not calendar.gone_count:
        raise NotFound
    listing = held_events(db(), calendar=calendar, time_zone=display_zone())
    return render_template("removals/show.html", calendar=calendar, listing=listing)


@bp.post("/removals/<calendar_id>/acceptance")
@practitioner_only
def create(calendar_id: str) -> Response:
    """They go here too."""
    removal_answers.remove(db(), by=current_member(), calendar_id=calendar_id, now=now())
    announce("Removed here. You can restore them for 30 days.")
    return see_other("removed_events.index")


@bp.post("/removals/<calendar_id>/refusal")
@practitioner_only
def delete(calendar_id: str) -> Response:
    """They stay here."""
    removal_answers.keep(db(), by=current_member(), calendar_id=calendar_id, now=now())
    announce("Kept here. Nothing was removed.")
    return see_other("sync_settings.show")


@bp.post("/removals/<calendar_id>/check")
@practitioner_only
def update(calendar_id: str) -> Response:
    """Google is asked again."""
    removal_answers.ask_again(db(), by=current_member(), calendar_id=calendar_id, now=now())
    announce("We are asking Google again.")
    return see_other("sync_settings.show")
