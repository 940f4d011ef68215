"""After a backup was restored: nobody goes on from what is not there any more (RELIABILITY.md F83).

The rows are of yesterday, Google is of today. Workers that still act on what came after the backup
are fenced off, and everything is compared anew. As our ids are derived, what is in Google already
is met and adopted, never doubled, and the guard against mass removal stays on. Each practitioner
reads at Re-sync and in the history what was put right.
"""

import datetime as dt

from sqlmodel import Session, col, select

from webapp.db.models import Member, SyncedCalendar
from webapp.db.scope import Scope, enter
from webapp.domain.errors import Invalid
from webapp.services import leases, resyncs

FAR_AHEAD = 1_000_000
"""More leases than can have been taken since the backup."""


def compare_everything(session: Session, *, now: dt.datetime) -> int:
    """Re-syncs everybody who is connected; how many. `session` is in the installation scope.

    Commits for each of them, then rings. Doing it twice does no harm.
    """
    calendars = session.exec(
        select(SyncedCalendar).where(col(SyncedCalendar.is_on).is_(True))
    ).all()
    for calendar in calendars:
        leases.revoke(calendar)
        calendar.lease_epoch += FAR_AHEAD
        calendar.sync_token = calendar.sync_format = ""
        session.add(calendar)
    session.commit()
    owners = {(calendar.practice_id, calendar.member_id) for calendar in calendars}
    return sum(_compare(session, *owner, now=now) for owner in sorted(owners))


def _compare(session: Session, practice_id: str, member_id: str, *, now: dt.datetime) -> bool:
    """Whether this one can be compared; who is not connected goes on when they reconnect."""
    enter(session, Scope.practice(practice_id))
    member = session.exec(select(Member).where(Member.id == member_id)).one()
    try:
        resyncs.start(session, by=member, now=now)
    except Invalid:
        return False
    return True
