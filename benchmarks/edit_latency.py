"""From a saved edit to Google, alone and beside the first sync of another practice.

No latency at the stand-in and no quota, so that the other practice's run never pauses and keeps its
worker busy all the time. An edit is what a saved form does: change, commit, ring. It has arrived
when the stand-in has stored it.
"""

import datetime as dt
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlmodel import select

from benchmarks.installation import Installation, running_installation
from benchmarks.report import Report, Series
from benchmarks.rows import own_event
from webapp import queue
from webapp.db.models import Appointment, Member
from webapp.domain.run_state import LIVE
from webapp.queue import Bell
from webapp.services import outbox

EDITS = 60
OTHERS_SESSIONS = 12_000
WORKERS = 2
PATIENCE_SECONDS = 30.0
NO_LIMIT = 100_000
SESSION = dt.timedelta(minutes=50)


def run() -> Report:
    """Measures both, in one run."""
    with running_installation(workers=WORKERS, units_per_minute=NO_LIMIT) as here:
        here.google.quota.lift()
        ada, ben = here.connected_practitioner("Ada"), here.connected_practitioner("Ben")
        (session_id,) = _book(here, ada, 1)
        _book(here, ben, OTHERS_SESSIONS)
        _wait_for(here, ada, here.start_sync(ada))
        arrivals = Arrivals(here, "ada@example.com")
        alone = list(_edits(here, ada, session_id, arrivals))
        busy_run = here.start_sync(ben)
        _wait_until_busy(here)
        beside = list(_edits(here, ada, session_id, arrivals))
        is_still_busy = here.run(ben, busy_run).state in LIVE
    if not is_still_busy:
        raise SystemExit("the first sync ended before the edits did; make it larger")
    return _report(alone, beside)


def _report(alone: list[float], beside: list[float]) -> Report:
    series = [
        Series("an edit, nothing else going on", alone, len(alone) / sum(alone)),
        Series("an edit beside a first sync", beside, len(beside) / sum(beside)),
    ]
    return Report(
        "edit_latency",
        series,
        ratios={"beside / alone, median": series[1].median / series[0].median},
        facts={
            "edits": EDITS,
            "workers": WORKERS,
            "median_ms": round(series[1].median),
            "percentile_95_ms": round(series[1].percentile_95),
            "alone_median_ms": round(series[0].median),
            "alone_percentile_95_ms": round(series[0].percentile_95),
        },
    )


@dataclass
class Arrivals:
    """Notices when something of an account was stored at the stand-in."""

    here: Installation
    account: str
    arrived: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.here.google.writes.listeners.append(self._note)

    def _note(self, user: str, calendar_id: str, resource: str) -> None:
        if user == self.account and resource == "events":
            self.arrived.set()


def _edits(
    here: Installation, member: Member, session_id: str, arrivals: Arrivals
) -> Iterator[float]:
    """Seconds from each commit to its arrival, at moments that follow no beat."""
    for _ in range(EDITS):
        time.sleep(random.uniform(0.05, 0.35))
        arrivals.arrived.clear()
        calendars = _move(here, member, session_id)
        began = time.perf_counter()
        for calendar_id in calendars:
            queue.ring(Bell.SYNC, calendar_id)
        if not arrivals.arrived.wait(PATIENCE_SECONDS):
            raise SystemExit("an edit never arrived")
        yield time.perf_counter() - began


def _move(here: Installation, member: Member, session_id: str) -> list[str]:
    with here.session_of(member) as session:
        row = session.exec(select(Appointment).where(Appointment.id == session_id)).one()
        assert row.starts_at is not None
        row.starts_at += dt.timedelta(minutes=5)
        row.ends_at = row.starts_at + SESSION
        row.sequence += 1
        calendars = outbox.request_appointment(session, appointment=row)
        session.commit()
    return calendars


def _book(here: Installation, member: Member, count: int) -> list[str]:
    monday = dt.datetime(2027, 1, 4, 8, tzinfo=dt.UTC)
    rows = [
        own_event(
            member,
            monday + number * dt.timedelta(hours=1),
            lasts=SESSION,
            title="Session",
            written_at=here.now(),
        )
        for number in range(count)
    ]
    with here.session_of(member) as session:
        session.add_all(rows)
        session.commit()
    return [row.id for row in rows]


def _wait_for(here: Installation, member: Member, run_id: str) -> None:
    while here.run(member, run_id).state in LIVE:
        time.sleep(0.05)


def _wait_until_busy(here: Installation) -> None:
    while not here.google.calls.count("batch", since=here.google.calls.mark() - 200):
        time.sleep(0.05)
