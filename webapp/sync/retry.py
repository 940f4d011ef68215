"""After a failure: again at a time, give up, or ask the person to reconnect. One table.

Waits double from `first` up to `longest` with full jitter, so that many workers do not come back
together (GOOGLE.md 6.4). What Google asks for in Retry-After wins, within an hour. A single event
gets `MOST_ATTEMPTS` tries and is then named in its tile (I10); a whole calendar goes on trying.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

MOST_ATTEMPTS = 8
LONGEST_RETRY_AFTER = dt.timedelta(hours=1)
SHORTEST_WAIT = dt.timedelta(seconds=1)


class Failure(StrEnum):
    """Everything that can go wrong with Google, by what follows from it."""

    THROTTLED = "throttled"
    PARTLY_THROTTLED = "partly_throttled"
    USAGE_LIMITED = "usage_limited"
    UNAVAILABLE = "unavailable"
    CATCHING_UP = "catching_up"
    STALE = "stale"
    PLACE_LOST = "place_lost"
    REFUSED = "refused"
    PERMISSION = "permission"
    GRANT_GONE = "grant_gone"
    MISSING_CALENDAR = "missing_calendar"
    WORKERS_LOST = "workers_lost"


class Outcome(StrEnum):
    """What a row of the table leads to."""

    AGAIN = "again"
    GIVE_UP = "give up"
    RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the outcome, and for `AGAIN` the first and the longest wait."""

    outcome: Outcome
    first: dt.timedelta = dt.timedelta(seconds=2)
    longest: dt.timedelta = dt.timedelta(minutes=15)


TABLE = {
    Failure.THROTTLED: Row(Outcome.AGAIN),
    Failure.PARTLY_THROTTLED: Row(
        Outcome.AGAIN, first=dt.timedelta(seconds=1), longest=dt.timedelta(seconds=8)
    ),
    Failure.USAGE_LIMITED: Row(
        Outcome.AGAIN, first=dt.timedelta(hours=2), longest=dt.timedelta(hours=12)
    ),
    Failure.UNAVAILABLE: Row(Outcome.AGAIN),
    Failure.CATCHING_UP: Row(Outcome.AGAIN, first=dt.timedelta(seconds=1)),
    Failure.STALE: Row(Outcome.AGAIN, first=dt.timedelta(seconds=1)),
    Failure.PLACE_LOST: Row(Outcome.AGAIN, first=dt.timedelta(minutes=15)),
    Failure.REFUSED: Row(Outcome.GIVE_UP),
    Failure.PERMISSION: Row(Outcome.RECONNECT),
    Failure.GRANT_GONE: Row(Outcome.RECONNECT),
    Failure.MISSING_CALENDAR: Row(Outcome.GIVE_UP),
    Failure.WORKERS_LOST: Row(Outcome.GIVE_UP),
}


@dataclass(frozen=True, slots=True)
class Again:
    """Try again then (aware UTC)."""

    at: dt.datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not get better by itself: needs attention."""

    reason: Failure


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Google no longer lets us in, or not far enough."""

    reason: Failure


def next_step(
    failure: Failure,
    *,
    attempts: int,
    now: dt.datetime,
    jitter: float,
    retry_after: dt.timedelta | None = None,
    most_attempts: int | None = MOST_ATTEMPTS,
) -> Again | GiveUp | Reconnect:
    """What follows from the failure number `attempts` (from 1). `jitter` is from 0 to 1.

    `most_attempts` None keeps trying for ever, at the longest wait: for calendars, which say
    meanwhile that they wait.
    """
    row = TABLE[failure]
    if row.outcome is Outcome.RECONNECT:
        return Reconnect(failure)
    is_enough = most_attempts is not None and attempts >= most_attempts
    if row.outcome is Outcome.GIVE_UP or is_enough:
        return GiveUp(failure)
    return Again(now + _wait(row, attempts, jitter, retry_after))


def _wait(row: Row, attempts: int, jitter: float, retry_after: dt.timedelta | None) -> dt.timedelta:
    if retry_after is not None and dt.timedelta() < retry_after <= LONGEST_RETRY_AFTER:
        return retry_after
    doubled = row.first * (1 << min(max(attempts - 1, 0), 20))
    return max(min(doubled, row.longest) * jitter, SHORTEST_WAIT)
