"""After a backup was restored: nobody goes on from what is not there any more (RELIABILITY.md F83).

The rows are of yesterday, Google and everybody's phones are of today. Workers that still act on
what came after the backup are fenced off, and everything is compared anew. As our ids are derived,
what is in Google already is met and adopted, never doubled, and the guard against mass removal
stays on. Each practitioner reads at Re-sync and in the history what was put right.
"""

import datetime as dt

from sqlalchemy import update
from sqlmodel import Session, col, select

from webapp.db import calendar_revisions
from webapp.db.models import Departure, Member, SyncedCalendar, WatchChannel
from webapp.db.scope import Scope, enter
from webapp.domain.departures import FINAL, Outcome, Step
from webapp.domain.errors import Invalid
from webapp.services import departing, resyncs, synced_calendars
from webapp.sync.watching import ChannelState

FAR_AHEAD = 1_000_000
"""More leases than can have been taken since the backup, and more changes than were made."""


def compare_everything(session: Session, *, now: dt.datetime) -> int:
    """Re-syncs everybody who is connected; how many. `session` is in the installation scope.

    Commits for each of them, then rings. Doing it twice does no harm.
    """
    calendars = session.exec(
        select(SyncedCalendar).where(col(SyncedCalendar.is_on).is_(True))
    ).all()
    for calendar in calendars:
        synced_calendars.interrupt(session, calendar, now=now)
        calendar.lease_epoch += FAR_AHEAD
        calendar.sync_token = calendar.sync_format = ""
        session.add(calendar)
    _renew_channels(session, now)
    _leave_calendars_in_google(session)
    _outdate_feeds(session, now)
    session.commit()
    owners = {(calendar.practice_id, calendar.member_id) for calendar in calendars}
    return sum(_compare(session, *owner, now=now) for owner in sorted(owners))


def _renew_channels(session: Session, now: dt.datetime) -> None:
    """Google may have been told to end them since: others take their place at once (F91)."""
    session.exec(
        update(WatchChannel)
        .where(col(WatchChannel.state) == ChannelState.OPEN)
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def _leave_calendars_in_google(session: Session) -> None:
    """What was booked since the backup may be in such a calendar alone, so that a removal which was
    asked for before it and not yet carried out is left to the person."""
    waiting = session.exec(select(Departure).where(col(Departure.finished_at).is_(None)))
    for departure in waiting:
        is_open = departure.outcomes.get(Step.REMOVE_CALENDAR) not in FINAL
        if Step.REMOVE_CALENDAR in departing.planned(departure) and is_open:
            by_hand = {Step.REMOVE_CALENDAR: Outcome.BY_HAND}
            departure.outcomes = departure.outcomes | by_hand
            session.add(departure)


def _outdate_feeds(session: Session, now: dt.datetime) -> None:
    """Whoever has read an address since the backup is given all of it again, as newer."""
    for member in session.exec(select(Member).order_by(col(Member.id))):
        calendar_revisions.leap(session, member=member, ahead=FAR_AHEAD, now=now)


def _compare(session: Session, practice_id: str, member_id: str, *, now: dt.datetime) -> bool:
    """Whether this one can be compared; who is not connected goes on when they reconnect."""
    enter(session, Scope.practice(practice_id))
    member = session.exec(select(Member).where(Member.id == member_id)).one()
    try:
        resyncs.start(session, by=member, now=now)
    except Invalid:
        return False
    return True
