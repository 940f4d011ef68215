"""The bin: events that Google had no more, and that can come back here for 30 days (U5).

It holds no more text than was stored of them. An event that is restored is kept here on purpose:
it stays until somebody removes it, or Google has it again. Old ones are cleared by the sweeper.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from webapp.db.models import GoogleEvent, Member, RemovedEvent, SyncedCalendar
from webapp.db.queries.event_counts import events_in
from webapp.db.queries.removals import event_of
from webapp.domain.errors import NotFound
from webapp.domain.history import Outcome
from webapp.domain.product import REMOVED_KEPT_DAYS
from webapp.services import audit, history

KEPT = dt.timedelta(days=REMOVED_KEPT_DAYS)
MOST_IN_ONE_QUERY = 500
NOT_KEPT = {"practice_id", "calendar_id", "google_id", "recurring_google_id", "id"}


def put_away(
    session: Session,
    *,
    calendar: SyncedCalendar,
    rows: Sequence[GoogleEvent],
    reason: str = "",
    now: dt.datetime,
) -> None:
    """Takes rows of one calendar out of it, keeps them for a while, and counts what is left.

    `reason` is what the history of syncs adds to it. Joins the transaction.
    """
    if not rows:
        return
    session.flush()
    leaving = {row.google_id for row in rows}
    for row in rows:
        if row.recurring_google_id not in leaving and not row.is_cancelled:
            history.mirrored(
                session,
                calendar=calendar,
                event=row,
                outcome=Outcome.REMOVED,
                reason=reason,
                now=now,
            )
        session.add(_in_bin(row, now))
    for chunk in chunks([row.id for row in rows]):
        session.exec(delete(GoogleEvent).where(col(GoogleEvent.id).in_(chunk)))
    calendar.event_count = events_in(session, calendar_id=calendar.id)


def restore(
    session: Session,
    *,
    by: Member,
    calendar_id: str,
    removed_at: dt.datetime,
    google_id: str = "",
    now: dt.datetime,
) -> int:
    """Brings back what one removal took, or one event of it with its exceptions; how many events.

    Commits. Raises `NotFound` when there is nothing of the member's own to bring back.
    """
    calendar = session.exec(
        select(SyncedCalendar)
        .where(SyncedCalendar.id == calendar_id, SyncedCalendar.member_id == by.id)
        .with_for_update()
    ).first()
    if calendar is None:
        raise NotFound()
    found = _of_removal(session, calendar_id, removed_at, google_id)
    there = _taken(session, calendar_id, [row.google_id for row in found])
    for row in found:
        if row.google_id not in there:
            session.add(_out_of_bin(row, now))
        session.delete(row)
    session.flush()
    calendar.event_count = events_in(session, calendar_id=calendar_id)
    audit.record(session, by=by, action="events.restored", subject=calendar_id, now=now)
    session.commit()
    return sum(not row.recurring_google_id for row in found)


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Clears what has been in the bin for thirty days, in the whole installation. Commits."""
    old = session.exec(delete(RemovedEvent).where(col(RemovedEvent.removed_at) < now - KEPT))
    session.commit()
    return int(old.rowcount)


def forget_calendar(session: Session, *, calendar_id: str) -> None:
    """Somebody switched the calendar off: nothing of Google's stays. Joins the transaction."""
    session.exec(delete(RemovedEvent).where(col(RemovedEvent.calendar_id) == calendar_id))


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """SQLite takes only so many parameters in one statement."""
    return (ids[at : at + MOST_IN_ONE_QUERY] for at in range(0, len(ids), MOST_IN_ONE_QUERY))


def _in_bin(row: GoogleEvent, now: dt.datetime) -> RemovedEvent:
    return RemovedEvent(
        practice_id=row.practice_id,
        calendar_id=row.calendar_id,
        google_id=row.google_id,
        recurring_google_id=row.recurring_google_id,
        last_ends_at=row.last_ends_at,
        removed_at=now,
        kept=row.model_dump(mode="json", exclude=NOT_KEPT),
    )


def _out_of_bin(row: RemovedEvent, now: dt.datetime) -> GoogleEvent:
    event = event_of(row)
    event.gone_since, event.kept_at = None, now
    event.removal_wished_at = event.replaced_by_id = None
    return event


def _of_removal(
    session: Session, calendar_id: str, removed_at: dt.datetime, google_id: str
) -> Sequence[RemovedEvent]:
    query = select(RemovedEvent).where(
        RemovedEvent.calendar_id == calendar_id, RemovedEvent.removed_at == removed_at
    )
    rows = session.exec(query.with_for_update()).all()
    found = [row for row in rows if google_id in ("", row.google_id, row.recurring_google_id)]
    if not found:
        raise NotFound()
    return found


def _taken(session: Session, calendar_id: str, google_ids: Sequence[str]) -> set[str]:
    """Those that Google has given back meanwhile."""
    found: set[str] = set()
    for chunk in chunks(google_ids):
        found.update(
            session.exec(
                select(GoogleEvent.google_id).where(
                    GoogleEvent.calendar_id == calendar_id, col(GoogleEvent.google_id).in_(chunk)
                )
            )
        )
    return found
