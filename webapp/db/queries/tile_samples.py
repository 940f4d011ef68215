"""One tile in each of its states, made of rows that no database holds: for /patterns and tests."""

import datetime as dt
from typing import Any

from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    SyncedCalendar,
    SyncProblem,
    SyncRun,
)
from webapp.db.queries.tiles import Tile
from webapp.domain.run_state import RunState
from webapp.domain.tile_state import TileState

CONNECTED, LOST = ConnectionState.CONNECTED, ConnectionState.RECONNECT_NEEDED
STANDING = {
    TileState.RECONNECT_NEEDED: LOST,
    TileState.DISCONNECTED: ConnectionState.NOT_CONNECTED,
}
FIRST: dict[str, Any] = {"last_success_at": None}

STILL_GONE = "It is not in your list of calendars there."

CALENDARS: dict[TileState, dict[str, Any]] = {
    TileState.NOT_SYNCED: {"is_on": False, **FIRST},
    TileState.QUEUED: FIRST,
    TileState.RUNNING: FIRST,
    TileState.WAITING: FIRST,
    TileState.SYNCED: {},
    TileState.SYNCED_WITH_NOTES: {},
    TileState.FAILED: {"failure": "Google refused.", **FIRST},
    TileState.STUCK: {"failure": "Google refused."},
    TileState.PAUSED: {},
    TileState.RECONNECT_NEEDED: {},
    TileState.DISCONNECTED: {},
    TileState.MISSING: {"is_missing": True},
    TileState.ASKING: {"gone_count": 120, "gone_of": 140},
    TileState.ACCESS_LOWERED: {"access_role": "reader"},
    TileState.OF_APP: {"is_on": False, "is_of_app": True, "name": "Practice Calendar", **FIRST},
    TileState.CANNOT_SYNC: {"is_on": False, "access_role": "reader", **FIRST},
}


def tile_samples(now: dt.datetime) -> dict[TileState, Tile]:
    """Every state by its name, as of `now` (aware UTC); each calendar has an id of its own."""
    runs = _runs(now)
    since = {TileState.PAUSED: {"paused_at": now}}
    return {
        state: Tile(
            calendar=calendar_sample(now, id=f"sample-{state}", **values, **since.get(state, {})),
            connection_state=STANDING.get(state, CONNECTED),
            run=runs.get(state),
            problems=[_problem(now)] if state is TileState.SYNCED_WITH_NOTES else [],
        )
        for state, values in CALENDARS.items()
    }


def _runs(now: dt.datetime) -> dict[TileState, SyncRun]:
    slow = {"reason": "Google asks us to slow down.", "waits_until": now + dt.timedelta(minutes=5)}
    return {
        TileState.QUEUED: run_sample(now, RunState.QUEUED),
        TileState.RUNNING: run_sample(now, RunState.RUNNING, done=212, total=640),
        TileState.WAITING: run_sample(now, RunState.WAITING, **slow),
        TileState.SYNCED: run_sample(now, RunState.SYNCED),
        TileState.SYNCED_WITH_NOTES: run_sample(now, RunState.SYNCED_WITH_NOTES),
        TileState.FAILED: run_sample(now, RunState.FAILED),
        TileState.MISSING: run_sample(now, RunState.FAILED, finished_at=now, reason=STILL_GONE),
    }


def calendar_sample(now: dt.datetime, **values: Any) -> SyncedCalendar:
    """A calendar of family events, synced two minutes ago unless said otherwise."""
    given = {
        "id": "sample",
        "practice_id": "sample",
        "member_id": "sample",
        "connection_id": "sample",
        "role": CalendarRole.OTHER,
        "name": "Family",
        "colour": "#33b679",
        "is_on": True,
        "last_success_at": now - dt.timedelta(minutes=2),
        "event_count": 640,
    }
    return SyncedCalendar(**{**given, **values})


def run_sample(now: dt.datetime, state: RunState, **values: Any) -> SyncRun:
    """A run of that calendar."""
    return SyncRun(
        id="sample",
        practice_id="sample",
        calendar_id="sample",
        started_by="sample",
        state=state,
        created_at=now,
        **values,
    )


def _problem(now: dt.datetime) -> SyncProblem:
    return SyncProblem(
        practice_id="sample",
        calendar_id="sample",
        subject="sample",
        title="Choir",
        reason="Its repeat rule cannot be read.",
        noticed_at=now,
    )
