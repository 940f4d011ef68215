"""A connected practitioner, for tests of the connection's services: fixtures and rows."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from emulator.google import Google
from tests.cast import World
from tests.google.conftest import ADA, consented
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    CalendarRole,
    GoogleConnection,
    GoogleEvent,
    Member,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.google.oauth import Grant
from webapp.services import google_connection


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A request of somebody in Harbour Practice."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


@pytest.fixture
def ada(session: Session, world: World) -> Member:
    """Ada, who has allowed her calendar to sync with Google."""
    session.add(
        SyncSettings(
            practice_id=world.practice.id,
            member_id=world.ada.id,
            is_enabled=True,
            mode=SyncMode.TWO_WAY,
        )
    )
    session.commit()
    return world.ada


@pytest.fixture
def grant(settings: Settings, google: Google) -> Grant:
    """What Ada grants at Google."""
    return consented(settings, google)


@pytest.fixture
def connection(
    session: Session, ada: Member, grant: Grant, settings: Settings, now: dt.datetime
) -> GoogleConnection:
    return google_connection.finish(session, by=ada, grant=grant, settings=settings, now=now)


def synced_calendar(session: Session, connection: GoogleConnection) -> SyncedCalendar:
    """A synced calendar with one event of Google's in it."""
    calendar = SyncedCalendar(
        practice_id=connection.practice_id,
        member_id=connection.member_id,
        connection_id=connection.id,
        google_id=ADA,
        role=CalendarRole.OTHER,
        name="Private",
        is_on=True,
    )
    session.add(calendar)
    session.flush()
    session.add(
        GoogleEvent(practice_id=calendar.practice_id, calendar_id=calendar.id, google_id="e1")
    )
    session.commit()
    return calendar
