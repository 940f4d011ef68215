""" "Make this a client appointment": the form for an event that was made by hand in Google (D9).

Only the practitioner whose calendar it is can open and send it; for everybody else there is no
such event.
"""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.db.columns import new_id
from webapp.db.models import Appointment
from webapp.db.queries import people
from webapp.services import replacements
from webapp.services.replacements import Offer
from webapp.web import appointment_form
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, is_htmx, page_or_partial, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db, read_on

bp = Blueprint("replacements", __name__)

REMOVED = "Booked. The event in Google is removed as soon as the appointment is there."
KEPT = "Booked. The event in Google stays."


@bp.get("/google-events/<event_id>/replacement/new")
@practitioner_only
def new(event_id: str) -> str:
    """The form with the event's times; client and service are the practitioner's to choose."""
    offer = replacements.find(db(), by=current_member(), event_id=event_id)
    zone = current_member().time_zone
    return _page(
        appointment_form.replacing(offer.span, seen=offer.seen, form_key=new_id(), zone=zone), offer
    )


@bp.post("/google-events/<event_id>/replacement")
@practitioner_only
def create(event_id: str) -> str | tuple[str, int] | Response:
    """Books; refused, the form comes back with what was typed."""
    form = Form(request.form)
    with form.accepting():
        if _booked(form, event_id) is not None:
            return _saved(form)
    read_on()
    offer = replacements.find(db(), by=current_member(), event_id=event_id)
    if offer.seen != form.value("seen"):
        appointment_form.show_times(form, offer.span, current_member().time_zone)
        form.given["seen"] = offer.seen
    return _page(form, offer), 422


def _booked(form: Form, event_id: str) -> Appointment | None:
    span = appointment_form.read_span(form, current_member().time_zone)
    details = appointment_form.read_details(form, can_see_notes=True)
    rule = appointment_form.read_rule(form, span) if span else None
    if form.errors or span is None or rule is None:
        return None
    return replacements.book(
        db(),
        by=current_member(),
        now=now(),
        event_id=event_id,
        seen=form.value("seen"),
        removes=form.flag("removes"),
        client_id=form.value("client_id"),
        span=span,
        rule=rule,
        details=details,
        form_key=form.value("form_key"),
        accepted=form.value("accepted"),
    )


def _saved(form: Form) -> str | Response:
    announce(REMOVED if form.flag("removes") else KEPT)
    trigger("calendar-changed")
    return "" if is_htmx() else see_other("calendar.index", on=form.value("starts_on"))


def _page(form: Form, offer: Offer) -> str:
    return page_or_partial(
        "replacements/new.html",
        "replacements/_new.html",
        form=form,
        offer=offer,
        zone=current_member().time_zone,
        clients=people.clients(db()),
        in_dialog=is_htmx(),
    )
