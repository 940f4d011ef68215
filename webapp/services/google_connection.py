"""A practitioner's connection to Google: keeping, losing, resting and resuming it (R50 to R55).

What can happen when, and what is said about it, is the table in domain/connection_states.py.
Connecting alone writes and reads no events (R53). No transaction is open while Google is spoken
to. Asking for access is google_consent.py, leaving is departures.py.
"""

import datetime as dt

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp import queue
from webapp.config import Settings
from webapp.db.models import (
    ConnectionState,
    GoogleConnection,
    Member,
    SyncedCalendar,
)
from webapp.domain.connection_losses import loss
from webapp.domain.connection_states import ConnectionEvent, arrow
from webapp.domain.errors import AccountInQuestion, NotConnected, PermissionsMissing
from webapp.google.oauth import PREFIX, Grant
from webapp.queue import Bell
from webapp.services import audit, departures
from webapp.services.google_access import token_of
from webapp.services.token_vault import TokenVault

PERMISSIONS = {
    PREFIX + "calendar.app.created": (
        "Make secondary Google calendars, and see, create, change, and delete events on them"
    ),
    PREFIX + "calendar.calendarlist.readonly": (
        "See the list of Google calendars you’re subscribed to"
    ),
    PREFIX + "calendar.events.readonly": "View events on all your calendars",
}
"""What each box on Google's page says, so that people find it there."""

ANNOUNCED_LIFE = "refresh_token_expires_in"
"""Seconds; Google sends it only with a grant that ends (GOOGLE.md 1.3)."""

_OF_MEMBER = select(GoogleConnection).where(GoogleConnection.member_id == bindparam("member"))


def finish(
    session: Session,
    *,
    by: Member,
    grant: Grant,
    settings: Settings,
    now: dt.datetime,
    accepted_account: str = "",
) -> GoogleConnection:
    """Keeps the grant as the practitioner's one connection (R55). Commits, then rings.

    The same account again continues with its calendars and makes no duplicates (R130); another
    one begins anew, and the earlier one's access is given back. Raises `PermissionsMissing`,
    `NotConnected`, or `AccountInQuestion` unless the person has accepted that account.
    """
    if grant.missing_scopes:
        raise PermissionsMissing(tuple(PERMISSIONS[scope] for scope in grant.missing_scopes))
    existing = departures.locked_connection(session, by)
    if grant.sub != accepted_account:
        _question_account(session, by, grant, existing)
    departures.return_to_account(session, account=grant.sub, now=now)
    left = None
    if existing is not None and existing.google_sub != grant.sub:
        left = departures.leave_account(
            session, by=by, connection=existing, settings=settings, now=now
        )
        existing = None
    connection = existing or _new_connection(by, grant, now)
    _fill(connection, grant, settings, now=now)
    session.add(connection)
    calendars = _wake(session, connection)
    audit.record(session, by=by, action="google.connected", subject=connection.id, now=now)
    session.commit()
    _ring(connection, calendars, left.id if left else None)
    return connection


def mark_reconnect(
    session: Session, connection: GoogleConnection, reason: str, now: dt.datetime
) -> None:
    """Notes that Google no longer lets us in, and why, by Google's word `reason` (F21). Commits.

    Nothing is deleted: what was wished waits for the reconnect. One that is noticed again, or no
    longer in use, stays as it is.
    """
    if connection.state is not ConnectionState.CONNECTED:
        return
    event = loss(reason, given_at=connection.connected_at, ends_at=connection.ends_at, now=now)
    _change(connection, event, now=now)
    session.add(connection)
    owner = session.exec(select(Member).where(Member.id == connection.member_id)).one()
    audit.record(
        session, by=owner, action="google.reconnect_needed", subject=connection.id, now=now
    )
    session.commit()


def resume(session: Session, *, by: Member, now: dt.datetime) -> GoogleConnection | None:
    """Uses the access again that rested meanwhile (R117); None when there is none.

    Part of the caller's transaction, who rings for the connection's calendars after it. Raises
    `NotConnected` while Google is just being told of the leaving.
    """
    connection = departures.locked_connection(session, by)
    if connection is None or connection.state is not ConnectionState.RESTING:
        return None
    departures.return_to_account(session, account=connection.google_sub, now=now)
    _change(connection, ConnectionEvent.TWO_WAY_CHOSEN, now=now)
    session.add(connection)
    return connection


def of_member(session: Session, *, member_id: str) -> GoogleConnection | None:
    """The practitioner's connection, or None."""
    return session.exec(_OF_MEMBER, params={"member": member_id}).first()


def _question_account(
    session: Session, by: Member, grant: Grant, existing: GoogleConnection | None
) -> None:
    """Raises `AccountInQuestion` when a colleague uses the account, or another one was expected."""
    colleague = session.exec(
        select(Member.name)
        .join(GoogleConnection, col(GoogleConnection.member_id) == col(Member.id))
        .where(GoogleConnection.google_sub == grant.sub, col(Member.id) != by.id)
    ).first()
    if colleague is not None:
        raise AccountInQuestion(
            f"{colleague} already syncs with {grant.email}. If two people use one account, both "
            "see each other’s sessions in Google, and its private events block both of you here.",
            account=grant.sub,
        )
    if existing is not None and existing.google_sub != grant.sub:
        raise AccountInQuestion(
            f"You were connected as {existing.email} and chose {grant.email}. Going on begins "
            f"anew with {grant.email}: the events of {existing.email} leave this app, and what "
            "is in its calendars stays there and no longer changes.",
            account=grant.sub,
        )


def _new_connection(by: Member, grant: Grant, now: dt.datetime) -> GoogleConnection:
    return GoogleConnection(
        practice_id=by.practice_id,
        member_id=by.id,
        google_sub=grant.sub,
        email=grant.email,
        granted_scopes="",
        sealed_token="",
        token_version=0,
        state=ConnectionState.NOT_CONNECTED,
        state_since=now,
        connected_at=now,
    )


def _fill(
    connection: GoogleConnection, grant: Grant, settings: Settings, *, now: dt.datetime
) -> None:
    """What the grant says. A refresh token that Google does not repeat stays (GOOGLE.md 1.4)."""
    token = {**token_of(connection, settings), **grant.token}
    if not token.get("refresh_token"):
        raise NotConnected("Google did not give lasting access. Nothing was connected.")
    connection.email = grant.email
    connection.granted_scopes = " ".join(sorted(grant.scopes))
    connection.sealed_token = TokenVault.of(settings).seal(
        token, connection_id=connection.id, practice_id=connection.practice_id
    )
    connection.token_version += 1
    connection.refreshing_until = None
    connection.connected_at, connection.ends_at = now, _end(grant, now)
    _change(connection, ConnectionEvent.GRANTED, now=now)


def _end(grant: Grant, now: dt.datetime) -> dt.datetime | None:
    seconds = grant.token.get(ANNOUNCED_LIFE)
    if not isinstance(seconds, int) or seconds <= 0:
        return None
    return now + dt.timedelta(seconds=seconds)


def _change(connection: GoogleConnection, event: ConnectionEvent, *, now: dt.datetime) -> None:
    """Follows the table. Raises `ImpossibleChange`."""
    connection.state = arrow(connection.state, event).to
    connection.cause, connection.state_since = event, now


def _wake(session: Session, connection: GoogleConnection) -> list[str]:
    """What is synced looks at Google again at once, however long it was told to wait."""
    calendars = session.exec(
        select(SyncedCalendar).where(
            SyncedCalendar.connection_id == connection.id, col(SyncedCalendar.is_on).is_(True)
        )
    ).all()
    for calendar in calendars:
        calendar.requested += 1
        calendar.attempts, calendar.next_attempt_at, calendar.failure = 0, None, ""
    return [calendar.id for calendar in calendars]


def _ring(connection: GoogleConnection, calendars: list[str], departure_id: str | None) -> None:
    queue.ring(Bell.CALENDARS, connection.id)
    for calendar_id in calendars:
        queue.ring(Bell.SYNC, calendar_id)
    if departure_id is not None:
        queue.ring(Bell.DEPARTURES, departure_id)
