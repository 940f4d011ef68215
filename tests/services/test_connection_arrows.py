"""Each arrow of the connection's table, walked by the services themselves, against the stand-in."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlmodel import select

from emulator.google import Google
from tests.google.conftest import ADA, consented, emulator, google, settings
from tests.services.connecting import ada, connection, grant, session, synced_calendar
from tests.services.test_departures import DAY, WORKER, Leaver, leaver
from webapp.db.models import ConnectionState, Departure, GoogleConnection, Member, SyncMode
from webapp.domain.connection_states import TABLE, Arrow, ConnectionEvent
from webapp.domain.departures import DepartureKind
from webapp.domain.roles import Role
from webapp.services import deactivations, google_connection, sync_settings

__all__ = [
    "ada",
    "connection",
    "emulator",
    "google",
    "grant",
    "leaver",
    "session",
    "settings",
]

OTHER = "ada.lind@example.com"
LATER = dt.timedelta(days=30)

State, Event = ConnectionState, ConnectionEvent

REASONS = {
    Event.ACCESS_REMOVED: "invalid_grant",
    Event.SEVEN_DAYS_OVER: "invalid_grant",
    Event.TIME_OVER: "invalid_grant",
    Event.FORBIDDEN: "admin_policy_enforced",
    Event.PERMISSION_MISSING: "insufficientPermissions",
    Event.API_OFF: "accessNotConfigured",
    Event.NO_CALENDAR: "notACalendarUser",
    Event.KEY_UNREADABLE: "token_unreadable",
    Event.REFUSED: "authError",
}
LIVES = {Event.SEVEN_DAYS_OVER: dt.timedelta(days=7), Event.TIME_OVER: dt.timedelta(days=20)}


@dataclass
class Walker:
    """Ada, her page and the workers; one method for each way that something happens."""

    leaver: Leaver
    google: Google

    def standing(self) -> ConnectionState:
        """Where the connection is: a departure's word counts until somebody connects again."""
        self.leaver.session.expire_all()
        row = self.leaver.session.exec(select(GoogleConnection)).first()
        departure = self.departure()
        if row is not None and row.sealed_token:
            return row.state
        assert departure is not None
        return departure.state

    def departure(self) -> Departure | None:
        """The disconnect, if there was one."""
        return self.leaver.session.exec(
            select(Departure).where(Departure.kind == DepartureKind.DISCONNECT)
        ).first()

    def give_access(self, account: str = ADA) -> None:
        grant = consented(self.leaver.settings, self.google, user=account)
        google_connection.finish(
            self.leaver.session,
            by=self.leaver.member,
            grant=grant,
            settings=self.leaver.settings,
            now=self.leaver.now,
            accepted_account=grant.sub,
        )

    def lose(self, event: ConnectionEvent) -> None:
        row = self.leaver.session.exec(select(GoogleConnection)).one()
        life = LIVES.get(event)
        row.ends_at = row.connected_at + life if life else None
        google_connection.mark_reconnect(
            self.leaver.session, row, REASONS[event], self.leaver.now + LATER
        )

    def choose(self, mode: SyncMode) -> None:
        sync_settings.choose_mode(
            self.leaver.session,
            by=self.leaver.member,
            mode=mode,
            is_confirmed=True,
            now=self.leaver.now,
        )

    def deactivate(self) -> None:
        session, member = self.leaver.session, self.leaver.member
        owner = session.exec(select(Member).where(Member.role == Role.OWNER)).one()
        deactivations.create(
            session,
            by=owner,
            member_id=member.id,
            settings=self.leaver.settings,
            now=self.leaver.now,
        )

    def silence(self, *, after: dt.timedelta = dt.timedelta(0)) -> None:
        self.google.faults.clear()
        self.google.faults.add("revoke", "error", status=503, times=0)
        self.leaver.work(after=after)

    def hear(self) -> None:
        self.google.faults.clear()
        self.leaver.work(after=WORKER)

    def happen(self, event: ConnectionEvent) -> None:
        """Lets `event` happen, whatever the state."""
        ways: dict[ConnectionEvent, Callable[[], object]] = {
            Event.GRANTED: self.give_access,
            Event.TWO_WAY_LEFT: lambda: self.choose(SyncMode.ONE_WAY),
            Event.TWO_WAY_CHOSEN: lambda: self.choose(SyncMode.TWO_WAY),
            Event.DISCONNECTED: self.leaver.disconnect,
            Event.DEACTIVATED: self.deactivate,
            Event.ANOTHER_ACCOUNT: lambda: self.give_access(OTHER),
            Event.GOOGLE_SILENT: lambda: self.silence(after=WORKER),
            Event.GIVEN_BACK: self.hear,
            Event.DAY_OVER: lambda: self.silence(after=DAY),
        }
        ways.get(event, lambda: self.lose(event))()

    def go_to(self, state: ConnectionState) -> None:
        """From connected to `state`, by the shortest way."""
        if state is State.RECONNECT_NEEDED:
            self.lose(Event.ACCESS_REMOVED)
        elif state is State.RESTING:
            self.choose(SyncMode.ONE_WAY)
        elif state in (State.LEAVING, State.STILL_LISTED, State.NOT_CONNECTED):
            self.leaver.disconnect()
        if state is State.STILL_LISTED:
            self.silence()
        if state is State.NOT_CONNECTED:
            self.hear()


@pytest.fixture
def walker(leaver: Leaver, google: Google) -> Walker:
    return Walker(leaver, google)


@pytest.mark.slow
@pytest.mark.parametrize("one", TABLE, ids=lambda one: f"{one.state}, {one.event}")
def test_the_services_walk_each_arrow(walker: Walker, one: Arrow) -> None:
    """R126 to R131, F20 to F23, F27, F59, F64."""
    walker.go_to(one.state)
    assert walker.standing() is one.state
    walker.happen(one.event)
    if one.event is Event.ANOTHER_ACCOUNT:
        departure = walker.departure()
        assert departure is not None
        assert departure.state is one.to
    else:
        assert walker.standing() is one.to


def test_what_waits_is_kept_while_access_is_lost(
    walker: Walker, connection: GoogleConnection
) -> None:
    """R129, F21: and the reconnect wishes it again at once."""
    calendar = synced_calendar(walker.leaver.session, connection)
    walker.lose(Event.ACCESS_REMOVED)
    walker.give_access()
    walker.leaver.session.refresh(calendar)
    assert calendar.requested == 1
