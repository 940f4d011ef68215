"""The clocks of a zone were changed by law: own events keep their wall time (RELIABILITY.md F86).

Looked for once a day and at each start of the clock process, as the rules come with the program or
with the machine. What moves is written like any edit: Google is wished to follow, feeds count it,
and the practitioner reads that it was done. Whether the time is free is not asked: two sessions
that overlap now are shown as such, and neither is lost. Google's own events are instants of
Google's, and left to it.
"""

import datetime as dt
import logging

from sqlmodel import Session, col, select

from webapp.db.engine import Database
from webapp.db.models import Member, Practice
from webapp.db.queries.upcoming_times import UpcomingTimes, locked_upcoming, upcoming_times
from webapp.db.scope import Scope
from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.rrule import UnreadableRule
from webapp.domain.series_edits import OwnSeries
from webapp.domain.timespan import UnknownTimeZone
from webapp.domain.zone_rules import event_as_meant
from webapp.ops import events
from webapp.queue import Bell, ring
from webapp.services import audit, outbox, series_edits

log = logging.getLogger(__name__)


def keep_wall_times(database: Database, *, now: dt.datetime) -> int:
    """Writes the instants of everything to come anew, where the rules of its zone are others than
    those it was written with; how many events. Commits for each practitioner, then rings.

    Doing it twice does no harm.
    """
    with database.reading(Scope.installation()) as session:
        practice_ids = session.exec(select(Practice.id).order_by(col(Practice.id))).all()
    return sum(_keep_in(database, practice_id, now) for practice_id in practice_ids)


def _keep_in(database: Database, practice_id: str, now: dt.datetime) -> int:
    scope, count = Scope.practice(practice_id), 0
    with database.reading(scope) as session:
        found = upcoming_times(session, now=now)
        member_ids = sorted({one.member_id for one in found if _meant(one, now) is not None})
    for member_id in member_ids:
        with database.writing(scope) as session:
            member = session.exec(select(Member).where(Member.id == member_id)).one()
            count += _keep_of(session, member, now)
    if count:
        fields = {"practice_id": practice_id, "count": count}
        log.warning(events.ZONE_RULES_CHANGED, extra=fields)
    return count


def _keep_of(session: Session, member: Member, now: dt.datetime) -> int:
    rows = locked_upcoming(session, now=now, member_id=member.id)
    touched = []
    for times in upcoming_times(session, now=now, member_id=member.id):
        row, meant = rows.get(times.appointment_id), _meant(times, now)
        if row is not None and meant is not None:
            series_edits.rewrite(session, row=row, series=meant, now=now)
            touched.append(row)
    for time_zone in sorted({row.time_zone for row in touched}):
        audit.record(session, by=member, action="time_zone.changed", now=now, subject=time_zone)
    ids = [row.id for row in touched]
    calendars = outbox.request_some(session, member_id=member.id, appointment_ids=ids)
    session.commit()
    for calendar_id in calendars:
        ring(Bell.SYNC, calendar_id)
    return len(touched)


def _meant(times: UpcomingTimes, now: dt.datetime) -> OwnSeries | None:
    """The event by the rules of today; None when that is how it is written.

    A rule that cannot be read is shown with its first time alone (F99) and stays as it is; so does
    an event in a zone that is not known any more (F100).
    """
    changes = (
        ChangedOccurrence(one.original_start, one.moved_to.span if one.moved_to else None)
        for one in times.changes
    )
    written = OwnSeries(times.first.span, times.rule, tuple(changes))
    try:
        meant = event_as_meant(times.first, times.rule, times.changes, now=now)
    except (UnreadableRule, UnknownTimeZone):
        return None
    return None if meant == written else meant
