"""Removes from Google the events that somebody wants gone, and nothing else (R98, D9).

They are copies of our own events, and events made by hand whose place a client appointment has
taken. What is deleted is looked up once more when its turn has come: it is still that, it is not
one of ours, and in Google it is as it was when the practitioner saw it (If-Match).
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, or_
from sqlmodel import Session, col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.db.models import Appointment, EventLink, GoogleEvent, SyncedCalendar
from webapp.db.queries.calendar_work import is_to_be_removed
from webapp.google.calendar import delete_call
from webapp.google.errors import Gone, GoogleError, Missing
from webapp.services import removed_events, stops
from webapp.services.apply_foreign import COPY
from webapp.services.stops import Answer
from webapp.services.sync_context import SyncContext
from webapp.sync.pace import LARGEST_BATCH

REASON = "Removed in Google as you asked."

_WISHED = (
    select(GoogleEvent)
    .where(GoogleEvent.calendar_id == bindparam("which"), is_to_be_removed())
    .order_by(col(GoogleEvent.id))
    .limit(LARGEST_BATCH)
)


def remove(context: SyncContext) -> None:
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
            _settle(session, context, calendar, row.google_id, answer)
        session.commit()
    stops.raise_gravest(answers)


def _removable(session: Session, calendar: SyncedCalendar) -> Sequence[GoogleEvent]:
    """The wished ones that may still go; the wish for any other is dropped."""
    rows = session.exec(_WISHED, params={"which": calendar.id}).all()
    ours = _kept_ids(session, rows, exists().where(*_links_of(calendar)))
    cancelled = _kept_ids(
        session,
        rows,
        exists().where(
            col(Appointment.id) == col(GoogleEvent.replaced_by_id),
            col(Appointment.cancelled_at).is_not(None),
        ),
    )
    kept = [row for row in rows if _may_go(row) and row.id not in ours | cancelled]
    for row in rows:
        if row not in kept:
            _keep(row)
    return kept


def _may_go(row: GoogleEvent) -> bool:
    return row.problem == COPY or row.replaced_by_id is not None


def _links_of(calendar: SyncedCalendar) -> tuple[ColumnElement[bool], ...]:
    return (
        col(EventLink.calendar_id) == calendar.id,
        col(EventLink.google_id) == col(GoogleEvent.google_id),
    )


def _kept_ids(
    session: Session, rows: Sequence[GoogleEvent], is_kept: ColumnElement[bool]
) -> set[str]:
    """Those of the rows, by id, for which there is a reason to stay."""
    ids = [row.id for row in rows]
    return set(session.exec(select(GoogleEvent.id).where(col(GoogleEvent.id).in_(ids), is_kept)))


def _keep(row: GoogleEvent) -> None:
    """It stays in Google, and is shown here as what it is."""
    row.removal_wished_at = row.replaced_by_id = None


def _settle(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    google_id: str,
    answer: Answer,
) -> None:
    """It is gone; or it was changed meanwhile or may not go, and stays as before."""
    if isinstance(answer, stops.STOPPING):
        return
    rows = session.exec(_rows(calendar.id, google_id)).all()
    if isinstance(answer, GoogleError) and not isinstance(answer, Gone | Missing):
        for row in rows:
            _keep(row)
        return
    removed_events.put_away(session, calendar=calendar, rows=rows, reason=REASON, now=context.now())


def _rows(calendar_id: str, google_id: str) -> SelectOfScalar[GoogleEvent]:
    """The event, and the exceptions of a series."""
    return select(GoogleEvent).where(
        GoogleEvent.calendar_id == calendar_id,
        or_(
            col(GoogleEvent.google_id) == google_id,
            col(GoogleEvent.recurring_google_id) == google_id,
        ),
    )
