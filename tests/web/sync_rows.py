"""Rows for tests of the sync page: Ada's settings, her connection, her calendars and their runs."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from tests.cast import World
from tests.web.conftest import NOW
from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    SyncedCalendar,
    SyncMode,
    SyncRun,
    SyncSettings,
)
from webapp.domain.run_state import RunState


def settings_row(session: Session, world: World, **values: Any) -> SyncSettings:
    """Ada's settings, allowed and two-way unless said otherwise."""
    given = {"is_enabled": True, "mode": SyncMode.TWO_WAY, **values}
    row = SyncSettings(practice_id=world.practice.id, member_id=world.ada.id, **given)
    session.add(row)
    session.flush()
    return row


def connection_row(session: Session, world: World, **values: Any) -> GoogleConnection:
    """Ada's connection, listed and working unless said otherwise."""
    given = {"state": ConnectionState.CONNECTED, "calendars_listed_at": NOW, **values}
    row = GoogleConnection(
        practice_id=world.practice.id,
        member_id=world.ada.id,
        google_sub="sub-ada",
        email="ada@example.com",
        granted_scopes="",
        sealed_token="sealed",
        state_since=NOW,
        connected_at=NOW,
        **given,
    )
    session.add(row)
    session.flush()
    return row


def calendar_row(session: Session, connection: GoogleConnection, **values: Any) -> SyncedCalendar:
    """A calendar of that account, synced two minutes ago unless said otherwise."""
    given = {
        "role": CalendarRole.OTHER,
        "name": "Family",
        "is_on": True,
        "last_success_at": NOW - dt.timedelta(minutes=2),
        **values,
    }
    row = SyncedCalendar(
        practice_id=connection.practice_id,
        member_id=connection.member_id,
        connection_id=connection.id,
        google_id=f"{given['name']}@group.example",
        **given,
    )
    session.add(row)
    session.flush()
    return row


def run_row(session: Session, calendar: SyncedCalendar, state: RunState, **values: Any) -> SyncRun:
    """A run of that calendar."""
    row = SyncRun(
        practice_id=calendar.practice_id,
        calendar_id=calendar.id,
        started_by=calendar.member_id,
        state=state,
        created_at=NOW,
        **values,
    )
    session.add(row)
    session.flush()
    return row


def default_row(session: Session, connection: GoogleConnection, **values: Any) -> SyncedCalendar:
    """The calendar that takes Ada's sessions."""
    given = {"role": CalendarRole.DEFAULT, "name": "Practice Calendar", **values}
    return calendar_row(session, connection, **given)
