"""A practitioner's connection to Google: keeping, losing and giving back access (R50 to R55).

Connecting alone writes and reads no events (R53). Nobody's grant is revoked at Google while a
colleague uses the same account, because that would end theirs as well (GOOGLE.md 1.6). No
transaction is open while Google is spoken to. Asking for access is google_consent.py.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from webapp import queue
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    ConnectionState,
    GoogleConnection,
    Member,
    SyncedCalendar,
)
from webapp.db.scope import Scope
from webapp.domain.errors import (
    AccountInQuestion,
    NotConnected,
    NotFound,
    PermissionsMissing,
)
from webapp.google import oauth
from webapp.google.allowance import Allowance
from webapp.google.calendar import CalendarClient
from webapp.google.errors import GoogleError
from webapp.google.oauth import PREFIX, Grant
from webapp.google.transport import open_client
from webapp.ops import events
from webapp.queue import Bell
from webapp.services import audit, synced_calendars
from webapp.services.token_vault import UNREADABLE, StoredToken, TokenUnreadable, TokenVault

STALE_TOKEN = {"access_token": "", "expires_at": 1}
"""Stands in for a token that cannot be read: the client asks the store before it asks Google."""

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

REASONS = {
    "invalid_grant": "Access was removed in your Google account, or it has expired.",
    "admin_policy_enforced": "The administrator of your Google account does not allow this app.",
    "domainPolicy": "The administrator of your Google account does not allow this app.",
    "insufficientPermissions": "Google says that a permission is missing.",
    "accessNotConfigured": "The Google Calendar API is switched off for this server's project.",
    "notACalendarUser": "This Google account has no Google Calendar.",
    UNREADABLE: "The stored key to your Google account can no longer be read here.",
}
OTHER_REASON = "Google no longer accepts our access."

log = logging.getLogger(__name__)


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
    one begins anew. Raises `PermissionsMissing`, or `AccountInQuestion` unless the person has
    accepted that account after the warning.
    """
    if grant.missing_scopes:
        raise PermissionsMissing(tuple(PERMISSIONS[scope] for scope in grant.missing_scopes))
    existing = _locked(session, by)
    if grant.sub != accepted_account:
        _question_account(session, by, grant, existing)
    if existing is not None and existing.google_sub != grant.sub:
        _erase(session, existing, member=by, now=now)
        existing = None
    connection = existing or _new_connection(by, grant, now)
    _fill(connection, grant, settings, now=now)
    session.add(connection)
    calendars = _wake(session, connection)
    audit.record(session, by=by, action="google.connected", subject=connection.id, now=now)
    session.commit()
    queue.ring(Bell.CALENDARS, connection.id)
    for calendar_id in calendars:
        queue.ring(Bell.SYNC, calendar_id)
    return connection


def disconnect(
    session: Session, *, by: Member, settings: Settings, database: Database, now: dt.datetime
) -> bool:
    """Stops sync, erases the token and all that came from Google, and gives the access back.

    Own events stay, here and in Google. Commits before Google is asked. Whether the access is
    gone at Google: not when Google is silent, or when a colleague uses the same account. Raises
    `NotFound`.
    """
    connection = _locked(session, by)
    if connection is None:
        raise NotFound()
    token = _token_of(connection, settings)
    account = connection.google_sub
    _erase(session, connection, member=by, now=now)
    audit.record(session, by=by, action="google.disconnected", subject=connection.id, now=now)
    session.commit()
    return _give_back(settings, database, account=account, token=token)


def mark_reconnect(
    session: Session, connection: GoogleConnection, reason: str, now: dt.datetime
) -> None:
    """Notes that Google no longer lets us in, with a sentence for `reason` (F21). Commits.

    Nothing is deleted: what was wished waits for the reconnect.
    """
    if connection.state is ConnectionState.RECONNECT_NEEDED:
        return
    connection.state = ConnectionState.RECONNECT_NEEDED
    connection.reason = REASONS.get(reason, OTHER_REASON)
    connection.state_since = now
    session.add(connection)
    owner = session.exec(select(Member).where(Member.id == connection.member_id)).one()
    audit.record(
        session, by=owner, action="google.reconnect_needed", subject=connection.id, now=now
    )
    session.commit()


def client_for(
    settings: Settings,
    database: Database,
    connection: GoogleConnection,
    *,
    allowance: Allowance | None = None,
) -> CalendarClient:
    """The Calendar API for `connection`, within its account's quota. Never raises: a token that
    cannot be read ends the first call with `GrantGone`."""
    vault = TokenVault(settings.secret_key)
    return open_client(
        settings,
        token=_token_of(connection, settings) or STALE_TOKEN,
        store=StoredToken(vault, database, connection),
        allowance=allowance,
    )


def of_member(session: Session, *, member_id: str) -> GoogleConnection | None:
    """The practitioner's connection, or None."""
    return session.exec(
        select(GoogleConnection).where(GoogleConnection.member_id == member_id)
    ).first()


def _locked(session: Session, by: Member) -> GoogleConnection | None:
    """The connection; connecting and disconnecting wait for each other on the member's row."""
    session.exec(select(Member.id).where(Member.id == by.id).with_for_update()).one()
    return of_member(session, member_id=by.id)


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
            f"{colleague} already syncs with {grant.email}. If two people use one account, each "
            "sees the other's sessions as Google events, and they block both calendars.",
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
        state=ConnectionState.CONNECTED,
        state_since=now,
        connected_at=now,
    )


def _fill(
    connection: GoogleConnection, grant: Grant, settings: Settings, *, now: dt.datetime
) -> None:
    """What the grant says. A refresh token that Google does not repeat stays (GOOGLE.md 1.4)."""
    token = {**_token_of(connection, settings), **grant.token}
    if not token.get("refresh_token"):
        raise NotConnected("Google did not give lasting access. Nothing was connected.")
    connection.email = grant.email
    connection.granted_scopes = " ".join(sorted(grant.scopes))
    connection.sealed_token = TokenVault(settings.secret_key).seal(
        token, connection_id=connection.id, practice_id=connection.practice_id
    )
    connection.token_version += 1
    connection.refreshing_until = None
    connection.state, connection.reason = ConnectionState.CONNECTED, ""
    connection.state_since = connection.connected_at = now


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


def _erase(
    session: Session, connection: GoogleConnection, *, member: Member, now: dt.datetime
) -> None:
    """Fences the workers, removes Google's events and then everything about the connection."""
    synced_calendars.clear_google(session, member=member, now=now)
    session.flush()
    session.delete(connection)
    session.flush()


def _token_of(connection: GoogleConnection, settings: Settings) -> dict[str, Any]:
    try:
        return TokenVault(settings.secret_key).unseal(
            connection.sealed_token,
            connection_id=connection.id,
            practice_id=connection.practice_id,
        )
    except TokenUnreadable:
        return {}


def _give_back(
    settings: Settings, database: Database, *, account: str, token: Mapping[str, Any]
) -> bool:
    """Revokes the grant unless somebody else of this installation lives on it."""
    with database.reading(Scope.installation()) as session:
        others = session.exec(
            select(GoogleConnection.id).where(GoogleConnection.google_sub == account)
        ).first()
    if others is not None or not token:
        return False
    try:
        oauth.revoke(settings, token)
    except GoogleError as failed:
        log.warning(events.REVOKE_FAILED, extra={"error": type(failed).__name__})
        return False
    return True
