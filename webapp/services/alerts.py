"""Telling practitioners by mail what is wrong with their sync, until it is mended (R127, U7).

One row per trouble remembers what was told. Whoever sends claims the mail first, so that a crash
loses one mail rather than sending it twice; a mail that could not be sent is due again soon.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from webapp.db.models import (
    Alert,
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    Member,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.domain.alert_letters import next_at
from webapp.domain.troubles import TroubleKind, Words, mailed

AGAIN_AFTER = dt.timedelta(minutes=15)
Key = tuple[str, TroubleKind]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one practitioner; `since` is aware UTC, `time_zone` theirs."""

    email: str
    time_zone: str
    words: Words
    since: dt.datetime


Tell = Callable[[Letter], bool]


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What is wrong now, and whose it is."""

    member: Member
    words: Words
    since: dt.datetime


def tell_due(session: Session, *, now: dt.datetime, tell: Tell) -> int:
    """Tells whoever has to be told by now; how many mails went out. Commits, also before each.

    `session` is of the whole installation; `tell` says whether its mail is on its way.
    """
    troubles = _troubles(session, now=now)
    alerts = _followed(session, troubles, now=now)
    session.commit()
    sent = 0
    for alert in alerts:
        if alert.next_at is not None and alert.next_at <= now:
            if not _told(session, alert, troubles[alert.subject, alert.kind], now=now, tell=tell):
                break
            sent += 1
    return sent


def _troubles(session: Session, *, now: dt.datetime) -> dict[Key, _Trouble]:
    """Lost connections, and calendars of working ones that will not mend by themselves."""
    found: dict[Key, _Trouble] = {}
    for connection, member in session.exec(
        _theirs(select(GoogleConnection, Member)).where(
            GoogleConnection.state == ConnectionState.RECONNECT_NEEDED
        )
    ):
        words = mailed(TroubleKind.RECONNECT, reason=connection.reason, is_default=True)
        since = connection.state_since
        found[connection.id, TroubleKind.RECONNECT] = _Trouble(member, words, since)
    for calendar, member in session.exec(
        _theirs(select(SyncedCalendar, Member))
        .join(SyncedCalendar, col(SyncedCalendar.connection_id) == col(GoogleConnection.id))
        .where(
            GoogleConnection.state == ConnectionState.CONNECTED,
            col(SyncedCalendar.is_on).is_(True),
            or_(
                col(SyncedCalendar.is_missing).is_(True),
                and_(col(SyncedCalendar.failure) != "", col(SyncedCalendar.attempts) == 0),
            ),
        )
    ):
        kind = TroubleKind.MISSING if calendar.is_missing else TroubleKind.FAILED
        is_default = calendar.role is CalendarRole.DEFAULT
        words = mailed(kind, reason=calendar.failure, is_default=is_default)
        found[calendar.id, kind] = _Trouble(member, words, calendar.failed_at or now)
    return found


def _theirs(query: Any) -> Any:
    """Of people who may sign in and have two-way sync switched on."""
    return (
        query.select_from(GoogleConnection)
        .join(Member, col(Member.id) == col(GoogleConnection.member_id))
        .join(SyncSettings, col(SyncSettings.member_id) == col(Member.id))
        .where(
            col(Member.is_active).is_(True),
            col(SyncSettings.is_enabled).is_(True),
            SyncSettings.mode == SyncMode.TWO_WAY,
        )
    )


def _followed(session: Session, troubles: dict[Key, _Trouble], *, now: dt.datetime) -> list[Alert]:
    """The rows made equal to the troubles: new ones are due at once, mended ones go."""
    alerts = {(row.subject, row.kind): row for row in session.exec(select(Alert))}
    for key in alerts.keys() - troubles.keys():
        session.delete(alerts.pop(key))
    for key in troubles.keys() - alerts.keys():
        member, since = troubles[key].member, troubles[key].since
        alerts[key] = Alert(
            practice_id=member.practice_id,
            member_id=member.id,
            subject=key[0],
            kind=key[1],
            since=since,
            next_at=now,
        )
        session.add(alerts[key])
    return list(alerts.values())


def _told(
    session: Session, alert: Alert, trouble: _Trouble, *, now: dt.datetime, tell: Tell
) -> bool:
    """Whether the mail is on its way."""
    alert.told, alert.next_at = alert.told + 1, next_at(alert.since, now=now)
    session.commit()
    member = trouble.member
    if tell(Letter(member.email, member.time_zone, trouble.words, alert.since)):
        return True
    alert.told, alert.next_at = alert.told - 1, now + AGAIN_AFTER
    session.commit()
    return False
