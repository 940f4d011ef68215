"""The page after asking for a time: look into your mail. It knows nothing but its own address."""

from flask import Blueprint, render_template, request, session

from webapp.domain import booking_page
from webapp.domain.booking_page import instant_of
from webapp.domain.booking_rules import HELD_FOR
from webapp.domain.errors import NotFound
from webapp.domain.timespan import is_known_zone
from webapp.services import booking
from webapp.web.guards import public
from webapp.web.session import db

bp = Blueprint("booking_requests", __name__)


@bp.get("/book/<practice_slug>/<who>/requested")
@public
def show(practice_slug: str, who: str) -> str:
    """The same for everybody, whether anything was stored or not (S44)."""
    front = booking.front_desk(db(), practice_slug=practice_slug)
    front.chosen(who)
    at, zone = instant_of(request.args.get("at", "")), request.args.get("zone", "")
    if at is None:
        raise NotFound
    return render_template(
        "booking_requests/show.html",
        practice=front.practice,
        who=who,
        when=booking_page.time_words(at, zone if is_known_zone(zone) else "UTC"),
        zone=zone,
        held_minutes=int(HELD_FOR.total_seconds() // 60),
        demo_link=session.get("booking_link", ""),
    )
