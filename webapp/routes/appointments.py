"""Own events: the form, the card, and the changes, each for one session or a part of a series.

For htmx the card and the form are what a dialog holds, and a saved form answers with nothing,
which closes it; without JavaScript both are pages, and saving leads back to the calendar.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.db.columns import new_id
from webapp.db.models import Appointment, Member
from webapp.db.queries import people
from webapp.domain.errors import NotAllowed, NotFound, StaleEdit
from webapp.domain.series_edits import SeriesPart
from webapp.domain.timespan import TimedSpan, start_of
from webapp.domain.wall_clock import wall
from webapp.services import appointment_card, appointments, overlaps
from webapp.services.appointment_card import AppointmentCard
from webapp.web import appointment_form
from webapp.web.appointment_form import Kind
from webapp.web.calendar_request import asked_start
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import member_only
from webapp.web.htmx import announce, is_htmx, page_or_partial, see_other, trigger
from webapp.web.login import current_member
from webapp.web.session import db, read_on
from webapp.web.zones import display_zone

bp = Blueprint("appointments", __name__)

Answer = str | tuple[str, int] | Response


@bp.get("/appointments/new")
@member_only
def new() -> Answer:
    """The form, begun at the slot that was clicked."""
    member = _practitioner(request.args.get("member", ""))
    form = appointment_form.first_values(
        asked_start(member.time_zone),
        member_id=member.id,
        form_key=new_id(),
        zone=member.time_zone,
    )
    form.given["client_id"] = request.args.get("client_id", "")
    return _new_page(form, member)


@bp.post("/appointments")
@member_only
def create() -> Answer:
    """Books a client or blocks time; refused, the form comes back with what was typed."""
    form = Form(request.form)
    member = _practitioner(form.value("member_id"))
    with form.accepting():
        row = _created(form, member)
        if row is not None:
            return _saved("Booked." if row.client_id else "Saved.", member, form.value("starts_on"))
    read_on()
    return _new_page(form, member), 422


@bp.get("/appointments/<appointment_id>")
@member_only
def show(appointment_id: str) -> str:
    """The card of one session: what it is, and how it stands in Google."""
    card = _card(appointment_id, request.args.get("original_start", ""))
    return page_or_partial(
        "appointments/show.html",
        "appointments/_card.html",
        card=card,
        overlaps=_overlaps(card),
        in_dialog=is_htmx(),
    )


def _overlaps(card: AppointmentCard) -> list[str]:
    """What else takes its time; what is Free takes none itself."""
    if not card.row.is_busy:
        return []
    return overlaps.overlapping(
        db(),
        viewer=current_member(),
        member=card.member,
        span=card.span,
        except_id=card.row.id,
        zone=display_zone(),
    )


@bp.get("/appointments/<appointment_id>/edit")
@member_only
def edit(appointment_id: str) -> Answer:
    """The form with everything that can be changed, and the question how far for a series."""
    card = _card(appointment_id, request.args.get("original_start", ""))
    return _edit_page(Form(appointment_form.values_of(card)), card)


@bp.post("/appointments/<appointment_id>")
@member_only
def update(appointment_id: str) -> Answer:
    """Changes details and time; 409 with the newer values when somebody was faster."""
    form = Form(request.form)
    card = _card(appointment_id, form.value("original_start"))
    with _accepting_or_newer(form, card):
        if _changed(form, card) is not None:
            return _saved("Saved.", card.member, form.value("starts_on"))
    is_stale = form.value("version") != request.form.get("version", "")
    return _edit_page(form, card), 409 if is_stale else 422


@bp.post("/appointments/<appointment_id>/cancellation")
@member_only
def delete(appointment_id: str) -> Answer:
    """Cancels one session or a part of a series."""
    form = Form(request.form)
    card = _card(appointment_id, form.value("original_start"))
    version, part = _version(form), _part(form, card)
    if version is None or part is None:
        return _edit_page(form, card), 422
    appointments.cancel(
        db(),
        by=current_member(),
        now=now(),
        appointment_id=card.row.id,
        version=version,
        part=part,
        original_start=appointment_card.start_from(card.original_start),
    )
    return _saved("Cancelled.", card.member, _day_of(card))


def _practitioner(member_id: str) -> Member:
    """Whose calendar the form is about. Raises `NotFound` or `NotAllowed`."""
    by = current_member()
    kept = [each for each in people.practitioners(db()) if each.id == (member_id or by.id)]
    found = kept or (people.practitioners(db()) if not member_id else [])
    if not found:
        raise NotFound
    if not appointments.can_change(by, member_id=found[0].id):
        raise NotAllowed
    return found[0]


def _created(form: Form, member: Member) -> Appointment | None:
    kind, span = form.choice("kind", Kind), appointment_form.read_span(form, member.time_zone)
    details = appointment_form.read_details(form, can_see_notes=True)
    rule = appointment_form.read_rule(form, span) if span else None
    if form.errors or kind is None or span is None or rule is None:
        return None
    if kind is Kind.OWN:
        return appointments.block(
            db(),
            by=current_member(),
            now=now(),
            member_id=member.id,
            span=span,
            details=details,
            rule=rule,
            form_key=form.value("form_key"),
            accepted=form.value("accepted"),
        )
    return appointments.book(
        db(),
        by=current_member(),
        now=now(),
        member_id=member.id,
        client_id=form.value("client_id"),
        span=span,
        details=details,
        rule=rule,
        form_key=form.value("form_key"),
        accepted=form.value("accepted"),
    )


def _changed(form: Form, card: AppointmentCard) -> Appointment | None:
    span = appointment_form.read_span(form, card.member.time_zone)
    details = appointment_form.read_details(form, can_see_notes=card.can_see_notes)
    version, part = _version(form), _part(form, card)
    if form.errors or span is None or version is None or part is None:
        return None
    return appointments.edit(
        db(),
        by=current_member(),
        now=now(),
        appointment_id=card.row.id,
        version=version,
        details=details,
        to=span,
        part=part,
        accepted=form.value("accepted"),
        original_start=appointment_card.start_from(card.original_start),
    )


def _version(form: Form) -> int | None:
    return form.whole_number("version", lowest=1, highest=999_999_999)


def _part(form: Form, card: AppointmentCard) -> SeriesPart | None:
    return form.choice("part", SeriesPart) if card.is_series else SeriesPart.ALL


@contextmanager
def _accepting_or_newer(form: Form, card: AppointmentCard) -> Iterator[None]:
    """As `form.accepting`; somebody else's newer version comes back in the form (HOUSE 10b)."""
    try:
        with form.accepting():
            yield
    except StaleEdit as stale:
        read_on()
        appointment_form.show_newer(form, _card(card.row.id, card.original_start), stale.sentence)
    read_on()


def _card(appointment_id: str, original_start: str) -> AppointmentCard:
    return appointment_card.gather(
        db(), by=current_member(), appointment_id=appointment_id, original_start=original_start
    )


def _new_page(form: Form, member: Member) -> str:
    kept = [
        (each.id, each.name)
        for each in people.practitioners(db())
        if appointments.can_change(current_member(), member_id=each.id)
    ]
    return page_or_partial(
        "appointments/new.html",
        "appointments/_new.html",
        form=form,
        member=member,
        member_choices=kept,
        clients=people.clients(db()),
        in_dialog=is_htmx(),
    )


def _edit_page(form: Form, card: AppointmentCard) -> str:
    return page_or_partial(
        "appointments/edit.html",
        "appointments/_edit.html",
        form=form,
        card=card,
        in_dialog=is_htmx(),
    )


def _saved(sentence: str, member: Member, on: str) -> Response | str:
    announce(sentence)
    trigger("calendar-changed")
    member_id = None if member.id == current_member().id else member.id
    return "" if is_htmx() else see_other("calendar.index", on=on, member=member_id)


def _day_of(card: AppointmentCard) -> str:
    if isinstance(card.span, TimedSpan):
        return wall(card.span.starts_at, card.member.time_zone).date().isoformat()
    return start_of(card.span).isoformat()
