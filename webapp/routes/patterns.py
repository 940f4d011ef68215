"""For developers: every partial in every state, on one page. Absent in production.

To add a section, put a template `templates/patterns/_<noun>.html` beside the others; it sets what
the partial needs and includes it once for each state. Sections are shown in order of their names.
The shared parts come first, as 1 to 5.
"""

from types import SimpleNamespace

from flask import Blueprint, abort, current_app, render_template

from webapp.db.queries import removal_samples
from webapp.db.queries.tile_samples import tile_samples
from webapp.domain import booking_page
from webapp.domain.errors import SlotTaken, StaleEdit
from webapp.services import (
    booking_samples,
    colleague_samples,
    departure_samples,
    freshness_samples,
    google_edit_samples,
    history_samples,
    replacement_samples,
)
from webapp.web import appointment_form
from webapp.web.clock import now
from webapp.web.errors import Trouble
from webapp.web.forms import NOT_A_DATE, Form
from webapp.web.guards import public
from webapp.web.step_up import WRONG_PASSWORD

bp = Blueprint("patterns", __name__)

FOLDER = "patterns/_"


@bp.get("/patterns")
@public
def index() -> str:
    """The portfolio, while developing or testing."""
    if not (current_app.debug or current_app.testing or current_app.config.get("SHOWS_PATTERNS")):
        abort(404)
    return render_template("patterns/index.html", sections=sections(), **_states())


def sections() -> list[str]:
    """Names of the section templates."""
    names = current_app.jinja_env.list_templates()
    return sorted(name for name in names if name.startswith(FOLDER))


def _states() -> dict[str, object]:
    """What the sections need."""
    refused = Form()
    refused.errors = {"starts_on": NOT_A_DATE, "": "This session could not be saved."}
    trouble = Trouble(409, StaleEdit.heading, StaleEdit.default_sentence, StaleEdit.help_anchor)
    fresh = Form({"title": "Supervision"})
    return {
        "fresh": fresh,
        "refused": refused,
        "unconfirmed": _unconfirmed(),
        "trouble": trouble,
        "tiles": tile_samples(now()),
        "removals": _removals(),
        "edits": SimpleNamespace(
            notices=google_edit_samples.notices(now()), copies=google_edit_samples.copies()
        ),
        "departures": departure_samples.cards(now()),
        "people": colleague_samples.people(now()),
        "troubles": departure_samples.troubles(),
        "resyncs": history_samples.resyncs(now()),
        "stints": history_samples.stints(now()),
        "ages": freshness_samples.ages(now()),
        "ways": freshness_samples.ways(),
        "booking": _booking(),
    }


def _unconfirmed() -> Form:
    form = Form()
    form.errors = {"password": WRONG_PASSWORD}
    return form


def _booking() -> SimpleNamespace:
    """The public page's states, and what the practitioner hears."""
    taken = Form()
    taken.errors = {"at": SlotTaken.heading}
    return SimpleNamespace(
        visits=booking_samples.visits(now()),
        news=booking_samples.news(now()),
        words=booking_page,
        taken=taken,
    )


def _removals() -> dict[str, object]:
    """What is gone, what is new and what is taken."""
    clash = Form()
    clash.errors = {"accepted": removal_samples.CLASH}
    return {
        "tiles": removal_samples.more_tiles(now()),
        "calendar": removal_samples.asking_sample(now()),
        "listing": removal_samples.listing_sample(),
        "removed": removal_samples.removal_samples(now()),
        "clash": clash,
        "vacation": removal_samples.vacation_sample(),
        "hand_made": removal_samples.hand_made_sample(),
        "offers": replacement_samples.offers(),
        "replacing": appointment_form.replacing(
            replacement_samples.SPAN, seen="", form_key="", zone="Europe/Berlin"
        ),
    }
