"""Standing wishes: which appointments should look right in which Google calendar.

Called inside the transaction of the change that causes the wish; the caller commits and then
rings for the calendar ids that come back. Nothing here talks to Google or to the queue.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import Insert, bindparam, case, false, or_, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from webapp.db.columns import UtcDateTime, new_id
from webapp.db.models import Appointment, CalendarRole, EventLink, Outbox, SyncedCalendar
from webapp.domain.product import SYNCED_PAST_DAYS
from webapp.services import problems

_DEFAULT_CALENDAR = select(SyncedCalendar).where(
    SyncedCalendar.member_id == bindparam("member"),
    SyncedCalendar.role == CalendarRole.DEFAULT,
    col(SyncedCalendar.is_on).is_(True),
)
_LINKED = (
    select(EventLink.appointment_id).where(EventLink.calendar_id == bindparam("which")).distinct()
)
_CARRIED_OUT = select(Outbox).where(
    Outbox.calendar_id == bindparam("which"),
    col(Outbox.appointment_id).in_(bindparam("ids", expanding=True)),
    Outbox.failure == "",
)
_SINCE = bindparam("since", type_=UtcDateTime)
_RECENT = (
    select(Appointment.id)
    .where(
        Appointment.member_id == bindparam("member"),
        col(Appointment.cancelled_at).is_(None),
        or_(
            col(Appointment.ends_at) >= _SINCE,
            col(Appointment.ends_on) >= bindparam("since_day"),
            (col(Appointment.rule) != "")
            & or_(
                col(Appointment.repeats_until).is_(None), col(Appointment.repeats_until) >= _SINCE
            ),
        ),
    )
    .order_by(col(Appointment.starts_at), col(Appointment.id))
)


def request_appointment(session: Session, *, appointment: Appointment) -> list[str]:
    """Wishes `appointment` to look right in Google. Ids of the calendars to ring after commit."""
    calendar = _default_calendar(session, member_id=appointment.member_id)
    if calendar is None:
        return []
    raise_wishes(session, calendar=calendar, appointment_ids=[appointment.id])
    return [calendar.id]


def request_some(session: Session, *, member_id: str, appointment_ids: Sequence[str]) -> list[str]:
    """As `request_appointment`, for many events that one member did not edit themselves."""
    calendar = _default_calendar(session, member_id=member_id)
    if calendar is None:
        return []
    raise_wishes(session, calendar=calendar, appointment_ids=appointment_ids, is_bulk=True)
    return [calendar.id]


def request_all(session: Session, *, member_id: str, now: dt.datetime) -> list[str]:
    """Wishes every event of the member that is, or should be, in Google to look right there.

    For the first sync, a changed display and a re-sync. Events that already look right cost no
    write. Returns the ids of the calendars to ring after commit.
    """
    calendar = _default_calendar(session, member_id=member_id)
    if calendar is None:
        return []
    wanted = in_window(session, member_id=member_id, now=now)
    linked = session.exec(_LINKED, params={"which": calendar.id})
    both = list(dict.fromkeys([*wanted, *linked]))
    raise_wishes(session, calendar=calendar, appointment_ids=both, is_bulk=True)
    return [calendar.id]


def raise_wishes(
    session: Session,
    *,
    calendar: SyncedCalendar,
    appointment_ids: Iterable[str],
    is_bulk: bool = False,
) -> None:
    """One upsert: a new wish, or one more on a wish that is already there.

    `is_bulk` wishes are overtaken by the others; an edit that still waits stays an edit.
    """
    rows = [
        {
            "id": new_id(),
            "practice_id": calendar.practice_id,
            "calendar_id": calendar.id,
            "appointment_id": appointment_id,
            "requested": 1,
            "completed": 0,
            "is_bulk": is_bulk,
            "attempts": 0,
            "failure": "",
        }
        for appointment_id in appointment_ids
    ]
    if not rows:
        return
    session.flush()
    session.execute(_upsert(session.get_bind().dialect.name, is_bulk=is_bulk), rows)


@cache
def _upsert(dialect: str, *, is_bulk: bool) -> Insert:
    is_open = col(Outbox.requested) > col(Outbox.completed)
    still_bulk = case((is_open, col(Outbox.is_bulk)), else_=true())
    insert = sqlite.insert(Outbox) if dialect == "sqlite" else postgresql.insert(Outbox)
    return insert.on_conflict_do_update(
        index_elements=["calendar_id", "appointment_id"],
        set_={
            "requested": Outbox.requested + 1,
            "is_bulk": still_bulk if is_bulk else false(),
            "attempts": 0,
            "failure": "",
        },
    )


def complete(session: Session, *, calendar_id: str, done: Mapping[str, int]) -> None:
    """Google shows what was wished of these appointments, up to the numbers given (F65, F67)."""
    rows = session.exec(_CARRIED_OUT, params={"which": calendar_id, "ids": list(done)}).all()
    for row in rows:
        row.completed, row.attempts = max(row.completed, done[row.appointment_id]), 0
    subjects = [row.appointment_id for row in rows]
    problems.clear(session, calendar_id=calendar_id, subjects=subjects)


def in_window(session: Session, *, member_id: str, now: dt.datetime) -> list[str]:
    """Ids of the member's events that belong outside: not cancelled, not over for long (R72)."""
    cutoff = now - dt.timedelta(days=SYNCED_PAST_DAYS)
    named = {"member": member_id, "since": cutoff, "since_day": cutoff.date()}
    return list(session.exec(_RECENT, params=named))


def forget_all(session: Session, *, calendar_id: str) -> None:
    """Drops every open wish of a calendar: its connection is over."""
    for row in session.exec(select(Outbox).where(Outbox.calendar_id == calendar_id)):
        session.delete(row)


def _default_calendar(session: Session, *, member_id: str) -> SyncedCalendar | None:
    return session.exec(_DEFAULT_CALENDAR, params={"member": member_id}).first()
