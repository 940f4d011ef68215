"""How pages are shown to one person: the zone of times, and single-letter keys (R9, R10)."""

from flask import Blueprint, request, session
from werkzeug.wrappers import Response

from webapp.web.guards import member_only
from webapp.web.htmx import announce, see_other_address
from webapp.web.return_address import safe_address
from webapp.web.zones import display_zone, show_times_in

bp = Blueprint("display", __name__)


@bp.post("/display")
@member_only
def update() -> Response:
    """Changes what was sent and goes back to where the person was."""
    if "zone" in request.form:
        show_times_in(request.form["zone"])
        announce(f"Times are now shown in {display_zone().replace('_', ' ')}.")
    if "shortcuts" in request.form:
        session["shortcuts"] = request.form["shortcuts"] == "on"
        announce(f"Single-letter shortcuts are {'on' if session['shortcuts'] else 'off'}.")
    return see_other_address(safe_address(request.form.get("next")))
