"""A practitioner's connection to Google: asked for, kept, lost. Google is the stand-in, over
real sockets.
"""

import datetime as dt
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from emulator.google import Google
from tests.cast import World
from tests.google.conftest import ADA, came_back, consented, emulator, google, settings
from tests.services.connecting import ada, connection, grant, session, synced_calendar
from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import (
    AuditEntry,
    ConnectionState,
    Departure,
    GoogleConnection,
    GoogleEvent,
    Member,
    SyncedCalendar,
)
from webapp.db.scope import Scope
from webapp.domain import connection_losses
from webapp.domain.errors import (
    AccountInQuestion,
    ConsentExpired,
    GoogleNotSetUp,
    GoogleSilent,
    Invalid,
    NotConnected,
    PermissionsMissing,
)
from webapp.google.errors import GrantGone
from webapp.google.oauth import Grant
from webapp.services import google_access, google_connection, google_consent
from webapp.services.google_consent import Question

__all__ = [
    "ada",
    "connection",
    "emulator",
    "google",
    "grant",
    "session",
    "settings",
]

OTHER = "ada.lind@example.com"


# ------------------------------------------------------------------ asking


def test_the_question_and_the_consent_page_fit_together(
    session: Session, ada: Member, settings: Settings, google: Google, now: dt.datetime
) -> None:
    """S12, S13: what comes back is recognised, and its code can be exchanged."""
    google.answer_consent(ADA)
    address, kept = google_consent.begin(session, by=ada, settings=settings, now=now)
    answer = came_back(address)
    question = google_consent.recognise(kept, by=ada, state=answer["state"], now=now)
    grant = google_consent.exchange(
        settings, question=question, code=answer["code"], now=dt.datetime.now(dt.UTC)
    )
    assert grant.email == ADA


def test_no_transaction_is_open_when_google_is_asked(
    session: Session, ada: Member, settings: Settings, now: dt.datetime
) -> None:
    google_consent.begin(session, by=ada, settings=settings, now=now)
    assert not session.in_transaction()


def test_who_is_connected_already_is_led_to_the_same_account(
    session: Session,
    ada: Member,
    connection: GoogleConnection,
    settings: Settings,
    now: dt.datetime,
) -> None:
    """R130"""
    address, _ = google_consent.begin(session, by=ada, settings=settings, now=now)
    assert f"login_hint={connection.google_sub}" in address


def test_nobody_is_asked_before_sync_is_allowed(
    session: Session, world: World, settings: Settings, now: dt.datetime
) -> None:
    """R15"""
    with pytest.raises(Invalid):
        google_consent.begin(session, by=world.ben, settings=settings, now=now)


def test_a_server_without_google_credentials_says_so(
    session: Session, ada: Member, settings: Settings, now: dt.datetime
) -> None:
    """R54"""
    without = replace(settings, google_client_id="", google_client_secret="")
    with pytest.raises(GoogleNotSetUp):
        google_consent.begin(session, by=ada, settings=without, now=now)


def test_google_out_of_reach_changes_nothing(
    session: Session, ada: Member, settings: Settings, now: dt.datetime
) -> None:
    away = replace(settings, google_server_metadata_url="http://127.0.0.1:9/openid")
    with pytest.raises(GoogleSilent):
        google_consent.begin(session, by=ada, settings=away, now=now)


def kept(world: World, now: dt.datetime, **changes: Any) -> dict[str, Any]:
    """A question of Ada's, as the browser's session keeps it."""
    question = {
        "state": "the-state",
        "nonce": "n",
        "verifier": "v",
        "member_id": world.ada.id,
        "asked_at": now.timestamp(),
        "accepted_account": "",
        "purpose": "connect",
    }
    return question | changes


def test_an_answer_within_ten_minutes_is_recognised(world: World, now: dt.datetime) -> None:
    late = now + dt.timedelta(minutes=10)
    question = google_consent.recognise(kept(world, now), by=world.ada, state="the-state", now=late)
    assert question.nonce == "n"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "another-state"},
        {"state": "ünïcode"},
        {"purpose": "sign-in"},
        {"asked_at": dt.datetime(2026, 11, 23, 8, 49, tzinfo=dt.UTC).timestamp()},
        {"asked_at": dt.datetime(2026, 11, 23, 9, 1, tzinfo=dt.UTC).timestamp()},
        {"member_id": "somebody-else"},
        {"of_an_earlier_release": "yes"},
    ],
)
def test_an_answer_to_another_question_is_refused(
    world: World, now: dt.datetime, changes: dict[str, Any]
) -> None:
    """S13: forged, of another purpose, too old, from the future, of another person."""
    with pytest.raises(ConsentExpired):
        google_consent.recognise(
            kept(world, now, **changes), by=world.ada, state="the-state", now=now
        )


def test_an_answer_that_nobody_asked_for_is_refused(world: World, now: dt.datetime) -> None:
    with pytest.raises(ConsentExpired):
        google_consent.recognise(None, by=world.ada, state="", now=now)


def test_a_used_code_leads_back_to_the_beginning(settings: Settings, google: Google) -> None:
    question = Question("s", "n", "v" * 64, "ada", 0.0)
    with pytest.raises(ConsentExpired):
        google_consent.exchange(
            settings, question=question, code="4/used", now=dt.datetime.now(dt.UTC)
        )


def test_an_answer_without_a_code_connects_nothing(settings: Settings, now: dt.datetime) -> None:
    with pytest.raises(NotConnected):
        google_consent.exchange(
            settings, question=Question("s", "n", "v", "ada", 0.0), code="", now=now
        )


# ------------------------------------------------------------------ keeping


def test_the_connection_knows_the_account_and_can_use_it(
    connection: GoogleConnection, settings: Settings, database: Database
) -> None:
    assert (connection.email, connection.state) == (ADA, ConnectionState.CONNECTED)
    with closing(google_access.client_for(settings, database, connection)) as client:
        assert [one["id"] for one in client.calendars().items] == [ADA]


def test_connecting_alone_touches_no_event(
    connection: GoogleConnection, google: Google, session: Session
) -> None:
    """R53"""
    assert google.calls.count("calendar.*") == 0
    assert session.exec(select(SyncedCalendar)).all() == []


def test_a_missing_permission_is_named_and_nothing_is_kept(
    session: Session, ada: Member, settings: Settings, google: Google, now: dt.datetime
) -> None:
    """R50, F27, PEERS 19: nothing half-connected, and the next try asks for everything again."""
    partial = consented(settings, google, scopes=["calendar.app.created"])
    with pytest.raises(PermissionsMissing) as missing:
        google_connection.finish(session, by=ada, grant=partial, settings=settings, now=now)
    assert missing.value.permissions == (
        "See the list of Google calendars you’re subscribed to",
        "View events on all your calendars",
    )
    session.rollback()
    assert session.exec(select(GoogleConnection)).all() == []


def test_a_grant_without_lasting_access_is_not_kept(
    session: Session, ada: Member, grant: Grant, settings: Settings, now: dt.datetime
) -> None:
    del grant.token["refresh_token"]
    with pytest.raises(NotConnected):
        google_connection.finish(session, by=ada, grant=grant, settings=settings, now=now)


def test_a_refresh_token_that_google_does_not_repeat_is_kept(
    session: Session,
    ada: Member,
    connection: GoogleConnection,
    grant: Grant,
    settings: Settings,
    database: Database,
    google: Google,
    now: dt.datetime,
) -> None:
    """GOOGLE.md 1.4"""
    del grant.token["refresh_token"]
    again = google_connection.finish(session, by=ada, grant=grant, settings=settings, now=now)
    google.grants.expire_access(now=google.clock.now())
    with closing(google_access.client_for(settings, database, again)) as client:
        assert client.calendars().items


def test_connecting_is_audited_without_the_address(
    connection: GoogleConnection, session: Session
) -> None:
    """R144"""
    entry = session.exec(select(AuditEntry)).one()
    assert (entry.action, entry.subject) == ("google.connected", connection.id)


def test_the_token_is_nowhere_in_the_database(
    connection: GoogleConnection, grant: Grant, session: Session
) -> None:
    """S18, PEERS reserve list: no token in plain text."""
    stored = connection.model_dump_json()
    assert grant.token["access_token"] not in stored
    assert grant.token["refresh_token"] not in stored


def test_reconnecting_the_same_account_goes_on_with_its_calendars(
    session: Session,
    ada: Member,
    connection: GoogleConnection,
    settings: Settings,
    google: Google,
    now: dt.datetime,
) -> None:
    """R130: no duplicates, and what had to wait is wished again at once."""
    calendar = synced_calendar(session, connection)
    calendar.attempts, calendar.next_attempt_at = 5, now + dt.timedelta(hours=1)
    google_connection.mark_reconnect(session, connection, "invalid_grant", now)
    again = google_connection.finish(
        session, by=ada, grant=consented(settings, google), settings=settings, now=now
    )
    assert again.id == connection.id
    assert (again.state, again.reason) == (ConnectionState.CONNECTED, "")
    kept_calendar = session.exec(select(SyncedCalendar)).one()
    assert (kept_calendar.id, kept_calendar.requested) == (calendar.id, 1)
    assert (kept_calendar.attempts, kept_calendar.next_attempt_at) == (0, None)


def test_another_account_is_asked_about_before_it_replaces_the_first(
    session: Session,
    ada: Member,
    connection: GoogleConnection,
    settings: Settings,
    google: Google,
    now: dt.datetime,
) -> None:
    """R130"""
    other = consented(settings, google, user=OTHER)
    with pytest.raises(AccountInQuestion) as question:
        google_connection.finish(session, by=ada, grant=other, settings=settings, now=now)
    assert ADA in question.value.sentence
    assert OTHER in question.value.sentence
    assert question.value.account == other.sub
    session.rollback()
    assert session.exec(select(GoogleConnection.email)).one() == ADA


def test_another_account_begins_anew_when_it_was_accepted(
    session: Session,
    ada: Member,
    connection: GoogleConnection,
    settings: Settings,
    google: Google,
    now: dt.datetime,
) -> None:
    """R130, F59: and the earlier account's access is on its way back."""
    synced_calendar(session, connection)
    other = consented(settings, google, user=OTHER)
    replaced = google_connection.finish(
        session, by=ada, grant=other, settings=settings, now=now, accepted_account=other.sub
    )
    assert session.exec(select(GoogleConnection)).all() == [replaced]
    assert replaced.email == OTHER
    assert session.exec(select(SyncedCalendar)).all() == []
    assert session.exec(select(Departure.email)).all() == [ADA]


def test_a_colleagues_account_is_asked_about(
    session: Session,
    connection: GoogleConnection,
    world: World,
    grant: Grant,
    settings: Settings,
    now: dt.datetime,
) -> None:
    """R55"""
    with pytest.raises(AccountInQuestion, match="Ada Lind already syncs"):
        google_connection.finish(session, by=world.ben, grant=grant, settings=settings, now=now)


def test_a_colleagues_account_is_taken_when_that_was_accepted(
    session: Session,
    connection: GoogleConnection,
    world: World,
    grant: Grant,
    settings: Settings,
    now: dt.datetime,
) -> None:
    shared = google_connection.finish(
        session,
        by=world.ben,
        grant=grant,
        settings=settings,
        now=now,
        accepted_account=grant.sub,
    )
    assert shared.member_id == world.ben.id


def test_nobody_learns_of_a_connection_in_another_practice(
    connection: GoogleConnection,
    world: World,
    grant: Grant,
    settings: Settings,
    database: Database,
    now: dt.datetime,
) -> None:
    with database.writing(Scope.practice(world.other_practice.id)) as session:
        stranger = google_connection.finish(
            session, by=world.mallory, grant=grant, settings=settings, now=now
        )
    assert stranger.member_id == world.mallory.id


# ------------------------------------------------------------------ losing


def test_a_lost_grant_is_told_in_a_sentence_and_deletes_nothing(
    session: Session, connection: GoogleConnection, now: dt.datetime
) -> None:
    """R127, R129, F21"""
    calendar = synced_calendar(session, connection)
    google_connection.mark_reconnect(session, connection, "invalid_grant", now)
    stored = session.exec(select(GoogleConnection)).one()
    assert stored.state is ConnectionState.RECONNECT_NEEDED
    assert stored.reason == "Access was removed in your Google account, or it has expired."
    assert stored.state_since == now
    assert session.exec(select(GoogleEvent)).one().calendar_id == calendar.id


def test_the_moment_of_the_loss_stays_when_it_is_noticed_again(
    session: Session, connection: GoogleConnection, now: dt.datetime
) -> None:
    google_connection.mark_reconnect(session, connection, "invalid_grant", now)
    later = now + dt.timedelta(hours=1)
    google_connection.mark_reconnect(session, connection, "authError", later)
    assert connection.state_since == now
    actions = session.exec(select(AuditEntry.action)).all()
    assert sorted(actions) == ["google.connected", "google.reconnect_needed"]


WEEK = dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("reason", "announced", "after", "words"),
    [
        ("invalid_grant", 604_799, WEEK, "still in “Testing”"),
        ("invalid_grant", None, WEEK, "still in “Testing”"),
        ("invalid_grant", 30 * 86_400, 30 * WEEK, "given for a limited time"),
        ("invalid_grant", 30 * 86_400, WEEK, "removed in your Google account"),
        ("invalid_grant", None, 3 * WEEK, "removed in your Google account"),
        ("admin_policy_enforced", None, WEEK, "administrator of your Google account"),
        ("org_internal", None, WEEK, "administrator of your Google account"),
        ("insufficientPermissions", None, WEEK, "a permission is missing"),
        ("accessNotConfigured", None, WEEK, "switched off for this server’s project"),
        ("notACalendarUser", None, WEEK, "has no Google Calendar"),
        ("token_unreadable", None, WEEK, "can no longer be read here"),
        ("authError", None, WEEK, "no longer accepts our access"),
    ],
)
def test_each_way_to_lose_access_has_its_reason(
    session: Session,
    ada: Member,
    grant: Grant,
    settings: Settings,
    now: dt.datetime,
    reason: str,
    announced: int | None,
    after: dt.timedelta,
    words: str,
) -> None:
    """F21, F27, R56: the seven days of Testing are told from the announced life or from the age."""
    if announced is not None:
        grant.token["refresh_token_expires_in"] = announced
    row = google_connection.finish(session, by=ada, grant=grant, settings=settings, now=now)
    google_connection.mark_reconnect(session, row, reason, now + after)
    assert words in row.reason


def test_google_announces_the_seven_days_of_testing(
    session: Session, ada: Member, settings: Settings, google: Google, now: dt.datetime
) -> None:
    """R56: as the stand-in sends it, the end is known from the first minute."""
    google.knobs.testing_mode = True
    grant = consented(settings, google)
    row = google_connection.finish(session, by=ada, grant=grant, settings=settings, now=now)
    assert row.ends_at is not None
    assert abs(row.ends_at - now - WEEK) < dt.timedelta(minutes=1)
    assert connection_losses.is_testing(row.connected_at, row.ends_at)


def test_a_token_that_cannot_be_read_any_more_asks_for_a_reconnect(
    connection: GoogleConnection, settings: Settings, database: Database
) -> None:
    """The server's secret was changed: a reconnect heals it."""
    changed = replace(settings, secret_key="another secret of thirty-two letters")
    client = google_access.client_for(changed, database, connection)
    with closing(client), pytest.raises(GrantGone, match="token_unreadable"):
        client.calendars()


def test_a_reconnect_during_a_failing_refresh_is_not_lost(
    session: Session,
    ada: Member,
    connection: GoogleConnection,
    settings: Settings,
    database: Database,
    google: Google,
    now: dt.datetime,
) -> None:
    """F21, F23: the worker's old grant is dead, but a new one was stored meanwhile."""
    old = connection.model_copy()
    client = google_access.client_for(settings, database, old)
    google.grants.forget(user=ADA)
    google_connection.finish(
        session, by=ada, grant=consented(settings, google), settings=settings, now=now
    )
    with closing(client):
        assert client.calendars().items
