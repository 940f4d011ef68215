"""The help page: one page of short answers, with an anchor for every error (R132 to R135)."""

from flask import Blueprint, current_app, render_template

from webapp.domain.product import FEED_AHEAD_DAYS, SYNCED_PAST_DAYS
from webapp.web.guards import public

bp = Blueprint("help", __name__)


@bp.get("/help")
@public
def index() -> str:
    """All answers, for people who are not signed in too."""
    settings = current_app.extensions["settings"]
    return render_template(
        "help/index.html",
        support_email=settings.support_email,
        has_google=settings.has_google,
        past_days=SYNCED_PAST_DAYS,
        ahead_days=FEED_AHEAD_DAYS,
    )
