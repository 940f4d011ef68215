"""Client records: the list, one record, new ones and changes. The internal ID is on all of them."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from webapp.db.queries import people
from webapp.db.queries.people import ListedClient
from webapp.domain.errors import NotFound
from webapp.domain.naming import PersonName
from webapp.services import clients
from webapp.services.clients import Record
from webapp.web.clock import now
from webapp.web.forms import Form
from webapp.web.guards import member_only
from webapp.web.htmx import announce, see_other
from webapp.web.login import current_member
from webapp.web.session import db, read_on

bp = Blueprint("clients", __name__)

PEOPLE = ("", "_2")
"""Endings of the name fields: the form holds one person or two."""


@bp.get("/clients")
@member_only
def index() -> str:
    """Everybody, by name, with the internal ID beside (R22)."""
    return render_template("clients/index.html", clients=people.clients(db()))


@bp.get("/clients/new")
@member_only
def new() -> str:
    """The form; the next internal ID is shown and may be replaced."""
    return _form_page(Form(request.args))


@bp.post("/clients")
@member_only
def create() -> Response | tuple[str, int]:
    """Adds the record and opens it; refused, the form comes back with what was typed."""
    form = Form(request.form)
    with form.accepting():
        created = clients.create(db(), by=current_member(), now=now(), record=_record(form))
    if form.errors:
        read_on()
        return _form_page(form), 422
    announce(f"Added as {created.internal_id}.")
    return see_other("clients.show", client_id=created.id)


@bp.get("/clients/<client_id>")
@member_only
def show(client_id: str) -> str:
    """One record."""
    return render_template("clients/show.html", client=_found(client_id))


@bp.get("/clients/<client_id>/edit")
@member_only
def edit(client_id: str) -> str:
    """The form with the record in it."""
    client = _found(client_id)
    return _form_page(Form(_values(client)), client)


@bp.post("/clients/<client_id>")
@member_only
def update(client_id: str) -> Response | tuple[str, int]:
    """Changes the record; titles in Google and in feeds follow."""
    form = Form(request.form)
    client = _found(client_id)
    with form.accepting():
        clients.change(
            db(), by=current_member(), now=now(), client_id=client_id, record=_record(form)
        )
    if form.errors:
        read_on()
        return _form_page(form, client), 422
    announce("Saved.")
    return see_other("clients.show", client_id=client_id)


def _found(client_id: str) -> ListedClient:
    found = people.client(db(), client_id=client_id)
    if found is None:
        raise NotFound
    return found


def _record(form: Form) -> Record:
    named = [_person(form, ending) for ending in PEOPLE]
    return Record(
        people=[each for each in named if each != PersonName("")],
        internal_id=form.text("internal_id", is_required=False),
        phone=form.text("phone", is_required=False),
        email=form.text("email", is_required=False),
    )


def _person(form: Form, ending: str) -> PersonName:
    given, family, preferred = (
        form.text(f"{name}{ending}", is_required=False)
        for name in ("given_name", "family_name", "preferred_name")
    )
    return PersonName(given, family, preferred)


def _values(client: ListedClient) -> dict[str, str]:
    values = {
        "internal_id": client.record.internal_id,
        "phone": client.record.phone,
        "email": client.record.email,
    }
    for ending, person in zip(PEOPLE, client.name.people, strict=False):
        values[f"given_name{ending}"] = person.given_name
        values[f"family_name{ending}"] = person.family_name
        values[f"preferred_name{ending}"] = person.preferred_name
    return values


def _form_page(form: Form, client: ListedClient | None = None) -> str:
    return render_template(
        "clients/edit.html" if client else "clients/new.html",
        form=form,
        client=client,
        next_internal_id=clients.next_internal_id(db()),
    )
