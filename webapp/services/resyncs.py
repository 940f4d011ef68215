"""Re-sync now: everything compared, every difference repaired, and what was repaired told (R123).

One press is one run for each calendar that is switched on, joined by an id. Such a run asks Google
for its complete list and wishes every event of ours again; what already matches costs no write, so
a second press changes nothing. What it repaired is what the history notes for its runs.
"""

import datetime as dt
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from webapp.db.columns import new_id
from webapp.db.models import Member, SyncedCalendar, SyncRun
from webapp.db.queries.history import run_counts
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.history import Counts, summary
from webapp.domain.run_state import LIVE, RunState
from webapp.services import sync_runs

TOLD_FOR = dt.timedelta(hours=12)
"""How long the page goes on telling what the last one repaired."""

ENDED_WELL = {RunState.SYNCED, RunState.SYNCED_WITH_NOTES}
CANCELLED = "it was cancelled."


@dataclass(frozen=True, slots=True)
class Resync:
    """One press: its runs with their calendars, and what they did so far."""

    id: str
    runs: list[tuple[SyncRun, SyncedCalendar]]
    counts: Counts = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether anything is still being compared."""
        return any(run.state in LIVE for run, _ in self.runs)

    @property
    def waiting(self) -> SyncRun | None:
        """A run that waits for Google, when there is one."""
        return next((run for run, _ in self.runs if run.state is RunState.WAITING), None)

    @property
    def unfinished(self) -> list[tuple[str, str]]:
        """Name of each calendar that could not be compared, and why."""
        return [
            (calendar.name, run.reason or CANCELLED)
            for run, calendar in self.runs
            if run.state not in LIVE | ENDED_WELL
        ]

    @property
    def has_notes(self) -> bool:
        """Whether events were left out that the tiles name."""
        return any(run.state is RunState.SYNCED_WITH_NOTES for run, _ in self.runs)

    @property
    def text(self) -> str:
        """ "2 events put back in Google, 1 removed here", or that everything already matched."""
        return summary(self.counts)

    @property
    def finished_at(self) -> dt.datetime | None:
        """When the last run ended, aware UTC; None while one is live."""
        times = [run.finished_at for run, _ in self.runs if run.finished_at]
        return None if self.is_live else max(times, default=None)


def start(session: Session, *, by: Member, now: dt.datetime) -> Resync:
    """Compares every calendar of `by` that is on and not paused; the live re-sync if there is one.

    Commits, then rings. Raises `Invalid` with the field `calendar` when there is nothing to
    compare or Google is not connected.
    """
    running = latest(session, by=by, now=now)
    if running is not None and running.is_live:
        return running
    calendars = session.exec(
        select(SyncedCalendar.id).where(
            SyncedCalendar.member_id == by.id,
            col(SyncedCalendar.is_on).is_(True),
            col(SyncedCalendar.is_missing).is_(False),
            col(SyncedCalendar.paused_at).is_(None),
        )
    ).all()
    if not calendars:
        raise Invalid({"calendar": "No calendar is being synced yet."})
    resync_id = new_id()
    for calendar_id in calendars:
        sync_runs.start(session, by=by, calendar_id=calendar_id, now=now, resync_id=resync_id)
    return show(session, by=by, resync_id=resync_id)


def show(session: Session, *, by: Member, resync_id: str) -> Resync:
    """One of the member's own. Raises `NotFound`."""
    found = session.exec(
        select(SyncRun, SyncedCalendar)
        .join(SyncedCalendar, col(SyncedCalendar.id) == col(SyncRun.calendar_id))
        .where(SyncRun.resync_id == resync_id, SyncedCalendar.member_id == by.id)
        .order_by(col(SyncedCalendar.role), col(SyncedCalendar.name))
    ).all()
    if not found or not resync_id:
        raise NotFound()
    runs = [(run, calendar) for run, calendar in found]
    counts = run_counts(session, run_ids=[run.id for run, _ in runs])
    return Resync(resync_id, runs, counts)


def latest(session: Session, *, by: Member, now: dt.datetime) -> Resync | None:
    """The member's newest, as long as it is worth telling."""
    newest = session.exec(
        select(SyncRun.resync_id)
        .join(SyncedCalendar, col(SyncedCalendar.id) == col(SyncRun.calendar_id))
        .where(
            SyncedCalendar.member_id == by.id,
            SyncRun.resync_id != "",
            col(SyncRun.created_at) > now - TOLD_FOR,
        )
        .order_by(col(SyncRun.created_at).desc(), col(SyncRun.id))
    ).first()
    return show(session, by=by, resync_id=newest) if newest else None
