"""Recently removed: events that Google had no more, each with the way back (U5)."""

import datetime as dt

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from webapp.db.queries.removals import recent_removals
from webapp.domain.errors import NotFound
from webapp.services import removed_events
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, see_other
from webapp.web.login import current_member
from webapp.web.session import db

bp = Blueprint("removed_events", __name__)


@bp.get("/removed-events")
@practitioner_only
def index() -> str:
    """One part for each removal, the newest first."""
    removals = recent_removals(db(), member=current_member(), now=now())
    return render_template("removed_events/index.html", removals=removals)


@bp.post("/removed-events/restoration")
@practitioner_only
def update() -> Response:
    """Brings one event of a removal back, or all of them."""
    form = Form(request.form)
    restored = removed_events.restore(
        db(),
        by=current_member(),
        calendar_id=form.value("calendar_id"),
        removed_at=_moment(form.value("removed_at")),
        google_id=form.value("google_id"),
        now=now(),
    )
    announce(f"{restored} event{'' if restored == 1 else 's'} restored.")
    return see_other("removed_events.index")


def _moment(text: str) -> dt.datetime:
    """Which removal. Raises `NotFound` for what is no aware time."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as unreadable:
        raise NotFound from unreadable
    if moment.tzinfo is None:
        raise NotFound
    return moment
