"""How far leaving Google has come: what the card on the sync page asks while it is not over."""

from flask import Blueprint

from webapp.services import departure_card
from webapp.web.clock import now
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, render_partial
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("departures", __name__)

GOOGLE_ACCOUNT_URL = "https://myaccount.google.com/connections"


@bp.get("/departures/<departure_id>")
@practitioner_only
def show(departure_id: str) -> str:
    """The card of the member's newest departure."""
    card = departure_card.find(db(), member=current_member(), departure_id=departure_id, now=now())
    if card.is_over:
        announce("Everything is done." if not card.has_handwork else "One step is left to you.")
    return render_partial("google_connection/_departure.html", card=card, focus="")


@bp.app_template_global()
def google_account_url() -> str:
    """Google's list of the apps that a person has connected."""
    return GOOGLE_ACCOUNT_URL
