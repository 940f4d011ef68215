"""Removes from Google the copies that somebody wants gone, and nothing else (R98).

What is deleted is looked up once more when its turn has come: it is still a copy, it is not one of
ours, and in Google it is as it was when the practitioner saw it (If-Match).
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.db.models import EventLink, GoogleEvent, SyncedCalendar
from webapp.google.calendar import delete_call
from webapp.google.errors import Gone, GoogleError, Missing
from webapp.services import stops
from webapp.services.apply_foreign import COPY
from webapp.services.stops import Answer
from webapp.services.sync_context import SyncContext
from webapp.sync.pace import LARGEST_BATCH

_WISHED = (
    select(GoogleEvent)
    .where(
        GoogleEvent.calendar_id == bindparam("which"),
        col(GoogleEvent.removal_wished_at).is_not(None),
    )
    .order_by(col(GoogleEvent.id))
    .limit(LARGEST_BATCH)
)


def remove_copies(context: SyncContext) -> None:
    """Removes them, at most a batch. Raises `GoogleError` for what concerns the whole calendar."""
    with context.writing() as (session, calendar):
        rows = _removable(session, calendar)
        calls = [
            delete_call(calendar.google_id or "", row.google_id, etag=row.etag or None)
            for row in rows
        ]
        session.commit()
    if not calls:
        return
    answers = context.client.batch(calls)
    with context.writing() as (session, calendar):
        for row, answer in zip(rows, answers, strict=True):
            _settle(session, calendar, row.google_id, answer)
        session.commit()
    stops.raise_gravest(answers)


def _removable(session: Session, calendar: SyncedCalendar) -> Sequence[GoogleEvent]:
    """The wished ones that are still copies; the wish for any other is dropped."""
    rows = session.exec(_WISHED, params={"which": calendar.id}).all()
    ids = [row.google_id for row in rows]
    ours = set(
        session.exec(
            select(EventLink.google_id).where(
                EventLink.calendar_id == calendar.id, col(EventLink.google_id).in_(ids)
            )
        )
    )
    kept = [row for row in rows if row.problem == COPY and row.google_id not in ours]
    for row in rows:
        row.removal_wished_at = row.removal_wished_at if row in kept else None
    return kept


def _settle(session: Session, calendar: SyncedCalendar, google_id: str, answer: Answer) -> None:
    """It is gone; or it was changed meanwhile or may not go, and stays named as before."""
    if isinstance(answer, stops.STOPPING):
        return
    if isinstance(answer, GoogleError) and not isinstance(answer, Gone | Missing):
        row = session.exec(_row(calendar.id, google_id)).first()
        if row is not None:
            row.removal_wished_at = None
        return
    session.exec(
        delete(GoogleEvent).where(
            col(GoogleEvent.calendar_id) == calendar.id,
            or_(
                col(GoogleEvent.google_id) == google_id,
                col(GoogleEvent.recurring_google_id) == google_id,
            ),
        )
    )


def _row(calendar_id: str, google_id: str) -> SelectOfScalar[GoogleEvent]:
    return select(GoogleEvent).where(
        GoogleEvent.calendar_id == calendar_id, GoogleEvent.google_id == google_id
    )
