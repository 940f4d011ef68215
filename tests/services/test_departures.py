"""Leaving Google: here at once, there step by step, whatever dies or does not answer on the way."""

import datetime as dt
from contextlib import closing
from dataclasses import dataclass

import pytest
from sqlmodel import Session, select

from emulator.google import Google
from tests.cast import World, make_appointment
from tests.google.conftest import ADA, consented, emulator, google, settings
from tests.services.connecting import ada, connection, grant, session, synced_calendar
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    AuditEntry,
    CalendarRole,
    ConnectionState,
    Departure,
    GoogleConnection,
    GoogleEvent,
    Member,
    SyncedCalendar,
    WatchChannel,
)
from webapp.db.scope import Scope
from webapp.domain.departures import Outcome, Step
from webapp.domain.errors import NotConnected, NotFound
from webapp.domain.timespan import TimedSpan
from webapp.google.errors import GrantGone
from webapp.google.oauth import Grant
from webapp.services import departing, departures, google_access, google_connection
from webapp.services.sync_context import SyncTools
from webapp.sync.watching import ChannelState

__all__ = [
    "ada",
    "connection",
    "emulator",
    "google",
    "grant",
    "session",
    "settings",
]

DAY = dt.timedelta(days=1)
WORKER = dt.timedelta(minutes=2)
NOT_TRIED = {Step.STOP_SYNC: Outcome.DONE, Step.CLEAR_EVENTS: Outcome.DONE}
ALL_DONE = {
    Step.STOP_SYNC: Outcome.DONE,
    Step.CLEAR_EVENTS: Outcome.DONE,
    Step.STOP_CHANNELS: Outcome.NOT_NEEDED,
    Step.GIVE_BACK: Outcome.DONE,
    Step.ERASE_KEY: Outcome.DONE,
}


@dataclass
class Leaver:
    """Ada, who leaves, and the workers that tell Google."""

    session: Session
    member: Member
    settings: Settings
    database: Database
    now: dt.datetime

    def disconnect(self, **choices: bool) -> Departure:
        return departures.disconnect(
            self.session, by=self.member, settings=self.settings, now=self.now, **choices
        )

    def work(self, *, after: dt.timedelta = dt.timedelta(0)) -> None:
        """Whatever is due by then, as the sweeper rings for it."""
        self.session.commit()
        now = self.now + after
        tools = SyncTools(
            database=self.database,
            clock=lambda: now,
            open_client=lambda row: google_access.client_for(self.settings, self.database, row),
            event_id_key=b"k" * 32,
            lease_seconds=90,
        )
        with self.database.reading(Scope.installation()) as session:
            due = departing.waiting(session, now=now)
        for departure_id in due:
            departing.carry_on(tools, self.settings, departure_id=departure_id)
        self.session.expire_all()

    def calendar_of_ours(self, connection: GoogleConnection) -> str:
        """Our calendar, made in Google and here; its id there."""
        with closing(google_access.client_for(self.settings, self.database, connection)) as client:
            made = client.create_calendar(name="Ours", time_zone="Europe/Berlin", description="")
        self.session.add(
            SyncedCalendar(
                practice_id=connection.practice_id,
                member_id=connection.member_id,
                connection_id=connection.id,
                google_id=made["id"],
                role=CalendarRole.DEFAULT,
                name="Ours",
                is_on=True,
            )
        )
        self.session.commit()
        return str(made["id"])


@pytest.fixture
def leaver(
    session: Session,
    ada: Member,
    connection: GoogleConnection,
    settings: Settings,
    database: Database,
    now: dt.datetime,
) -> Leaver:
    return Leaver(session, ada, settings, database, now)


def test_everything_here_is_done_with_the_click(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    """F64: without Google, Redis or a worker; counted before and after (R114)."""
    synced_calendar(leaver.session, connection)
    span = TimedSpan(leaver.now, leaver.now + dt.timedelta(hours=1), "Europe/Berlin")
    own = make_appointment(leaver.session, leaver.member, span, now=leaver.now, title="Team")
    leaver.session.commit()
    google.calls.clear()
    departure = leaver.disconnect()
    for gone in (GoogleConnection, SyncedCalendar, GoogleEvent):
        assert leaver.session.exec(select(gone)).all() == []
    assert leaver.session.exec(select(Appointment.id)).all() == [own.id]
    assert (departure.own_before, departure.google_before) == (1, 1)
    assert (departure.own_after, departure.google_after) == (1, 0)
    assert departure.state is ConnectionState.LEAVING
    assert list(google.calls) == []


def test_the_access_is_given_back_and_the_key_erased(leaver: Leaver, google: Google) -> None:
    """R128, S19, I16, PEERS reserve list: no token and no orphan is left."""
    departure = leaver.disconnect()
    leaver.work()
    assert departure.outcomes == ALL_DONE
    assert departure.state is ConnectionState.NOT_CONNECTED
    assert departure.finished_at is not None
    assert departure.sealed_token == ""
    assert google.grants.refresh_tokens == {}
    actions = leaver.session.exec(select(AuditEntry.action).order_by(AuditEntry.action)).all()
    assert actions == ["google.connected", "google.disconnected"]


def test_nothing_happens_twice(leaver: Leaver, google: Google) -> None:
    leaver.disconnect()
    leaver.work()
    mark = google.calls.mark()
    leaver.work(after=DAY)
    assert list(google.calls.select("*", since=mark)) == []


def test_google_away_postpones_what_google_has_to_hear(leaver: Leaver, google: Google) -> None:
    """F64: said, tried again with growing waits, and done when Google is back."""
    google.faults.add("revoke", "error", status=503, times=0)
    departure = leaver.disconnect()
    leaver.work()
    assert departure.outcomes[Step.GIVE_BACK] == Outcome.WAITING
    assert departure.state is ConnectionState.STILL_LISTED
    assert departure.next_attempt_at == leaver.now + departing.FIRST_WAIT
    leaver.work(after=WORKER)
    assert departure.next_attempt_at == leaver.now + WORKER + 2 * departing.FIRST_WAIT
    google.faults.clear()
    leaver.work(after=3 * WORKER)
    assert departure.outcomes == ALL_DONE
    assert google.grants.refresh_tokens == {}


def test_after_a_day_the_key_goes_anyway_and_the_rest_is_said(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    """F64, I16: the trying ends, the person is told what is left to do at Google."""
    leaver.calendar_of_ours(connection)
    google.faults.add("revoke", "error", status=503, times=0)
    google.faults.add("calendar.calendars.delete", "error", status=503, times=0)
    departure = leaver.disconnect(removes_calendar=True)
    leaver.work()
    assert Step.GIVE_BACK not in departure.outcomes
    leaver.work(after=DAY)
    assert departure.outcomes[Step.REMOVE_CALENDAR] == Outcome.BY_HAND
    assert departure.outcomes[Step.GIVE_BACK] == Outcome.BY_HAND
    assert departure.outcomes[Step.ERASE_KEY] == Outcome.DONE
    assert departure.state is ConnectionState.NOT_CONNECTED
    assert departure.sealed_token == ""
    assert departure.finished_at is not None


def test_our_calendar_goes_when_that_was_chosen(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    """U13: before the access goes, in one call."""
    google_id = leaver.calendar_of_ours(connection)
    departure = leaver.disconnect(removes_calendar=True)
    leaver.work()
    assert departure.outcomes[Step.REMOVE_CALENDAR] == Outcome.DONE
    assert google_id not in [one.id for one in google.account(ADA).calendars()]
    methods = [call.method_id for call in google.calls]
    assert methods.index("calendar.calendars.delete") < methods.index("revoke")


def test_our_calendar_stays_when_nothing_was_chosen(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    google_id = leaver.calendar_of_ours(connection)
    leaver.disconnect()
    leaver.work()
    assert google_id in [one.id for one in google.account(ADA).calendars()]


def test_googles_events_may_be_kept_as_they_are(
    leaver: Leaver, connection: GoogleConnection
) -> None:
    """U13, PRODUCT.md 6.2: still shown, without a key, and gone when another account comes."""
    synced_calendar(leaver.session, connection)
    departure = leaver.disconnect(keeps_events=True)
    leaver.work()
    kept = leaver.session.exec(select(GoogleConnection)).one()
    assert (kept.state, kept.sealed_token) == (ConnectionState.NOT_CONNECTED, "")
    assert leaver.session.exec(select(GoogleEvent)).one()
    assert departure.outcomes[Step.CLEAR_EVENTS] == Outcome.NOT_NEEDED
    assert (departure.google_before, departure.google_after) == (1, 1)
    with pytest.raises(NotFound):
        leaver.disconnect()


def test_the_same_account_again_goes_on_with_what_was_kept(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    """R130"""
    calendar = synced_calendar(leaver.session, connection)
    leaver.disconnect(keeps_events=True)
    leaver.work()
    again = google_connection.finish(
        leaver.session,
        by=leaver.member,
        grant=consented(leaver.settings, google),
        settings=leaver.settings,
        now=leaver.now,
    )
    assert again.state is ConnectionState.CONNECTED
    row = leaver.session.exec(select(SyncedCalendar)).one()
    assert (row.id, row.requested) == (calendar.id, 1)


@pytest.mark.parametrize("colleague", ["ben", "mallory"])
def test_a_colleagues_access_survives(
    leaver: Leaver, world: World, grant: Grant, google: Google, colleague: str
) -> None:
    """GOOGLE.md 1.6: a revocation would end the grant of everybody who uses the account."""
    other: Member = getattr(world, colleague)
    with leaver.database.writing(Scope.practice(other.practice_id)) as session:
        shared = google_connection.finish(
            session,
            by=other,
            grant=consented(leaver.settings, google),
            settings=leaver.settings,
            now=leaver.now,
            accepted_account=grant.sub,
        )
    departure = leaver.disconnect()
    leaver.work()
    assert departure.outcomes[Step.GIVE_BACK] == Outcome.NOT_NEEDED
    assert departure.sealed_token == ""
    with closing(google_access.client_for(leaver.settings, leaver.database, shared)) as client:
        assert client.calendars().items


def test_coming_back_takes_back_what_is_still_open(leaver: Leaver, google: Google) -> None:
    """GOOGLE.md 1.6: a late revocation would kill the new access."""
    departure = leaver.disconnect()
    again = reconnect(leaver, google)
    leaver.work()
    assert departure.outcomes[Step.GIVE_BACK] == Outcome.NOT_NEEDED
    assert departure.sealed_token == ""
    with closing(google_access.client_for(leaver.settings, leaver.database, again)) as client:
        assert client.calendars().items


def test_connecting_waits_while_google_is_just_being_told(leaver: Leaver, google: Google) -> None:
    """GOOGLE.md 1.6: a reconnect that races a revocation could be killed by it."""
    departure = leaver.disconnect()
    departure.acting_until = leaver.now + dt.timedelta(seconds=30)
    leaver.session.commit()
    with pytest.raises(NotConnected, match="just being told"):
        reconnect(leaver, google)


def test_a_busy_worker_stops(leaver: Leaver, connection: GoogleConnection) -> None:
    """F64: Google refuses its token, and there is no other for it any more."""
    client = google_access.client_for(leaver.settings, leaver.database, connection)
    leaver.disconnect()
    leaver.work()
    with closing(client), pytest.raises(GrantGone, match="disconnected"):
        client.calendars()


def test_a_dead_grant_needs_no_giving_back(leaver: Leaver, google: Google) -> None:
    """Removed at Google before: a revocation of what is gone is a success."""
    google.grants.forget(user=ADA)
    departure = leaver.disconnect()
    leaver.work()
    assert departure.outcomes == ALL_DONE


def test_what_only_google_can_still_remove_is_said(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    leaver.calendar_of_ours(connection)
    google.grants.forget(user=ADA)
    departure = leaver.disconnect(removes_calendar=True)
    leaver.work()
    assert departure.outcomes[Step.REMOVE_CALENDAR] == Outcome.BY_HAND
    assert departure.finished_at is not None


def test_who_is_not_connected_cannot_disconnect(
    leaver: Leaver, world: World, connection: GoogleConnection
) -> None:
    with pytest.raises(NotFound):
        departures.disconnect(
            leaver.session, by=world.ben, settings=leaver.settings, now=leaver.now
        )
    leaver.session.rollback()
    assert leaver.session.exec(select(GoogleConnection.id)).all() == [connection.id]


def reconnect(leaver: Leaver, google: Google) -> GoogleConnection:
    """The same account, through Google's consent."""
    return google_connection.finish(
        leaver.session,
        by=leaver.member,
        grant=consented(leaver.settings, google),
        settings=leaver.settings,
        now=leaver.now,
    )


def test_channels_end_before_the_access_does(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    """F64, GOOGLE.md 1.6: afterwards nobody could end them; one that is gone already is fine."""
    for name in ("one", "two"):
        leaver.session.add(channel(connection, name, now=leaver.now))
    leaver.session.commit()
    departure = leaver.disconnect()
    assert leaver.session.exec(select(WatchChannel)).all() == []
    leaver.work()
    assert departure.outcomes[Step.STOP_CHANNELS] == Outcome.DONE
    methods = [call.method_id for call in google.calls]
    assert methods.count("calendar.channels.stop") == 2
    assert methods.index("calendar.channels.stop") < methods.index("revoke")


def test_a_channel_that_will_not_end_stops_nothing_else(
    leaver: Leaver, connection: GoogleConnection, google: Google
) -> None:
    """Without the access its messages end by themselves, and here nobody listens."""
    leaver.session.add(channel(connection, "one", now=leaver.now))
    leaver.session.commit()
    google.faults.add("calendar.channels.stop", "error", status=503, times=0)
    departure = leaver.disconnect()
    leaver.work()
    assert departure.outcomes[Step.STOP_CHANNELS] == Outcome.NOT_NEEDED
    assert departure.finished_at is not None


def channel(connection: GoogleConnection, name: str, *, now: dt.datetime) -> WatchChannel:
    """An open channel, as far as we know."""
    return WatchChannel(
        id=f"channel-{name}",
        practice_id=connection.practice_id,
        connection_id=connection.id,
        resource="",
        address="https://practice.example.test/google-pushes",
        state=ChannelState.OPEN,
        resource_id=f"resource-{name}",
        created_at=now,
        due_at=now,
        expires_at=now + DAY,
    )
