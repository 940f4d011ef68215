"""What a sync could not bring over, named for the practitioner (R71). Joins the transaction."""

import datetime as dt

from sqlalchemy import delete
from sqlmodel import Session, col, select

from webapp.db.models import SyncedCalendar, SyncProblem


def note(
    session: Session,
    *,
    calendar: SyncedCalendar,
    subject: str,
    title: str,
    reason: str,
    now: dt.datetime,
) -> None:
    """Names one event (by Google's id or our appointment id) and why, in a sentence."""
    row = session.exec(
        select(SyncProblem).where(
            SyncProblem.calendar_id == calendar.id, SyncProblem.subject == subject
        )
    ).first() or SyncProblem(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        subject=subject,
        reason=reason,
        noticed_at=now,
    )
    row.title, row.reason = title, reason
    session.add(row)


def clear(session: Session, *, calendar_id: str, subjects: list[str]) -> None:
    """The events are fine now."""
    if subjects:
        session.exec(
            delete(SyncProblem).where(
                col(SyncProblem.calendar_id) == calendar_id,
                col(SyncProblem.subject).in_(subjects),
            )
        )


def exist(session: Session, *, calendar_id: str) -> bool:
    """Whether anything of this calendar could not be brought over."""
    found = session.exec(select(SyncProblem.id).where(SyncProblem.calendar_id == calendar_id))
    return found.first() is not None
