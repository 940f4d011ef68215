"""The calendar list of a connected Google account, brought over as tiles."""

import datetime as dt
import logging
from contextlib import closing

from sqlalchemy import bindparam
from sqlmodel import Session, select

from webapp.db.models import GoogleConnection
from webapp.db.queries.open_connections import is_open
from webapp.db.scope import Scope
from webapp.google.errors import GoogleError, GrantGone, PermissionMissing
from webapp.ops import events
from webapp.services import calendar_list, creation, google_connection
from webapp.services.sync_context import SyncTools

log = logging.getLogger(__name__)

_CONNECTED = select(GoogleConnection).where(GoogleConnection.id == bindparam("which"), is_open())
_LOCKED = _CONNECTED.with_for_update()


def list_calendars(tools: SyncTools, *, connection_id: str) -> bool:
    """Makes the tiles equal to the account's calendars. False when Google could not be read.

    Then the tiles stay as they are, and the sweeper asks again. A change during the listing is
    newer than the listing's beginning, which is what is noted, and so leads to another one.
    """
    with tools.database.reading(Scope.installation()) as session:
        connection = _connected(session, connection_id)
    if connection is None:
        return False
    scope, began_at = Scope.practice(connection.practice_id), tools.clock()
    try:
        with closing(tools.open_client(connection)) as client:
            entries = list(creation.all_entries(client))
    except GoogleError as failed:
        _note_failure(tools, connection, failed, began_at)
        return False
    with tools.database.writing(scope) as session:
        own = _connected(session, connection_id, is_locked=True)
        if own is not None:
            calendar_list.follow(session, connection=own, entries=entries, now=began_at)
    return True


def _note_failure(
    tools: SyncTools, connection: GoogleConnection, failed: GoogleError, asked_at: dt.datetime
) -> None:
    """Lost access is a state; everything else passes, and the sweeper asks again."""
    has_access = not isinstance(failed, GrantGone | PermissionMissing)
    if has_access:
        log.warning(events.CALENDAR_LIST_FAILED, extra={"error": type(failed).__name__})
    with tools.database.writing(Scope.practice(connection.practice_id)) as session:
        own = _connected(session, connection.id, is_locked=True)
        if own is None:
            return
        calendar_list.leave_unanswered(session, connection=own, has_access=has_access, now=asked_at)
        if not has_access:
            google_connection.mark_reconnect(session, own, failed.reason, tools.clock())
        session.commit()


def _connected(
    session: Session, connection_id: str, *, is_locked: bool = False
) -> GoogleConnection | None:
    """With `is_locked`, nobody disconnects before the caller's transaction has ended (F71)."""
    query = _LOCKED if is_locked else _CONNECTED
    return session.exec(query, params={"which": connection_id}).first()
