"""Re-syncs and history entries in each of their states, from no database: for /patterns, tests."""

import datetime as dt
from typing import Any

from webapp.db.models import CalendarRole, SyncedCalendar, SyncRun
from webapp.db.queries.history import GONE_THERE, Line, Stint
from webapp.domain.history import Counts, Outcome, Side, sentence
from webapp.domain.run_state import RunState
from webapp.services.resyncs import Resync

REPAIRED: Counts = {(Outcome.PUT_BACK, Side.GOOGLE): 2, (Outcome.REMOVED, Side.APP): 1}


def resyncs(now: dt.datetime) -> dict[str, Resync | None]:
    """By the name of the state, as of `now` (aware UTC)."""
    ended: dict[str, Any] = {"finished_at": now - dt.timedelta(minutes=2)}
    slow: dict[str, Any] = {
        "reason": "Google asks us to go slower.",
        "waits_until": now + dt.timedelta(minutes=5),
    }
    refused = {"reason": "Google does not answer.", **ended}
    return {
        "at rest": None,
        "comparing": _resync(now, RunState.RUNNING),
        "waiting": _resync(now, RunState.WAITING, **slow),
        "all matched": _resync(now, RunState.SYNCED, **ended),
        "repaired": _resync(now, RunState.SYNCED_WITH_NOTES, REPAIRED, **ended),
        "not compared": _resync(now, RunState.FAILED, **refused),
    }


def stints(now: dt.datetime) -> list[Stint]:
    """Each outcome once."""
    ours = [_line(outcome, Side.GOOGLE, "Cleo Marsh", now) for outcome in Outcome]
    theirs = [
        _line(Outcome.ADDED, Side.APP, "Choir", now.date()),
        _line(Outcome.REMOVED, Side.APP, GONE_THERE, now, is_gone=True),
    ]
    return [
        Stint("Practice Calendar", now, "4 events added to Google, 1 updated in Google", ours),
        Stint("Family", now, "1 event added here, 1 removed here", theirs),
    ]


def _resync(
    now: dt.datetime, state: RunState, counts: Counts | None = None, **values: Any
) -> Resync:
    calendar = SyncedCalendar(
        id="sample",
        practice_id="sample",
        member_id="sample",
        connection_id="sample",
        role=CalendarRole.DEFAULT,
        name="Practice Calendar",
    )
    run = SyncRun(
        practice_id="sample",
        calendar_id="sample",
        started_by="sample",
        state=state,
        created_at=now,
        **values,
    )
    return Resync("sample", [(run, calendar)], counts or {})


def _line(
    outcome: Outcome, side: Side, title: str, starts: dt.date, *, is_gone: bool = False
) -> Line:
    is_trouble = outcome in (Outcome.FAILED, Outcome.STOPPED)
    has_event = outcome is not Outcome.STOPPED
    return Line(
        outcome=outcome,
        side=side,
        text=sentence(outcome, side),
        title=title if has_event else "",
        starts=starts if has_event else None,
        reason="Google does not answer." if is_trouble else "",
        is_gone=is_gone,
    )
