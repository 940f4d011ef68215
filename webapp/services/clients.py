"""Client records: a new one with the next internal ID, and changes that Google has to follow.

An internal ID is what other calendars may show (R19), so it is unique in the practice and is never
made from a name. Reading lists and records is in `db/queries/clients.py`.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from webapp.db.models import (
    Appointment,
    Client,
    ClientKind,
    ClientPerson,
    Member,
    Practice,
)
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.naming import PersonName
from webapp.queue import Bell, ring
from webapp.services import audit, outbox

FIRST_NUMBER = 1001
ASSIGNED = re.compile(r"C-(\d{1,9})", re.ASCII)
LONGEST_TEXT = 200
LONGEST_ID = 32


@dataclass(frozen=True, slots=True)
class Record:
    """What a form says about a client. An empty `internal_id` asks for the next one."""

    people: Sequence[PersonName]
    internal_id: str = ""
    phone: str = ""
    email: str = ""


def create(session: Session, *, by: Member, now: dt.datetime, record: Record) -> Client:
    """Adds a client: one person is an individual, two are a couple, more are a group.

    Raises `Invalid` for a missing name or an internal ID that is taken. Commits.
    """
    client = add(session, by=by, now=now, record=record)
    session.commit()
    return client


def add(session: Session, *, by: Member, now: dt.datetime, record: Record) -> Client:
    """As `create`, within the caller's transaction."""
    _lock_practice(session, by=by)
    _check(session, record, own_id=None)
    client = Client(
        practice_id=by.practice_id,
        internal_id=record.internal_id or next_internal_id(session),
        kind=_kind(record),
        phone=record.phone,
        email=record.email,
        created_at=now,
    )
    session.add(client)
    _write_people(session, client, record)
    audit.record(session, by=by, action="client.created", now=now, subject=client.id)
    return client


def with_email(session: Session, *, email: str) -> Client | None:
    """The one client with this address; None when there is none, or more than one."""
    found = session.exec(
        select(Client)
        .where(func.lower(Client.email) == email.casefold(), col(Client.archived_at).is_(None))
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def change(
    session: Session, *, by: Member, now: dt.datetime, client_id: str, record: Record
) -> Client:
    """Changes a record; every appointment of the client is wished right in Google (F65)."""
    _lock_practice(session, by=by)
    client = session.exec(select(Client).where(Client.id == client_id)).first()
    if client is None:
        raise NotFound
    _check(session, record, own_id=client.id)
    client.internal_id = record.internal_id or client.internal_id
    client.kind = _kind(record)
    client.phone, client.email = record.phone, record.email
    for person in session.exec(select(ClientPerson).where(ClientPerson.client_id == client.id)):
        session.delete(person)
    session.flush()
    _write_people(session, client, record)
    audit.record(session, by=by, action="client.changed", now=now, subject=client.id)
    calendars = _wish_appointments(session, client, now=now)
    session.commit()
    for calendar_id in sorted(calendars):
        ring(Bell.SYNC, calendar_id)
    return client


def next_internal_id(session: Session) -> str:
    """The number after the highest one assigned in this practice, from C-1001 on."""
    taken = session.exec(select(Client.internal_id)).all()
    numbers = [int(match[1]) for match in map(ASSIGNED.fullmatch, taken) if match]
    return f"C-{max([FIRST_NUMBER - 1, *numbers]) + 1}"


def _lock_practice(session: Session, *, by: Member) -> None:
    """One new client at a time in a practice, so that no two get the same number."""
    lock = select(Practice).where(Practice.id == by.practice_id).with_for_update(key_share=True)
    session.exec(lock).one()


def _check(session: Session, record: Record, *, own_id: str | None) -> None:
    errors = _faults(record)
    twin = session.exec(select(Client).where(Client.internal_id == record.internal_id)).first()
    if twin is not None and twin.id != own_id:
        errors["internal_id"] = "Another client has this internal ID."
    if errors:
        raise Invalid(errors)


def _faults(record: Record) -> dict[str, str]:
    errors = {}
    if not record.people or not record.people[0].given_name:
        errors["given_name"] = "Enter a first name, or the only name."
    for number, person in enumerate(record.people[1:], start=2):
        if not person.given_name:
            errors[f"given_name_{number}"] = "Enter a first name for this person, too."
    texts = [record.phone, record.email]
    texts += [text for each in record.people for text in (each.given_name, each.family_name)]
    texts += [each.preferred_name for each in record.people]
    if any(len(text) > LONGEST_TEXT for text in texts):
        errors[""] = f"Use at most {LONGEST_TEXT} characters in each field."
    if record.email and "@" not in record.email:
        errors["email"] = "An e-mail address has an @ in it."
    if len(record.internal_id) > LONGEST_ID:
        errors["internal_id"] = f"Use at most {LONGEST_ID} characters."
    return errors


def _kind(record: Record) -> ClientKind:
    kinds = {1: ClientKind.INDIVIDUAL, 2: ClientKind.COUPLE}
    return kinds.get(len(record.people), ClientKind.GROUP)


def _write_people(session: Session, client: Client, record: Record) -> None:
    for position, person in enumerate(record.people):
        session.add(
            ClientPerson(
                practice_id=client.practice_id,
                client_id=client.id,
                position=position,
                given_name=person.given_name,
                family_name=person.family_name,
                preferred_name=person.preferred_name,
            )
        )


def _wish_appointments(session: Session, client: Client, *, now: dt.datetime) -> set[str]:
    """Titles outside may change: feeds see a newer `changed_at`, Google gets a wish each."""
    calendars: set[str] = set()
    rows = session.exec(
        select(Appointment).where(
            Appointment.client_id == client.id, col(Appointment.cancelled_at).is_(None)
        )
    )
    for row in rows.all():
        row.sequence += 1
        row.changed_at = now
        session.add(row)
        calendars.update(outbox.request_appointment(session, appointment=row))
    return calendars
