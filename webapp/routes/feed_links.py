"""A new calendar address, for when somebody else has the old one. The page is the sync page."""

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from webapp.services import feed_links
from webapp.web.clock import now
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, render_partial, see_other
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("feed_links", __name__)


@bp.post("/feed-links")
@practitioner_only
def create() -> str | Response:
    """Makes a new address; the old one stops at once (R43)."""
    link = feed_links.reset(db(), by=current_member(), now=now())
    announce("You have a new address. The old one no longer works.")
    if not is_htmx():
        return see_other("sync_settings.show")
    settings = current_app.extensions["settings"]
    return render_partial(
        "feed_links/_address.html",
        link=link,
        address=feed_links.address(settings, link),
        webcal=feed_links.webcal(settings, link),
    )
