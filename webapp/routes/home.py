"""The bare address: on to the calendar."""

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.web.guards import member_only
from webapp.web.htmx import see_other

bp = Blueprint("home", __name__)


@bp.get("/")
@member_only
def index() -> Response:
    """The calendar is where work begins."""
    return see_other("calendar.index")
