"""The first sync of a full practice against what others do: a call per session, a call per series.

All three put the same sessions into accounts of their own at the stand-in, with 150 ms for each
request and Google's quota of 600 units per account and minute, one after another in one run. The
product is measured as people meet it: from the press of Start Sync to the check mark, through two
workers. The quota's own limit is what nobody can beat: each 600 units begun after the first cost a
minute.
"""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from benchmarks import peers
from benchmarks.installation import ZONE, Installation, running_installation
from benchmarks.report import Report, Series
from benchmarks.rows import own_event
from webapp.db.models import AppointmentException, Member
from webapp.db.snapshots import start_text
from webapp.domain.run_state import LIVE, RunState

LATENCY_SECONDS = 0.15
UNITS_PER_MINUTE = 600
WORKERS = 2


@dataclass(frozen=True)
class Load:
    """How much there is: `weekly` clients with `weeks` sessions each, one of them moved."""

    weekly: int
    weeks: int
    extra_weeks: int
    singles: int

    @property
    def sessions(self) -> int:
        """All that a calendar will show."""
        return self.weekly * self.weeks + self.extra_weeks + self.singles


FULL = Load(weekly=150, weeks=10, extra_weeks=100, singles=400)
QUICK = Load(weekly=30, weeks=10, extra_weeks=0, singles=100)


def run(*, is_quick: bool = False) -> Report:
    """Measures the product and both baselines; the full load takes about nine minutes."""
    load = QUICK if is_quick else FULL
    with running_installation(workers=WORKERS, units_per_minute=UNITS_PER_MINUTE) as here:
        sessions = list(planned(load))
        member = here.connected_practitioner("Ada")
        _book(here, member, sessions)
        here.google.latency.use(LATENCY_SECONDS)
        ours = _measured(here, "ada@example.com", lambda: _first_sync(here, member))
        by_series = _measured(
            here, "ben@example.com", lambda: peers.call_per_series(here, sessions, "ben")
        )
        by_session = _measured(
            here, "dora@example.com", lambda: peers.call_per_session(here, sessions, "dora")
        )
    return _report(load, ours, by_series, by_session)


def planned(load: Load) -> Iterator[peers.Planned]:
    """Weekly sessions at every hour of the week, each with its second one moved by an hour."""
    monday = dt.datetime(2027, 1, 4, 8, tzinfo=ZoneInfo(ZONE))
    for number in range(load.weekly):
        start = monday + dt.timedelta(days=number % 5, minutes=10 * (number // 5))
        weeks = load.weeks + (1 if number < load.extra_weeks else 0)
        yield peers.Planned(start, weeks=weeks, moved={1: dt.timedelta(hours=1)})
    for number in range(load.singles):
        yield peers.Planned(monday + dt.timedelta(days=number % 60, minutes=5 * (number // 60)))


@dataclass(frozen=True)
class Measured:
    """What one way of doing it took."""

    seconds: float
    requests: int
    units: int
    refused: int


def _measured(here: Installation, account: str, work: peers.Work) -> Measured:
    mark = here.google.calls.mark()
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    calls = here.google.calls.select("*", since=mark)
    mine = [call for call in calls if call.user == account]
    sent = [call for call in calls if call.method_id == "batch"]
    sent += [call for call in mine if not call.is_batched]
    refused = sum(call.reason in ("rateLimitExceeded", "userRateLimitExceeded") for call in mine)
    return Measured(seconds, len(sent), sum(call.units for call in mine), refused)


def _book(here: Installation, member: Member, sessions: list[peers.Planned]) -> None:
    """The practice has worked for a while before it connects."""
    with here.session_of(member) as session:
        for one in sessions:
            row = own_event(
                member,
                one.start.astimezone(dt.UTC),
                lasts=peers.SESSION,
                title="Session",
                rule=one.rule,
                written_at=here.now(),
            )
            session.add(row)
            session.flush()
            for week, by in one.moved.items():
                original = (one.start + week * peers.WEEK).astimezone(dt.UTC)
                session.add(
                    AppointmentException(
                        practice_id=member.practice_id,
                        appointment_id=row.id,
                        original_start=start_text(original),
                        starts_at=original + by,
                        ends_at=original + by + peers.SESSION,
                    )
                )
        session.commit()


def _first_sync(here: Installation, member: Member) -> None:
    run_id = here.start_sync(member)
    while here.run(member, run_id).state in LIVE:
        time.sleep(0.05)
    state = here.run(member, run_id).state
    if state is not RunState.SYNCED:
        raise SystemExit(f"the first sync ended as {state}")


def _report(load: Load, ours: Measured, by_series: Measured, by_session: Measured) -> Report:
    limit = 60.0 * ((ours.units - 1) // UNITS_PER_MINUTE)
    ratios = {
        "call per session / ours, time": by_session.seconds / ours.seconds,
        "call per series / ours, time": by_series.seconds / ours.seconds,
        "call per session / ours, requests": by_session.requests / ours.requests,
        "call per series / ours, requests": by_series.requests / ours.requests,
    }
    if limit:
        ratios["ours / the quota's own limit, time"] = ours.seconds / limit
    ways = {"ours": ours, "call per series": by_series, "call per session": by_session}
    facts: dict[str, int | float | str] = {
        "sessions": load.sessions,
        "latency_ms": LATENCY_SECONDS * 1000,
        "quota_limit_seconds": limit,
    }
    for name, way in ways.items():
        key = name.replace(" ", "_")
        facts |= {
            f"{key}_seconds": round(way.seconds, 1),
            f"{key}_requests": way.requests,
            f"{key}_units": way.units,
            f"{key}_refused": way.refused,
        }
    series = [Series(name, [way.seconds] * 2, 1 / way.seconds) for name, way in ways.items()]
    return Report("first_sync", series, ratios, facts)
