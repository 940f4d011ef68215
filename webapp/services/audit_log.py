"""The audit log as the owner of a practice reads it: who changed what, and when (R144)."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import AuditEntry, CalendarRole, Member, SyncedCalendar
from webapp.domain import activity

PAGE_SIZE = 50
KINDS = {CalendarRole.DEFAULT: "the default calendar", CalendarRole.OTHER: "another calendar"}


@dataclass(frozen=True, slots=True)
class Act:
    """One entry in plain words. `position` counts from 1 in the practice."""

    position: int
    at: dt.datetime
    who: str
    text: str


def page(session: Session, *, before: int | None = None) -> list[Act]:
    """The newest acts of the practice in the session's scope, older than position `before`.

    The names of calendars are left out, as an owner does not read a colleague's Google (R146).
    """
    query = select(AuditEntry, Member.name).join(
        Member, col(Member.id) == col(AuditEntry.member_id)
    )
    if before is not None:
        query = query.where(AuditEntry.position < before)
    rows = session.exec(
        query.where(col(AuditEntry.action).in_(list(activity.AUDITED)))
        .order_by(col(AuditEntry.position).desc())
        .limit(PAGE_SIZE)
    ).all()
    subjects = {entry.subject for entry, _ in rows}
    names = _kinds(session, subjects) | _colleagues(session, subjects)
    return [
        Act(
            entry.position,
            entry.at,
            name,
            activity.sentence(entry.action, entry.subject, names=names),
        )
        for entry, name in rows
    ]


def _kinds(session: Session, ids: set[str]) -> dict[str, str]:
    """What kind of calendar each is, by its id."""
    rows = session.exec(
        select(SyncedCalendar.id, SyncedCalendar.role).where(col(SyncedCalendar.id).in_(ids))
    )
    return {calendar_id: KINDS[CalendarRole(role)] for calendar_id, role in rows}


def _colleagues(session: Session, ids: set[str]) -> dict[str, str]:
    """Names of the members among them, by id."""
    rows = session.exec(select(Member.id, Member.name).where(col(Member.id).in_(ids)))
    return dict(rows.all())
