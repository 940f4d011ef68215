"""Rows to values and back: what the pure core reads and what it agreed on.

The only place that turns an `Appointment` row into `AppointmentValues`, so that notes, services
and contact details cannot travel any further (R89).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlmodel import Session, col, select

from webapp.db.models import Appointment, AppointmentException, Client, ClientPerson
from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.naming import ClientName, PersonName
from webapp.domain.timespan import AllDaySpan, Span, Start, TimedSpan
from webapp.domain.wall_clock import offset
from webapp.sync.types import Snapshot, Transparency, Visibility

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PEOPLE = (
    select(ClientPerson)
    .where(col(ClientPerson.client_id).in_(_IDS))
    .order_by(col(ClientPerson.client_id), col(ClientPerson.position))
)
_CLIENTS = select(Client).where(col(Client.id).in_(_IDS))
_EXCEPTIONS = (
    select(AppointmentException)
    .where(col(AppointmentException.appointment_id).in_(_IDS))
    .order_by(col(AppointmentException.original_start))
)


def appointment_values(
    session: Session, appointments: Sequence[Appointment]
) -> list[AppointmentValues]:
    """Values for `appointments`, in their order, in three queries at most, however many."""
    clients = client_names(session, {row.client_id for row in appointments if row.client_id})
    changes = changed_occurrences(session, appointments)
    return [
        values_of(
            row,
            client=clients[row.client_id] if row.client_id else None,
            changes=changes.get(row.id, ()),
        )
        for row in appointments
    ]


def values_of(
    row: Any, *, client: ClientName | None, changes: Iterable[ChangedOccurrence]
) -> AppointmentValues:
    """Values for anything with an appointment's columns, whose client and changes are known."""
    return AppointmentValues(
        id=row.id,
        span=row_span(row),
        client=client,
        title=row.title,
        rule=row.rule,
        changes=tuple(changes),
        is_busy=row.is_busy,
        location=row.location,
        sequence=row.sequence,
        changed_at=row.changed_at,
        is_cancelled=row.cancelled_at is not None,
    )


def client_names(session: Session, client_ids: Iterable[str]) -> dict[str, ClientName]:
    """Internal ID and people of each client, by client id."""
    wanted = set(client_ids)
    if not wanted:
        return {}
    people: dict[str, list[PersonName]] = {}
    for person in session.exec(_PEOPLE, params={"ids": list(wanted)}):
        name = PersonName(person.given_name, person.family_name, person.preferred_name)
        people.setdefault(person.client_id, []).append(name)
    clients = session.exec(_CLIENTS, params={"ids": list(wanted)})
    return {row.id: ClientName(row.internal_id, tuple(people.get(row.id, ()))) for row in clients}


def row_span(row: Any, *, time_zone: str | None = None) -> Span:
    """The span of any row with starts_at/ends_at/starts_on/ends_on and a zone of its own."""
    if row.starts_on is not None and row.ends_on is not None:
        return AllDaySpan(row.starts_on, row.ends_on)
    return TimedSpan(row.starts_at, row.ends_at, time_zone or row.time_zone)


def span_columns(span: Span) -> dict[str, Any]:
    """The values of the six columns that say when; the row's zone is to be that of `span`."""
    if isinstance(span, AllDaySpan):
        return {
            "starts_at": None,
            "ends_at": None,
            "starts_offset": None,
            "ends_offset": None,
            "starts_on": span.starts_on,
            "ends_on": span.ends_on,
        }
    return {
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "starts_offset": offset(span.starts_at, span.time_zone),
        "ends_offset": offset(span.ends_at, span.time_zone),
        "starts_on": None,
        "ends_on": None,
    }


def change_columns(change: ChangedOccurrence, *, time_zone: str) -> dict[str, Any]:
    """What an exception of a series in `time_zone` says of one occurrence."""
    original, span = change.original_start, change.span
    if isinstance(span, TimedSpan):
        span = replace(span, time_zone=time_zone)
    return {
        "original_start": start_text(original),
        "original_offset": (
            offset(original, time_zone) if isinstance(original, dt.datetime) else None
        ),
        **(span_columns(span) if span else {}),
    }


def start_text(start: Start | None) -> str:
    """How an original start is stored: ISO in UTC for instants, ISO for dates, "" for none."""
    if start is None:
        return ""
    if isinstance(start, dt.datetime):
        return start.astimezone(dt.UTC).isoformat()
    return start.isoformat()


def start_from_text(text: str) -> Start | None:
    """The reverse of `start_text`."""
    if not text:
        return None
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON, for the base column and for notices."""
    span = snapshot.span
    return {
        "summary": snapshot.summary,
        "start": start_text(span.starts_at if isinstance(span, TimedSpan) else span.starts_on),
        "end": start_text(span.ends_at if isinstance(span, TimedSpan) else span.ends_on),
        "time_zone": span.time_zone if isinstance(span, TimedSpan) else "",
        "description": snapshot.description,
        "location": snapshot.location,
        "visibility": snapshot.visibility.value,
        "transparency": snapshot.transparency.value,
        "recurrence": list(snapshot.recurrence),
    }


def snapshot_from_json(stored: dict[str, Any]) -> Snapshot:
    """The reverse of `snapshot_json`."""
    return Snapshot(
        summary=stored["summary"],
        span=_span_from_json(stored),
        description=stored["description"],
        location=stored["location"],
        visibility=Visibility(stored["visibility"]),
        transparency=Transparency(stored["transparency"]),
        recurrence=tuple(stored["recurrence"]),
    )


def _span_from_json(stored: dict[str, Any]) -> Span:
    start, end = start_from_text(stored["start"]), start_from_text(stored["end"])
    if isinstance(start, dt.datetime) and isinstance(end, dt.datetime):
        return TimedSpan(start, end, stored["time_zone"])
    if start is None or end is None:
        raise ValueError("a stored snapshot has no span")
    return AllDaySpan(start, end)


def changed_occurrences(
    session: Session, appointments: Sequence[Appointment]
) -> dict[str, list[ChangedOccurrence]]:
    """What differs in each series among `appointments`, by its id; one query at most."""
    series = {row.id: row for row in appointments if row.rule}
    found: dict[str, list[ChangedOccurrence]] = {}
    if not series:
        return found
    for row in session.exec(_EXCEPTIONS, params={"ids": list(series)}):
        changed = changed_occurrence(row, time_zone=series[row.appointment_id].time_zone)
        if changed is not None:
            found.setdefault(row.appointment_id, []).append(changed)
    return found


def changed_occurrence(row: Any, *, time_zone: str) -> ChangedOccurrence | None:
    """What anything with an exception's columns says of a series in `time_zone`, if anything."""
    original = start_from_text(row.original_start)
    if original is None:
        return None
    is_moved = row.starts_at is not None or row.starts_on is not None
    return ChangedOccurrence(original, row_span(row, time_zone=time_zone) if is_moved else None)
