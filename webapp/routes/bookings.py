"""The link in the mail: it shows a booking, confirms it, and then gives it as a calendar file.

Whoever has the link is the client. It changes nothing by being opened, because mail programs open
links by themselves; its button does.
"""

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.domain import booking_page
from webapp.domain.booking_page import instant_of
from webapp.domain.errors import NotFound
from webapp.feeds.invitation import calendar_file
from webapp.services import booking_confirmations, booking_mails, booking_visits
from webapp.web.booking_form import refusals
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import public
from webapp.web.htmx import see_other
from webapp.web.session import db, read_on

bp = Blueprint("bookings", __name__)
files = Blueprint("booking_files", __name__)


@bp.get("/bookings/<token>")
@public
def show(token: str) -> str:
    """To be confirmed, booked, or over."""
    return _page(token, Form())


@bp.post("/bookings/<token>")
@public
def update(token: str) -> Response | tuple[str, int]:
    """Makes the appointment; when the time is gone, another one can be chosen at once."""
    form = Form(request.form)
    with refusals(form):
        _confirm(token, form)
    if not form.errors:
        return see_other("bookings.show", token=token)
    read_on()
    return _page(token, form), 409 if form.error("at") else 422


@files.get("/bookings/<token>/appointment.ics", endpoint="show")
@public
def show_file(token: str) -> Response:
    """For the client's own calendar, in the practice's neutral words."""
    claim = booking_confirmations.find(db(), token=token, now=now())
    if not claim.is_confirmed or claim.is_cancelled:
        raise NotFound
    body = calendar_file(
        uid=f"booking-{claim.row.id}",
        words=claim.desk.settings.calendar_words,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        stamp=claim.row.confirmed_at or claim.row.created_at,
    )
    answer = current_app.response_class(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _page(token: str, form: Form) -> str:
    claim = booking_confirmations.find(db(), token=token, now=now())
    visit = booking_visits.of_desk(
        db(),
        practice=claim.practice,
        desk=claim.desk,
        time_zone=claim.row.time_zone,
        now=now(),
    )
    nearest = visit.nearest(claim.row.starts_at) if form.error("at") else []
    return render_template(
        "bookings/show.html",
        practice=claim.practice,
        claim=claim,
        token=token,
        form=form,
        nearest=nearest,
        words=booking_page,
    )


def _confirm(token: str, form: Form) -> None:
    claim = booking_confirmations.find(db(), token=token, now=now())
    wished = instant_of(form.value("at"))
    if booking_confirmations.confirm(db(), claim=claim, now=now(), starts_at=wished):
        settings = current_app.extensions["settings"]
        path = url_for("bookings.show", token=token)
        booking_mails.tell_of_appointment(settings, claim=claim, path=path)
