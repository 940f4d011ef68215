"""What changed in a practitioner's calendar since a revision, in one question for most changes.

Names and moved occurrences are asked for when the changed events have any. Nothing is loaded as an
object (db/questions.py), as this stands between a change and whoever reads the calendar next.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam
from sqlmodel import col, select

from webapp.db.models import (
    Appointment,
    AppointmentException,
    CalendarRevision,
    Client,
    ClientPerson,
)
from webapp.db.queries.feeds import Counts, is_shown, window
from webapp.db.questions import Ask, Question
from webapp.db.snapshots import changed_occurrence, values_of
from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.naming import ClientName, PersonName


class EventRow(NamedTuple):
    """What feeds need of an `Appointment`."""

    id: str
    client_id: str | None
    title: str
    location: str
    is_busy: bool
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    time_zone: str
    rule: str
    sequence: int
    changed_at: dt.datetime
    cancelled_at: dt.datetime | None


class PersonRow(NamedTuple):
    """A client and one of its people, if it has any."""

    client_id: str
    internal_id: str
    person_id: str | None
    given_name: str
    family_name: str
    preferred_name: str


class OccurrenceRow(NamedTuple):
    """What is different about one occurrence of a series."""

    appointment_id: str
    original_start: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    starts_on: dt.date | None
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Changes:
    """`counts` are None before the first event; `ids` are all events that changed, cancelled ones
    too; `shown` those of them that a feed shows."""

    counts: Counts | None
    ids: list[str]
    shown: list[AppointmentValues]


def changes_since(
    ask: Ask, *, member_id: str, since: int, after: dt.datetime, before: dt.datetime
) -> Changes:
    """What a revision later than `since` changed, of the events between the two instants."""
    of = {"member_id": member_id, "since": since}
    found = ask(_CHANGED, **of, **window(after, before))
    changed = [(event, is_in) for _, event, is_in in found if event is not None]
    rows = [event for event, is_in in changed if is_in]
    clients = _clients(ask, of) if any(row.client_id for row in rows) else {}
    differing = _occurrences(ask, of, rows) if any(row.rule for row in rows) else {}
    shown = [
        values_of(row, client=clients.get(row.client_id), changes=differing.get(row.id, ()))
        for row in rows
    ]
    return Changes(found[0][0] if found else None, [event.id for event, _ in changed], shown)


def _clients(ask: Ask, of: dict[str, object]) -> dict[str | None, ClientName]:
    people: dict[str, list[PersonName]] = {}
    ids: dict[str, str] = {}
    for row in ask(_PEOPLE, **of):
        ids[row.client_id] = row.internal_id
        if row.person_id is not None:
            name = PersonName(row.given_name, row.family_name, row.preferred_name)
            people.setdefault(row.client_id, []).append(name)
    return {one: ClientName(known, tuple(people.get(one, ()))) for one, known in ids.items()}


def _occurrences(
    ask: Ask, of: dict[str, object], rows: list[EventRow]
) -> dict[str, list[ChangedOccurrence]]:
    zones = {row.id: row.time_zone for row in rows if row.rule}
    found: dict[str, list[ChangedOccurrence]] = {}
    for row in ask(_OCCURRENCES, **of):
        if row.appointment_id not in zones:
            continue
        changed = changed_occurrence(row, time_zone=zones[row.appointment_id])
        if changed is not None:
            found.setdefault(row.appointment_id, []).append(changed)
    return found


def _is_later() -> ColumnElement[bool]:
    is_members = col(Appointment.member_id) == bindparam("member_id")
    return and_(is_members, col(Appointment.feed_revision) > bindparam("since"))


def _columns(model: type, names: tuple[str, ...]) -> list[Any]:
    return [getattr(model, name) for name in names]


def _found(*values: Any) -> tuple[Counts, EventRow | None, bool]:
    last = len(Counts._fields)
    event = EventRow(*values[last:-1]) if values[last] is not None else None
    return Counts(*values[:last]), event, bool(values[-1])


_CHANGED = Question(
    select(  # type: ignore[call-overload]
        *_columns(CalendarRevision, Counts._fields),
        *_columns(Appointment, EventRow._fields),
        is_shown().label("is_shown"),
    )
    .select_from(CalendarRevision)
    .outerjoin(Appointment, _is_later())
    .where(CalendarRevision.member_id == bindparam("member_id"))
    .order_by(col(Appointment.id)),
    _found,
)
"""The counts and the changed events together, so that both are of one moment."""

_PEOPLE = Question(
    select(  # type: ignore[call-overload]
        Client.id,
        Client.internal_id,
        col(ClientPerson.id),
        ClientPerson.given_name,
        ClientPerson.family_name,
        ClientPerson.preferred_name,
    )
    .outerjoin(ClientPerson, col(ClientPerson.client_id) == Client.id)
    .where(col(Client.id).in_(select(Appointment.client_id).where(_is_later())))
    .order_by(col(Client.id), col(ClientPerson.position)),
    PersonRow,
)

_OCCURRENCES = Question(
    select(*_columns(AppointmentException, OccurrenceRow._fields))
    .where(col(AppointmentException.appointment_id).in_(select(Appointment.id).where(_is_later())))
    .order_by(col(AppointmentException.original_start)),
    OccurrenceRow,
)
