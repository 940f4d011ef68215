"""Events made in Google: to be read here and edited there (R108). Only their owner opens them."""

from flask import Blueprint

from webapp.db.queries.google_events import google_entry
from webapp.domain.calendar_entries import when_text
from webapp.domain.errors import NotFound
from webapp.services import overlaps, replacements
from webapp.web.calendar_request import asked_day
from webapp.web.guards import member_only
from webapp.web.htmx import is_htmx, page_or_partial
from webapp.web.login import current_member
from webapp.web.session import db
from webapp.web.zones import display_zone

bp = Blueprint("google_events", __name__)


@bp.get("/google-events/<event_id>")
@member_only
def show(event_id: str) -> str:
    """Its card, as it stands on the day `on`."""
    found = google_entry(
        db(),
        member=current_member(),
        event_id=event_id,
        day_zone=display_zone(),
        on=asked_day("on"),
    )
    if found is None:
        raise NotFound
    entry, event = found
    return page_or_partial(
        "google_events/show.html",
        "google_events/_card.html",
        entry=entry,
        event=event,
        when=when_text(entry, display_zone()),
        overlaps=overlaps.overlapping(
            db(),
            viewer=current_member(),
            member=current_member(),
            span=entry.span,
            except_id=event_id,
            zone=display_zone(),
        ),
        offer=replacements.offer(db(), by=current_member(), event_id=event_id),
        in_dialog=is_htmx(),
    )
