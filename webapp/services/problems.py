"""What a sync could not bring over, named for the practitioner (R71). Joins the transaction."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import bindparam, delete
from sqlmodel import Session, col, select

from webapp.db.models import SyncedCalendar, SyncProblem
from webapp.services import history

_NAMED = select(SyncProblem.subject).where(SyncProblem.calendar_id == bindparam("which"))
_ANY = _NAMED.limit(1)
_CLEAR = delete(SyncProblem).where(
    col(SyncProblem.calendar_id) == bindparam("which"),
    col(SyncProblem.subject).in_(bindparam("ids", expanding=True)),
)

FIELDS = {
    "start": "start",
    "end": "end",
    "recurrence": "way of repeating",
    "reminders": "reminders",
}
NOT_OURS = "Google does not let us change this event."
REFUSALS = {
    "timeRangeEmpty": "Google does not accept an event that ends before it begins.",
    "eventDurationExceedsLimit": "Google does not accept an event as long as this.",
    "forbidden": NOT_OURS,
    "forbiddenForNonOrganizer": NOT_OURS,
    "requiredAccessLevel": "Google lets us only read this calendar.",
}


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
    known = session.exec(
        select(SyncProblem).where(
            SyncProblem.calendar_id == calendar.id, SyncProblem.subject == subject
        )
    ).first()
    if known is None or known.reason != reason:
        history.failed(session, calendar=calendar, subject=subject, reason=reason, now=now)
    row = known or SyncProblem(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        subject=subject,
        reason=reason,
        noticed_at=now,
    )
    row.title, row.reason = title, reason
    session.add(row)


def refusal(reason: str, field: str) -> str:
    """What a person reads when Google refuses one event: by Google's reason and the field (F29)."""
    if field in FIELDS:
        return f"Google does not accept its {FIELDS[field]}."
    return REFUSALS.get(reason, "Google does not accept this event.")


def subjects(session: Session, *, calendar_id: str) -> Sequence[str]:
    """What is named of this calendar."""
    return session.exec(_NAMED, params={"which": calendar_id}).all()


def clear(session: Session, *, calendar_id: str, subjects: list[str]) -> None:
    """The events are fine now."""
    if subjects:
        session.exec(_CLEAR, params={"which": calendar_id, "ids": subjects})


def exist(session: Session, *, calendar_id: str) -> bool:
    """Whether anything of this calendar could not be brought over."""
    return session.exec(_ANY, params={"which": calendar_id}).first() is not None
