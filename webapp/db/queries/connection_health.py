"""How each practitioner's connection to Google is doing, without a client's name or a title (U14).

The scope of the session decides whose: an owner's shows one practice, the operator's all of them.
Calendars are counted and never named, because Google's names for them may say more than an operator
should know (R146).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from webapp.db.models import (
    ConnectionState,
    GoogleConnection,
    Member,
    Outbox,
    Practice,
    SyncedCalendar,
    SyncProblem,
)

LATE_AFTER = dt.timedelta(minutes=30)
"""A connected account that was not up to date for so long is late, whatever its state says."""


class Health(StrEnum):
    """The gravest first."""

    RECONNECT = "reconnect"
    FAILED = "failed"
    LATE = "late"
    WAITING = "waiting"
    FINE = "fine"
    NOT_SYNCED = "not_synced"


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """One practitioner. Times are aware UTC; `calendars` are those that are switched on."""

    practice_name: str
    member: Member
    connection: GoogleConnection
    now: dt.datetime
    calendars: list[SyncedCalendar] = field(default_factory=list)
    wishes: int = 0
    problems: Counter[str] = field(default_factory=Counter)

    @property
    def health(self) -> Health:
        """What it comes down to."""
        if self.connection.state is ConnectionState.RECONNECT_NEEDED:
            return Health.RECONNECT
        if self.connection.state is not ConnectionState.CONNECTED or not self.calendars:
            return Health.NOT_SYNCED
        if self.failures:
            return Health.FAILED
        if self.last_success_at and self.now - self.last_success_at > LATE_AFTER:
            return Health.LATE
        return Health.WAITING if self.wishes or self.looks else Health.FINE

    @property
    def last_success_at(self) -> dt.datetime | None:
        """When the calendar that is furthest behind was up to date; None before the first time."""
        times = [calendar.last_success_at for calendar in self.calendars]
        known = [at for at in times if at is not None]
        return min(known) if known and len(known) == len(times) else None

    @property
    def lag(self) -> dt.timedelta:
        """For how long what waits may have been waiting: since that calendar was up to date."""
        if not (self.wishes or self.looks) or self.last_success_at is None:
            return dt.timedelta(0)
        return self.now - self.last_success_at

    @property
    def looks(self) -> int:
        """How many calendars wait to be read."""
        return sum(calendar.requested > calendar.completed for calendar in self.calendars)

    @property
    def waits_until(self) -> dt.datetime | None:
        """When Google may be asked again, where it asked for patience."""
        times = [row.next_attempt_at for row in self.calendars if row.next_attempt_at]
        return max((at for at in times if at > self.now), default=None)

    @property
    def failures(self) -> Counter[str]:
        """Why calendars failed, in the words of their tiles, and how many."""
        reasons = [
            row.failure or "This calendar is gone from Google."
            for row in self.calendars
            if row.failure or row.is_missing
        ]
        return Counter(reasons)


def connection_health(session: Session, *, now: dt.datetime) -> list[ConnectionHealth]:
    """Everybody in the session's scope who is connected, the gravest first; four queries."""
    found = session.exec(
        select(GoogleConnection, Member, Practice)
        .join(Member, col(Member.id) == col(GoogleConnection.member_id))
        .join(Practice, col(Practice.id) == col(GoogleConnection.practice_id))
    ).all()
    calendars = _calendars(session)
    ids = [row.id for rows in calendars.values() for row in rows]
    wishes, problems = _wishes(session, ids), _problems(session, ids)
    everybody = [
        ConnectionHealth(
            practice_name=practice.name,
            member=member,
            connection=connection,
            now=now,
            calendars=calendars[connection.id],
            wishes=sum(wishes[row.id] for row in calendars[connection.id]),
            problems=sum((problems[row.id] for row in calendars[connection.id]), Counter()),
        )
        for connection, member, practice in found
    ]
    return sorted(everybody, key=_place)


def _place(one: ConnectionHealth) -> tuple[int, str, str]:
    return list(Health).index(one.health), one.practice_name, one.member.name


def _calendars(session: Session) -> dict[str, list[SyncedCalendar]]:
    """Those that are switched on and not paused, by connection."""
    rows: dict[str, list[SyncedCalendar]] = defaultdict(list)
    is_read = col(SyncedCalendar.is_on).is_(True), col(SyncedCalendar.paused_at).is_(None)
    for row in session.exec(select(SyncedCalendar).where(*is_read)):
        rows[row.connection_id].append(row)
    return rows


def _wishes(session: Session, calendar_ids: Sequence[str]) -> Counter[str]:
    """How many appointments wait to look right in Google, by calendar."""
    known = set(calendar_ids)
    rows = session.exec(
        select(Outbox.calendar_id, func.count(col(Outbox.id)))
        .where(col(Outbox.requested) > col(Outbox.completed))
        .group_by(col(Outbox.calendar_id))
    )
    return Counter({calendar_id: count for calendar_id, count in rows if calendar_id in known})


def _problems(session: Session, calendar_ids: Sequence[str]) -> dict[str, Counter[str]]:
    """Why events could not be brought over, by calendar; never which."""
    known = set(calendar_ids)
    rows = session.exec(
        select(
            SyncProblem.calendar_id, SyncProblem.reason, func.count(col(SyncProblem.id))
        ).group_by(col(SyncProblem.calendar_id), col(SyncProblem.reason))
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for calendar_id, reason, count in rows:
        if calendar_id in known:
            found[calendar_id][reason] = count
    return found
