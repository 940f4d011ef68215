"""The next client appointment of a practitioner: what the naming preview is made from (R32)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.db.models import Appointment, Member
from webapp.db.snapshots import appointment_values
from webapp.domain.appointments import AppointmentValues
from webapp.domain.naming import ClientName
from webapp.domain.recurrence import occurrences
from webapp.domain.timespan import TimedSpan

LOOKS_AHEAD = dt.timedelta(days=120)


@dataclass(frozen=True, slots=True)
class NextAppointment:
    """Who is met next and when; `starts_at` is aware UTC."""

    client: ClientName
    starts_at: dt.datetime


def next_appointment(
    session: Session, *, member: Member, now: dt.datetime
) -> NextAppointment | None:
    """The first client appointment that starts after `now`, within four months."""
    single = session.exec(
        _of_clients(member)
        .where(Appointment.rule == "", col(Appointment.starts_at) > now)
        .order_by(col(Appointment.starts_at))
        .limit(1)
    ).all()
    series = session.exec(
        _of_clients(member).where(
            Appointment.rule != "",
            col(Appointment.starts_at) < now + LOOKS_AHEAD,
            or_(col(Appointment.repeats_until).is_(None), col(Appointment.repeats_until) > now),
        )
    ).all()
    found = [
        next_one
        for values in appointment_values(session, [*single, *series])
        if (next_one := _first_after(values, now, member.time_zone))
    ]
    return min(found, key=lambda one: one.starts_at, default=None)


def _of_clients(member: Member) -> SelectOfScalar[Appointment]:
    return select(Appointment).where(
        Appointment.member_id == member.id,
        col(Appointment.client_id).is_not(None),
        col(Appointment.cancelled_at).is_(None),
        col(Appointment.starts_at).is_not(None),
    )


def _first_after(
    values: AppointmentValues, now: dt.datetime, time_zone: str
) -> NextAppointment | None:
    starts = [
        occurrence.span.starts_at
        for occurrence in occurrences(
            values.span,
            values.rule,
            values.changes,
            after=now,
            before=now + LOOKS_AHEAD,
            day_zone=time_zone,
        )
        if isinstance(occurrence.span, TimedSpan) and occurrence.span.starts_at > now
    ]
    if values.client is None or not starts:
        return None
    return NextAppointment(values.client, min(starts))
