"""The one event that workers are lost over is found and set aside, and the rest goes on (F08, I9).

After three lost workers in a row every event goes out alone (`sync/pace.py`). Before it is even
read, it is counted here, so that the count survives whatever happens to the worker; an answer from
Google sets it back. Who has been alone with a dying worker three times is named in the tile.
"""

from sqlmodel import Session, col, select

from webapp.db.models import Appointment, EventLink, Outbox, SyncedCalendar
from webapp.services import problems
from webapp.services.sync_context import SyncContext
from webapp.sync.pace import MOST_CRASHES, is_suspicious

STOPS_WORKERS = "Our server stopped each time it tried to write this event."


def suspect_next(context: SyncContext) -> None:
    """Counts the event that goes out next, if workers were lost here; commits then."""
    with context.reading() as (_, calendar):
        if not is_suspicious(calendar.crashes):
            return
    with context.writing() as (session, calendar):
        row = _next(session, context)
        while row is not None and row.attempts >= MOST_CRASHES:
            _set_aside(session, context, calendar, row)
            row = _next(session, context)
        if row is not None:
            row.attempts += 1
        session.commit()


def _set_aside(
    session: Session, context: SyncContext, calendar: SyncedCalendar, row: Outbox
) -> None:
    row.completed, row.failure, calendar.crashes = row.requested, STOPS_WORKERS, 0
    problems.note(
        session,
        calendar=calendar,
        subject=row.appointment_id,
        title=_title(session, row),
        reason=STOPS_WORKERS,
        now=context.now(),
    )
    session.flush()


def _title(session: Session, row: Outbox) -> str:
    """As it went out last, or its own words: nothing of it is worked out here."""
    link = session.exec(
        select(EventLink).where(
            EventLink.calendar_id == row.calendar_id,
            EventLink.appointment_id == row.appointment_id,
            EventLink.original_start == "",
        )
    ).first()
    if link is not None and link.sent is not None:
        return str(link.sent["summary"])
    own = select(Appointment.title).where(Appointment.id == row.appointment_id)
    return session.exec(own).first() or ""


def _next(session: Session, context: SyncContext) -> Outbox | None:
    """In the order in which `push` takes them."""
    return session.exec(
        select(Outbox)
        .where(
            Outbox.calendar_id == context.calendar_id,
            col(Outbox.requested) > col(Outbox.completed),
        )
        .order_by(col(Outbox.is_bulk), col(Outbox.id))
        .limit(1)
    ).first()
