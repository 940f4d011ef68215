"""When own events take place that are not over, and by which rules of their zone that was written.

No title and no client is read. Whole days are left out: they are the same days everywhere.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from webapp.db.models import Appointment, AppointmentException
from webapp.db.snapshots import start_from_text
from webapp.domain.timespan import TimedSpan
from webapp.domain.zone_rules import WrittenChange, WrittenSpan

COLUMNS: tuple[Any, ...] = (
    Appointment.id,
    Appointment.member_id,
    Appointment.starts_at,
    Appointment.ends_at,
    Appointment.starts_offset,
    Appointment.ends_offset,
    Appointment.time_zone,
    Appointment.rule,
)


@dataclass(frozen=True, slots=True)
class UpcomingTimes:
    """One event that is still to come, or a series that is not over, as it was written."""

    appointment_id: str
    member_id: str
    first: WrittenSpan
    rule: str
    changes: tuple[WrittenChange, ...]


def upcoming_times(
    session: Session, *, now: dt.datetime, member_id: str | None = None
) -> list[UpcomingTimes]:
    """Those of the session's scope, or of one member; two questions."""
    is_wanted = _is_upcoming(now, member_id)
    changed = _changes(session, is_wanted)
    rows = session.execute(select(*COLUMNS).where(*is_wanted).order_by(col(Appointment.id)))
    return [
        UpcomingTimes(
            row.id,
            row.member_id,
            _written(row, row.time_zone),
            row.rule,
            tuple(changed.get(row.id, ())),
        )
        for row in rows
    ]


def locked_upcoming(
    session: Session, *, now: dt.datetime, member_id: str
) -> dict[str, Appointment]:
    """The rows of one member's by id, kept from being edited until the transaction ends."""
    rows = select(Appointment).where(*_is_upcoming(now, member_id)).order_by(col(Appointment.id))
    return {row.id: row for row in session.exec(rows.with_for_update())}


def _is_upcoming(now: dt.datetime, member_id: str | None) -> list[Any]:
    is_series = col(Appointment.rule) != ""
    repeats_until = col(Appointment.repeats_until)
    has_more: ColumnElement[bool] = or_(repeats_until.is_(None), repeats_until >= now)
    is_live = or_((~is_series) & (col(Appointment.starts_at) > now), is_series & has_more)
    is_timed = col(Appointment.starts_at).is_not(None)
    is_theirs = [Appointment.member_id == member_id] if member_id else []
    return [*is_theirs, col(Appointment.cancelled_at).is_(None), is_timed, is_live]


def _changes(session: Session, is_wanted: list[Any]) -> dict[str, list[WrittenChange]]:
    found: dict[str, list[WrittenChange]] = {}
    rows = session.exec(
        select(AppointmentException, Appointment.time_zone)
        .join(Appointment, col(Appointment.id) == col(AppointmentException.appointment_id))
        .where(*is_wanted, col(Appointment.rule) != "")
        .order_by(col(AppointmentException.original_start))
    )
    for row, time_zone in rows:
        original = start_from_text(row.original_start)
        if isinstance(original, dt.datetime):
            to = _written(row, time_zone) if row.starts_at is not None else None
            change = WrittenChange(original, row.original_offset, to)
            found.setdefault(row.appointment_id, []).append(change)
    return found


def _written(row: Any, time_zone: str) -> WrittenSpan:
    span = TimedSpan(row.starts_at, row.ends_at, time_zone)
    return WrittenSpan(span, row.starts_offset, row.ends_offset)
