"""What a practitioner lets out of the app: every rule of services/sync_settings.py."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import Session, col, select

from tests.cast import World, make_appointment
from webapp.db import audit_chain
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    AuditEntry,
    CalendarRole,
    ConnectionState,
    FeedLink,
    GoogleConnection,
    GoogleEvent,
    Outbox,
    Practice,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.errors import Invalid, NotAllowed
from webapp.domain.naming import Display
from webapp.domain.timespan import TimedSpan
from webapp.services import sync_page, sync_settings


@pytest.fixture
def session(database: Database, world: World) -> Iterator[Session]:
    """A writing session inside Ada's practice."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        yield session


@pytest.fixture
def allowed(session: Session, world: World, now: dt.datetime) -> SyncSettings:
    """Ada's settings with the first box ticked."""
    return sync_settings.enable(session, by=world.ada, now=now)


@pytest.fixture
def two_way(session: Session, world: World, allowed: SyncSettings, now: dt.datetime) -> str:
    """Ada syncs both ways, with a Google event and a session of her own; the default's id."""
    choose(session, world, now, mode=SyncMode.TWO_WAY)
    connection = GoogleConnection(
        practice_id=world.practice.id,
        member_id=world.ada.id,
        google_sub="sub-ada",
        email="ada@example.com",
        granted_scopes="",
        sealed_token="sealed",
        state=ConnectionState.CONNECTED,
        state_since=now,
        connected_at=now,
    )
    session.add(connection)
    default = calendar(connection, CalendarRole.DEFAULT, "Practice Calendar")
    other = calendar(connection, CalendarRole.OTHER, "ada@example.com")
    event = GoogleEvent(
        practice_id=world.practice.id, calendar_id=other.id, google_id="lunch", summary="Lunch"
    )
    session.add_all([default, other, event])
    session.commit()
    start = now + dt.timedelta(days=1)
    span = TimedSpan(start, start + dt.timedelta(minutes=50), "Europe/Berlin")
    make_appointment(session, world.ada, span, now=now, client=world.cleo)
    session.commit()
    return default.id


def calendar(connection: GoogleConnection, role: CalendarRole, name: str) -> SyncedCalendar:
    """A synced calendar of `connection`."""
    return SyncedCalendar(
        practice_id=connection.practice_id,
        member_id=connection.member_id,
        connection_id=connection.id,
        google_id=name,
        role=role,
        name=name,
        is_on=True,
    )


def choose(
    session: Session, world: World, now: dt.datetime, *, mode: SyncMode, is_confirmed: bool = False
) -> SyncSettings:
    """Ada chooses a way to sync."""
    return sync_settings.choose_mode(
        session, by=world.ada, mode=mode, is_confirmed=is_confirmed, now=now
    )


def show_as(
    session: Session,
    world: World,
    now: dt.datetime,
    display: Display,
    *,
    is_acknowledged: bool = False,
) -> SyncSettings:
    """Ada chooses how clients are named."""
    return sync_settings.choose_display(
        session, by=world.ada, display=display, is_acknowledged=is_acknowledged, now=now
    )


def actions(session: Session) -> list[str]:
    """What the audit log says, oldest first."""
    return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.at))))


def count(session: Session, model: type) -> int:
    """How many rows of `model` the practice has."""
    return len(session.exec(select(model)).all())


def test_a_new_account_syncs_nothing_and_reading_that_writes_nothing(
    session: Session, world: World
) -> None:
    """R15, R20: unchecked, and the most private name is the default."""
    settings = sync_settings.for_member(session, member=world.ada)
    assert (settings.is_enabled, settings.display, settings.mode) == (
        False,
        Display.INTERNAL_ID,
        None,
    )
    session.commit()
    assert count(session, SyncSettings) == 0


def test_nothing_can_be_chosen_before_sync_is_allowed(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R16."""
    with pytest.raises(Invalid) as refused:
        show_as(session, world, now, Display.INITIALS)
    assert list(refused.value.errors) == ["display"]
    with pytest.raises(Invalid) as refused:
        choose(session, world, now, mode=SyncMode.ONE_WAY)
    assert list(refused.value.errors) == ["mode"]


def test_allowing_twice_is_one_act(session: Session, world: World, now: dt.datetime) -> None:
    sync_settings.enable(session, by=world.ada, now=now)
    settings = sync_settings.enable(session, by=world.ada, now=now)
    assert settings.version == 2
    assert actions(session) == ["sync.enabled"]


def test_settings_belong_to_one_practitioner(
    session: Session, world: World, allowed: SyncSettings, now: dt.datetime
) -> None:
    """R29: changing Ada's changes nothing of Ben's."""
    show_as(session, world, now, Display.INITIALS)
    bens = sync_settings.for_member(session, member=world.ben)
    assert (bens.is_enabled, bens.display) == (False, Display.INTERNAL_ID)


def test_assistants_and_people_without_a_calendar_have_no_sync_settings(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R146."""
    for person in (world.eve, world.dora):
        with pytest.raises(NotAllowed):
            sync_settings.enable(session, by=person, now=now)


@pytest.mark.parametrize("display", [Display.FIRST_NAME, Display.INITIALS, Display.INTERNAL_ID])
def test_a_display_is_saved_audited_and_raises_the_version(
    session: Session, world: World, allowed: SyncSettings, now: dt.datetime, display: Display
) -> None:
    """R18, R144: once more of the same is no change."""
    show_as(session, world, now, Display.INITIALS)
    before = allowed.version
    settings = show_as(session, world, now, display)
    assert settings.display is display
    assert settings.version == before + (display is not Display.INITIALS)


def test_full_names_need_an_acknowledgement(
    session: Session, world: World, allowed: SyncSettings, now: dt.datetime
) -> None:
    """R26: nothing is saved without it; with it, who and when is recorded."""
    with pytest.raises(Invalid) as refused:
        show_as(session, world, now, Display.FULL_NAME)
    assert list(refused.value.errors) == ["is_acknowledged"]
    assert allowed.display is Display.INTERNAL_ID
    settings = show_as(session, world, now, Display.FULL_NAME, is_acknowledged=True)
    assert settings.display is Display.FULL_NAME
    assert settings.full_name_acknowledged_at == now
    assert settings.full_name_acknowledged_by == world.ada.id
    assert "full_name.acknowledged" in actions(session)


def test_full_names_are_acknowledged_anew_each_time_they_are_chosen(
    session: Session, world: World, allowed: SyncSettings, now: dt.datetime
) -> None:
    """R26."""
    show_as(session, world, now, Display.FULL_NAME, is_acknowledged=True)
    show_as(session, world, now, Display.INITIALS)
    with pytest.raises(Invalid):
        show_as(session, world, now, Display.FULL_NAME)


def test_a_practice_can_forbid_full_names(
    session: Session, world: World, allowed: SyncSettings, now: dt.datetime
) -> None:
    """R29: also with the acknowledgement."""
    practice = session.get_one(Practice, world.practice.id)
    practice.is_full_name_allowed = False
    session.commit()
    with pytest.raises(Invalid) as refused:
        show_as(session, world, now, Display.FULL_NAME, is_acknowledged=True)
    assert list(refused.value.errors) == ["display"]


def test_a_new_display_asks_for_every_title_in_google_to_follow(
    session: Session, world: World, two_way: str, now: dt.datetime
) -> None:
    """R119, U2: rewritten in place, so one wish per appointment and no new calendar."""
    show_as(session, world, now, Display.INITIALS)
    wishes = session.exec(select(Outbox)).all()
    assert [wish.calendar_id for wish in wishes] == [two_way]
    show_as(session, world, now, Display.FIRST_NAME)
    assert len(session.exec(select(Outbox)).all()) == 1


def test_sending_the_location_is_off_until_chosen_and_then_rewrites_too(
    session: Session, world: World, two_way: str, now: dt.datetime
) -> None:
    """R89."""
    assert sync_settings.for_member(session, member=world.ada).includes_location is False
    settings = sync_settings.choose_location(session, by=world.ada, includes_location=True, now=now)
    assert settings.includes_location
    assert count(session, Outbox) == 1


def test_one_way_makes_an_address_once(
    session: Session, world: World, allowed: SyncSettings, now: dt.datetime
) -> None:
    """R33: going back and forth keeps the address, so nobody has to subscribe again."""
    for mode in (SyncMode.ONE_WAY, SyncMode.TWO_WAY, SyncMode.ONE_WAY):
        choose(session, world, now, mode=mode, is_confirmed=True)
    assert count(session, FeedLink) == 1


def test_leaving_two_way_needs_a_confirmation(
    session: Session, world: World, two_way: str, now: dt.datetime
) -> None:
    """R118: without it nothing happens."""
    with pytest.raises(Invalid) as refused:
        choose(session, world, now, mode=SyncMode.ONE_WAY)
    assert list(refused.value.errors) == ["is_confirmed"]
    assert count(session, GoogleEvent) == 1


def test_leaving_two_way_clears_google_and_keeps_every_own_event(
    session: Session, world: World, two_way: str, now: dt.datetime
) -> None:
    """R113, R114, R115: counts before and after."""
    before = count(session, Appointment)
    choose(session, world, now, mode=SyncMode.ONE_WAY, is_confirmed=True)
    assert count(session, GoogleEvent) == 0
    assert count(session, Appointment) == before
    calendars = session.exec(select(SyncedCalendar)).all()
    assert [row.is_on for row in calendars] == [False, False]
    assert count(session, FeedLink) == 1


def test_coming_back_to_two_way_uses_the_grant_that_is_there(
    session: Session, world: World, two_way: str, now: dt.datetime
) -> None:
    """R117: the connection and our calendar in Google are found again."""
    choose(session, world, now, mode=SyncMode.ONE_WAY, is_confirmed=True)
    with pytest.raises(Invalid) as asked:
        choose(session, world, now, mode=SyncMode.TWO_WAY)
    assert list(asked.value.errors) == ["is_confirmed"]
    choose(session, world, now, mode=SyncMode.TWO_WAY, is_confirmed=True)
    page = sync_page.gather(session, member=world.ada, now=now)
    assert page.connection is not None
    assert page.connection.state is ConnectionState.CONNECTED
    assert [row.id for row in page.tiles.kept] == [two_way]


def test_switching_off_while_live_needs_a_confirmation_and_then_does_what_it_says(
    session: Session, world: World, two_way: str, now: dt.datetime
) -> None:
    """R17."""
    with pytest.raises(Invalid) as refused:
        sync_settings.disable(session, by=world.ada, is_confirmed=False, now=now)
    assert list(refused.value.errors) == ["is_confirmed"]
    sync_settings.disable(session, by=world.ada, is_confirmed=True, now=now)
    assert count(session, GoogleEvent) == 0
    assert not sync_settings.for_member(session, member=world.ada).is_enabled
    assert "sync.disabled" in actions(session)


def test_switching_off_before_a_way_was_chosen_needs_no_confirmation(
    session: Session, world: World, allowed: SyncSettings, now: dt.datetime
) -> None:
    sync_settings.disable(session, by=world.ada, is_confirmed=False, now=now)
    assert not allowed.is_enabled


def test_only_the_owner_switches_internal_ids_on(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R21."""
    practice = session.get_one(Practice, world.practice.id)
    practice.has_internal_ids = False
    session.commit()
    with pytest.raises(NotAllowed):
        sync_settings.enable_internal_ids(session, by=world.ada, now=now)
    sync_settings.enable_internal_ids(session, by=world.dora, now=now)
    assert session.get_one(Practice, world.practice.id).has_internal_ids


def test_the_preview_shows_the_next_real_appointment_in_all_four_ways(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R32: of a single session in three days and a weekly series, the sooner one."""
    for days, client, rule in ((3, world.couple, ""), (-6, world.cleo, "FREQ=WEEKLY")):
        start = now + dt.timedelta(days=days)
        span = TimedSpan(start, start + dt.timedelta(minutes=50), "Europe/Berlin")
        make_appointment(session, world.ada, span, now=now, client=client, rule=rule)
    session.commit()
    preview = sync_page.preview(session, member=world.ada, now=now)
    assert preview.starts_at == now + dt.timedelta(days=1)
    assert preview.names == {
        Display.INTERNAL_ID: "C-1001",
        Display.INITIALS: "CM",
        Display.FIRST_NAME: "Cleo",
        Display.FULL_NAME: "Cleo Marsh",
    }


def test_the_preview_falls_back_to_an_example(
    session: Session, world: World, now: dt.datetime
) -> None:
    """R32: nobody of another practitioner's clients stands in."""
    start = now + dt.timedelta(days=1)
    span = TimedSpan(start, start + dt.timedelta(minutes=50), "Europe/Berlin")
    make_appointment(session, world.ben, span, now=now, client=world.cleo)
    session.commit()
    preview = sync_page.preview(session, member=world.ada, now=now)
    assert preview.starts_at is None
    assert preview.names[Display.FULL_NAME] == "Cleo Example"


def test_the_activity_names_no_client_and_no_appointment(
    session: Session, world: World, two_way: str, now: dt.datetime
) -> None:
    """R144: plain words, newest first, about the sync alone."""
    entry = AuditEntry(
        practice_id=world.practice.id, member_id=world.ada.id, action="appointment.booked", at=now
    )
    audit_chain.append(session, entry)
    session.commit()
    show_as(session, world, now + dt.timedelta(minutes=1), Display.INITIALS)
    lines = [line.text for line in sync_page.gather(session, member=world.ada, now=now).activity]
    assert lines[0] == "Clients are now shown by initials"
    assert not [line for line in lines if "appointment" in line.lower()]
