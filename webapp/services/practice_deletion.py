"""Deleting a whole practice while its workers run (F71): first everything ends, then the rows go.

`close` is the owner's deactivation for everybody at once, so workers are fenced and no page is
open any more; what Google has yet to hear are departures. `delete` takes every row of the practice
in one transaction, once Google has heard, or at once if that is wanted. Both may be repeated.
"""

import datetime as dt
import logging

from sqlmodel import Session, col, select

from webapp import queue
from webapp.config import Settings
from webapp.db.models import Departure, Member, Practice
from webapp.domain.errors import Invalid, NotFound
from webapp.ops import events
from webapp.queue import Bell
from webapp.services import deactivations

log = logging.getLogger(__name__)


def find(session: Session, *, name: str) -> Practice:
    """The practice of that name. Raises `NotFound`, and `Invalid` when there are several."""
    found = session.exec(select(Practice).where(Practice.name == name.strip())).all()
    if not found:
        raise NotFound("There is no practice of this name.")
    if len(found) > 1:
        raise Invalid({"name": "Several practices have this name."})
    return found[0]


def close(
    session: Session,
    *,
    practice_id: str,
    settings: Settings,
    removes_calendars: bool,
    now: dt.datetime,
) -> None:
    """Nobody of the practice can sign in, nothing is synced, no address works. Commits, then rings.

    `session` is in the installation scope.
    """
    members = session.exec(
        select(Member)
        .where(Member.practice_id == practice_id, col(Member.is_active).is_(True))
        .order_by(col(Member.id))
        .with_for_update()
    ).all()
    left = [
        deactivations.end(
            session, member=member, settings=settings, removes_calendar=removes_calendars, now=now
        )
        for member in members
    ]
    session.commit()
    for departure in left:
        if departure is not None:
            queue.ring(Bell.DEPARTURES, departure.id)


def unheard(session: Session, *, practice_id: str) -> int:
    """How many departures Google has yet to hear of."""
    rows = session.exec(
        select(Departure.id).where(
            Departure.practice_id == practice_id, col(Departure.finished_at).is_(None)
        )
    )
    return len(rows.all())


def delete_rows(session: Session, *, practice_id: str) -> None:
    """Every row of a closed practice, its audit log included. Commits.

    Raises `Invalid` while anybody could still sign in: workers might be at it.
    """
    if session.exec(
        select(Member.id).where(Member.practice_id == practice_id, col(Member.is_active).is_(True))
    ).first():
        raise Invalid({"name": "This practice is still at work."})
    session.delete(session.exec(select(Practice).where(Practice.id == practice_id)).one())
    session.commit()
    log.warning(events.PRACTICE_DELETED, extra={"practice_id": practice_id})
