"""What a failure means for a calendar and its run: one place, one table, a state with a reason.

The table of waits is `sync/retry.py`; here Google's answers are sorted into it, and its outcome
becomes what the tile says (I10). No failure removes anything.
"""

import datetime as dt
import logging
import random

from sqlmodel import Session, select

from webapp.db.models import GoogleConnection, SyncedCalendar
from webapp.google.errors import (
    Gone,
    GoogleError,
    GrantGone,
    Missing,
    PermissionMissing,
    QuotaSpent,
    Refused,
    Stale,
    Taken,
    Throttled,
    Unavailable,
    UsageLimited,
)
from webapp.ops import events
from webapp.services import google_connection, leases, progress
from webapp.services.stops import (
    CalendarMissing,
    CatchingUp,
    PartlyThrottled,
    PlaceLost,
    WorkersLost,
)
from webapp.services.sync_context import SyncContext
from webapp.sync.retry import Again, Failure, Reconnect, next_step
from webapp.sync.run_states import RunEvent

log = logging.getLogger(__name__)

KINDS: tuple[tuple[type[Exception], Failure], ...] = (
    (PartlyThrottled, Failure.PARTLY_THROTTLED),
    (Throttled, Failure.THROTTLED),
    (UsageLimited, Failure.USAGE_LIMITED),
    (Unavailable, Failure.UNAVAILABLE),
    (GrantGone, Failure.GRANT_GONE),
    (PermissionMissing, Failure.PERMISSION),
    (CalendarMissing, Failure.MISSING_CALENDAR),
    (Missing, Failure.MISSING_CALENDAR),
    (CatchingUp, Failure.CATCHING_UP),
    (PlaceLost, Failure.PLACE_LOST),
    (Stale, Failure.STALE),
    (Taken, Failure.STALE),
    (Gone, Failure.STALE),
    (Refused, Failure.REFUSED),
    (WorkersLost, Failure.WORKERS_LOST),
)

SENTENCES = {
    Failure.THROTTLED: "Google asks us to go slower.",
    Failure.PARTLY_THROTTLED: "Google takes these changes one after the other.",
    Failure.USAGE_LIMITED: "Google has paused changes to this account for some hours.",
    Failure.UNAVAILABLE: "Google does not answer.",
    Failure.CATCHING_UP: "Google is still catching up with what we wrote.",
    Failure.STALE: "The calendar keeps changing in Google.",
    Failure.PLACE_LOST: "Google keeps losing our place in this calendar.",
    Failure.REFUSED: "Google refuses what we ask for this calendar.",
    Failure.PERMISSION: "Google did not give us all the permissions that two-way sync needs.",
    Failure.GRANT_GONE: "Google stopped our access.",
    Failure.MISSING_CALENDAR: "This calendar is gone from Google.",
    Failure.WORKERS_LOST: "Reading this calendar stopped our server several times.",
}


PACED = "Google allows only so many changes a minute."
ATTEMPTS_AT_A_NEW_CALENDAR = 3
"""A calendar that was made seconds ago may still be unknown to some of Google's servers (F19)."""


def record(context: SyncContext, failed: Exception) -> None:
    """Turns what stopped a pass into the calendar's state, and gives the lease back. Commits."""
    with context.writing() as (session, calendar):
        if isinstance(failed, QuotaSpent):
            _pause(session, calendar, failed, now=context.now())
        else:
            _follow_table(session, calendar, failed, now=context.now())
        leases.give_back(calendar)
        session.commit()


def kind_of(failed: Exception) -> Failure:
    """The row of the retry table that applies."""
    return next(failure for kind, failure in KINDS if isinstance(failed, kind))


def _pause(
    session: Session, calendar: SyncedCalendar, spent: QuotaSpent, *, now: dt.datetime
) -> None:
    """No failure: the run goes on when this minute's quota is free again."""
    log.info(events.SYNC_PACED, extra={"calendar_id": calendar.id, "seconds": spent.seconds})
    until = now + dt.timedelta(seconds=spent.seconds)
    progress.pause(session, calendar=calendar, until=until, reason=PACED)


def _follow_table(
    session: Session, calendar: SyncedCalendar, failed: Exception, *, now: dt.datetime
) -> None:
    failure = kind_of(failed)
    if failure is not Failure.PLACE_LOST:
        calendar.reads_again_at = None  # One wait at a time, and this one is for writes, too.
    if failure is Failure.MISSING_CALENDAR and _may_be_new(calendar):
        failure = Failure.CATCHING_UP
    step = next_step(
        failure,
        attempts=calendar.attempts + 1,
        now=now,
        jitter=random.uniform(0.5, 1),  # noqa: S311 - spreads retries, guards nothing.
        retry_after=_retry_after(failed),
        most_attempts=None,
    )
    reason = SENTENCES[failure]
    fields = {"calendar_id": calendar.id, "reason": failure.value}
    if isinstance(step, Again):
        log.warning(events.SYNC_WAITING, extra=fields)
        progress.wait(session, calendar=calendar, until=step.at, reason=reason, now=now)
        return
    log.error(events.SYNC_FAILED, extra=fields)
    calendar.is_missing = failure is Failure.MISSING_CALENDAR
    event = RunEvent.ACCESS_LOST if isinstance(step, Reconnect) else RunEvent.FAILED
    progress.fail(session, calendar=calendar, reason=reason, now=now, event=event)
    if isinstance(step, Reconnect) and isinstance(failed, GoogleError):
        _ask_to_reconnect(session, calendar, failed.reason, now)


def _may_be_new(calendar: SyncedCalendar) -> bool:
    return calendar.last_success_at is None and calendar.attempts < ATTEMPTS_AT_A_NEW_CALENDAR


def _ask_to_reconnect(
    session: Session, calendar: SyncedCalendar, reason: str, now: dt.datetime
) -> None:
    connection = session.exec(
        select(GoogleConnection).where(GoogleConnection.id == calendar.connection_id)
    ).one()
    google_connection.mark_reconnect(session, connection, reason, now)


def _retry_after(failed: Exception) -> dt.timedelta | None:
    seconds = getattr(failed, "retry_after", None) if isinstance(failed, GoogleError) else None
    return dt.timedelta(seconds=seconds) if seconds else None
