"""A practitioner is deactivated: everything of theirs ends with the owner's click (R131, F71)."""

import datetime as dt

import pytest
from sqlmodel import Session, select

from emulator.google import Google
from tests.cast import World, make_appointment
from tests.google.conftest import consented, emulator, google, settings
from tests.services.connecting import ada, connection, grant, session, synced_calendar
from tests.services.test_departures import Leaver, leaver
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    AuditEntry,
    Client,
    ConnectionState,
    Departure,
    FeedLink,
    GoogleConnection,
    GoogleEvent,
    Member,
    Practice,
    SyncedCalendar,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.connection_states import ConnectionEvent
from webapp.domain.errors import Invalid, NotAllowed, NotFound
from webapp.domain.roles import Role
from webapp.domain.timespan import TimedSpan
from webapp.services import (
    deactivations,
    departures,
    feed_links,
    google_connection,
    practice_deletion,
    wakeups,
)

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


def deactivate(leaver: Leaver, world: World, member: Member, **choices: bool) -> Member:
    """Dora's click."""
    return deactivations.create(
        leaver.session,
        by=world.dora,
        member_id=member.id,
        settings=leaver.settings,
        now=leaver.now,
        **choices,
    )


def test_everything_ends_with_the_click_and_own_appointments_stay(
    leaver: Leaver, connection: GoogleConnection, google: Google, world: World
) -> None:
    """R131: without Google, Redis or a worker."""
    synced_calendar(leaver.session, connection)
    link = feed_links.ensure(leaver.session, member=leaver.member, now=leaver.now)
    span = TimedSpan(leaver.now, leaver.now + dt.timedelta(hours=1), "Europe/Berlin")
    own = make_appointment(leaver.session, leaver.member, span, now=leaver.now, title="Team")
    leaver.session.commit()
    google.calls.clear()

    member = deactivate(leaver, world, leaver.member)

    assert not member.is_active
    for gone in (GoogleConnection, SyncedCalendar, GoogleEvent):
        assert leaver.session.exec(select(gone)).all() == []
    assert leaver.session.exec(select(Appointment.id)).all() == [own.id]
    assert leaver.session.get_one(FeedLink, link.id).revoked_at == leaver.now
    assert not leaver.session.exec(select(SyncSettings)).one().is_enabled
    assert list(google.calls) == []


def test_google_is_told_as_by_a_disconnect(
    leaver: Leaver, connection: GoogleConnection, google: Google, world: World
) -> None:
    """S19, F64: the access is given back and the key erased; our calendar goes if that was
    chosen."""
    ours = leaver.calendar_of_ours(connection)
    deactivate(leaver, world, leaver.member, removes_calendar=True)
    departure = leaver.session.exec(select(Departure)).one()
    assert (departure.state, departure.cause) == (
        ConnectionState.LEAVING,
        ConnectionEvent.DEACTIVATED,
    )
    leaver.work()
    assert departure.state is ConnectionState.NOT_CONNECTED
    assert departure.sealed_token == ""
    assert google.grants.refresh_tokens == {}
    assert google.calls.count("calendar.calendars.delete") == 1
    assert departure.calendars == [ours]


def test_the_effects_are_told_before(
    leaver: Leaver, connection: GoogleConnection, world: World
) -> None:
    synced_calendar(leaver.session, connection)
    leaver.calendar_of_ours(connection)
    feed_links.ensure(leaver.session, member=leaver.member, now=leaver.now)
    leaver.session.commit()
    told = deactivations.effects(leaver.session, by=world.dora, member_id=leaver.member.id)
    assert (told.counts.google, told.addresses, told.refusal) == (1, 1, "")
    assert told.has_google
    assert told.has_calendar_in_google


def test_it_is_written_down_once_with_who_did_it_to_whom(
    leaver: Leaver, ada: Member, world: World
) -> None:
    for _ in range(2):
        deactivate(leaver, world, ada)
    deactivations.delete(leaver.session, by=world.dora, member_id=ada.id, now=leaver.now)
    entries = leaver.session.exec(select(AuditEntry).order_by(AuditEntry.position)).all()
    assert [(one.action, one.member_id, one.subject) for one in entries[-2:]] == [
        ("member.deactivated", world.dora.id, ada.id),
        ("member.activated", world.dora.id, ada.id),
    ]
    assert len(entries) == 3  # The first says that Google was connected.


def test_the_last_owner_stays(leaver: Leaver, world: World) -> None:
    with pytest.raises(Invalid, match="Dora Weiss is the only owner"):
        deactivate(leaver, world, world.dora)
    assert deactivations.effects(leaver.session, by=world.dora, member_id=world.dora.id).refusal
    world.ben.role = Role.OWNER
    leaver.session.add(world.ben)
    leaver.session.commit()
    assert not deactivate(leaver, world, world.dora).is_active
    with pytest.raises(NotAllowed):  # Her last page is still open.
        deactivate(leaver, world, world.ben)


def test_nobody_but_an_owner_may_and_only_in_their_own_practice(
    leaver: Leaver, ada: Member, world: World
) -> None:
    for by in (world.ada, world.eve):
        with pytest.raises(NotAllowed):
            deactivations.effects(leaver.session, by=by, member_id=world.ben.id)
    with pytest.raises(NotFound):
        deactivate(leaver, world, world.mallory)


def test_a_consent_that_comes_back_just_then_connects_nothing(
    leaver: Leaver, google: Google, settings: Settings, world: World
) -> None:
    """F71: the request began while they were still let in."""
    grant = consented(settings, google)
    deactivate(leaver, world, leaver.member)
    with pytest.raises(NotAllowed):
        google_connection.finish(
            leaver.session, by=leaver.member, grant=grant, settings=settings, now=leaver.now
        )
    with pytest.raises(NotAllowed):
        departures.locked_connection(leaver.session, leaver.member)


def test_nobody_rings_for_somebody_whose_row_says_that_they_left(
    leaver: Leaver, connection: GoogleConnection
) -> None:
    """R131: a restored backup, or somebody at the database's own prompt, is believed as well."""
    calendar = synced_calendar(leaver.session, connection)
    calendar.requested += 1
    leaver.session.commit()
    now = leaver.now + dt.timedelta(hours=1)
    assert wakeups.waiting_calendars(leaver.session, now=now) == [calendar.id]
    assert wakeups.unlisted_connections(leaver.session, now=now) == [connection.id]
    leaver.member.is_active = False
    leaver.session.add(leaver.member)
    leaver.session.commit()
    assert wakeups.waiting_calendars(leaver.session, now=now) == []
    assert wakeups.unlisted_connections(leaver.session, now=now) == []


def test_whoever_is_taken_back_begins_with_sync_switched_off(
    leaver: Leaver, connection: GoogleConnection, world: World, session: Session
) -> None:
    deactivate(leaver, world, leaver.member)
    leaver.work()
    back = deactivations.delete(session, by=world.dora, member_id=leaver.member.id, now=leaver.now)
    assert back.is_active
    assert not session.exec(select(SyncSettings)).one().is_enabled
    assert session.exec(select(GoogleConnection)).all() == []


def test_a_practice_goes_with_everything_in_it_and_its_neighbour_stays(
    leaver: Leaver, connection: GoogleConnection, database: Database, world: World
) -> None:
    """F71: clients whom appointments name, the audit log, all of it; once Google has heard."""
    synced_calendar(leaver.session, connection)
    span = TimedSpan(leaver.now, leaver.now + dt.timedelta(hours=1), "Europe/Berlin")
    make_appointment(leaver.session, leaver.member, span, now=leaver.now, client=world.cleo)
    leaver.session.commit()
    practice_id = world.practice.id
    with database.writing(Scope.installation()) as session:
        with pytest.raises(Invalid):
            practice_deletion.delete_rows(session, practice_id=practice_id)
        practice_deletion.close(
            session,
            practice_id=practice_id,
            settings=leaver.settings,
            removes_calendars=False,
            now=leaver.now,
        )
        assert practice_deletion.unheard(session, practice_id=practice_id) == 1
        session.commit()
    leaver.work()
    leaver.session.rollback()
    with database.writing(Scope.installation()) as session:
        assert practice_deletion.unheard(session, practice_id=practice_id) == 0
        practice_deletion.delete_rows(session, practice_id=practice_id)
        for table in (Member, Client, Appointment, AuditEntry, Departure):
            practices = session.exec(select(table.practice_id)).all()
            assert practice_id not in practices
        assert session.exec(select(Practice.name)).all() == ["Next Door Practice"]
