"""Online booking as the practitioner sets it up, and its address; owners see everybody's."""

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from webapp.db.models import BookingSettings
from webapp.db.queries.booking_desks import open_desks
from webapp.domain.bookable_hours import WEEKDAYS
from webapp.domain.roles import Role
from webapp.services import booking_news, booking_settings, practice
from webapp.web import booking_settings_form
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import practitioner_only
from webapp.web.htmx import announce, page_or_partial, see_other
from webapp.web.login import current_member
from webapp.web.session import db, read_on

bp = Blueprint("booking_settings", __name__)


@bp.get("/booking-settings")
@practitioner_only
def edit() -> str:
    """The form as it stands; for owners without a calendar only who can be booked."""
    member = current_member()
    if not member.has_calendar:
        return _page(None, Form())
    settings = booking_settings.for_member(db(), member=member)
    return _page(settings, booking_settings_form.values_of(settings))


@bp.post("/booking-settings")
@practitioner_only
def update() -> Response | tuple[str, int]:
    """Saves all of it; refused, the form comes back as it was typed."""
    form, member = Form(request.form), current_member()
    choice = booking_settings_form.choice(form)
    can_mail = bool(current_app.extensions["settings"].mail_server)
    if choice is not None:
        with form.accepting():
            booking_settings.save(db(), by=member, now=now(), choice=choice, can_mail=can_mail)
    if not form.errors:
        announce("Saved. Clients can book." if form.flag("is_open") else "Saved.")
        return see_other("booking_settings.edit")
    read_on()
    return _page(booking_settings.for_member(db(), member=member), form), 422


def _page(settings: BookingSettings | None, form: Form) -> str:
    member = current_member()
    is_owner = member.role is Role.OWNER
    return page_or_partial(
        "booking_settings/edit.html",
        "booking_settings/_form.html",
        settings=settings,
        form=form,
        weekdays=WEEKDAYS,
        choices=booking_settings_form,
        address=_address(settings) if settings else "",
        news=booking_news.gather(db(), member=member, now=now()),
        desks=open_desks(db()) if is_owner else [],
        is_owner=is_owner,
        practice_slug=practice.of_member(db(), by=member).slug,
        zone=member.time_zone,
    )


def _address(settings: BookingSettings) -> str:
    parts = booking_settings.address_parts(db(), settings=settings)
    if parts is None:
        return ""
    path = url_for("booking.show", practice_slug=parts[0], who=parts[1])
    return f"{current_app.extensions['settings'].external_url}{path}"
