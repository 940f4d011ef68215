"""Mails about troubles: at once, on days 3, 7 and 14, until it is mended, without client data."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from tests.cast import CANARY, World
from tests.web.sync_rows import calendar_row, connection_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import (
    Alert,
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    SyncMode,
    SyncSettings,
)
from webapp.db.queries.calendar_troubles import calendar_troubles
from webapp.db.scope import Scope
from webapp.domain import alert_letters
from webapp.domain.connection_states import ConnectionEvent
from webapp.domain.troubles import TroubleKind
from webapp.services import alerts
from webapp.services.alerts import Letter


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """The sweeper's view of the whole installation."""
    with database.writing(Scope.installation()) as session:
        yield session


@pytest.fixture
def lost(session: Session, world: World, now: dt.datetime) -> GoogleConnection:
    """Ada's connection, which Google ended at nine."""
    settings_row(session, world)
    row = connection_row(
        session,
        world,
        state=ConnectionState.RECONNECT_NEEDED,
        cause=ConnectionEvent.ACCESS_REMOVED,
    )
    session.commit()
    return row


class Postbox:
    """Where mails arrive, or not."""

    def __init__(self, session: Session, began: dt.datetime) -> None:
        self.session, self.began = session, began
        self.letters: list[Letter] = []
        self.is_open = True

    def after(self, **time: float) -> int:
        """Sweeps once, so long after the beginning; how many mails went out."""
        now = self.began + dt.timedelta(**time)
        return alerts.tell_due(self.session, now=now, tell=self._take)

    def _take(self, letter: Letter) -> bool:
        if self.is_open:
            self.letters.append(letter)
        return self.is_open


@pytest.fixture
def post(session: Session, now: dt.datetime) -> Postbox:
    return Postbox(session, now)


def test_it_is_told_at_once_and_on_days_three_seven_and_fourteen(
    post: Postbox, lost: GoogleConnection
) -> None:
    """U7, PEERS 18: four mails, however often the sweeper comes by, and none after them."""
    days = [day for day in range(30) for _ in range(3) if post.after(days=day, minutes=1)]
    assert days == [0, 3, 7, 14]
    assert {letter.email for letter in post.letters} == {"ada@example.test"}


def test_nobody_is_told_twice_for_a_long_sleep_of_the_sweeper(
    post: Postbox, lost: GoogleConnection
) -> None:
    post.after()
    assert post.after(days=8) == 1
    assert post.after(days=8, minutes=1) == 0
    assert post.after(days=14) == 1


def test_a_reconnect_ends_it_and_the_next_loss_begins_anew(
    post: Postbox, lost: GoogleConnection, session: Session
) -> None:
    """R127: once for each loss."""
    post.after()
    lost.state = ConnectionState.CONNECTED
    assert post.after(days=3) == 0
    assert session.exec(select(Alert)).all() == []
    lost.state, lost.state_since = ConnectionState.RECONNECT_NEEDED, post.began
    assert post.after(days=4) == 1


@pytest.mark.parametrize("change", ["one-way", "off", "disconnected", "resting"])
def test_who_left_is_left_in_peace(
    post: Postbox, lost: GoogleConnection, session: Session, change: str
) -> None:
    settings = session.exec(select(SyncSettings)).one()
    settings.mode = SyncMode.ONE_WAY if change == "one-way" else settings.mode
    settings.is_enabled = change != "off"
    if change == "disconnected":
        session.delete(lost)
    if change == "resting":
        lost.state = ConnectionState.RESTING
    session.commit()
    assert post.after() == 0


def test_a_mail_that_could_not_be_sent_is_sent_soon(post: Postbox, lost: GoogleConnection) -> None:
    post.is_open = False
    assert post.after() == 0
    post.is_open = True
    assert post.after(minutes=5) == 0
    assert post.after(minutes=16) == 1
    assert post.after(days=3) == 1


def test_a_calendar_that_is_gone_is_told_too(
    post: Postbox, session: Session, world: World, now: dt.datetime
) -> None:
    """F45, U7: ours by its name, another by none."""
    settings_row(session, world)
    connection = connection_row(session, world)
    calendar_row(session, connection, role=CalendarRole.DEFAULT, name="Ours", is_missing=True)
    calendar_row(session, connection, name=CANARY, failure="Google refuses.", failed_at=now)
    session.commit()
    assert post.after() == 2
    headings = sorted(letter.words.heading for letter in post.letters)
    assert headings == [
        "“One of your Google calendars” could not be synced",
        "“Practice Calendar” is gone from Google",
    ]


def test_what_mends_by_itself_is_not_told(
    post: Postbox, session: Session, world: World, now: dt.datetime
) -> None:
    settings_row(session, world)
    connection = connection_row(session, world)
    calendar_row(session, connection, failure="Google does not answer.", attempts=2)
    session.commit()
    assert post.after() == 0


def test_banner_and_mail_say_the_same_three_parts(
    post: Postbox, lost: GoogleConnection, session: Session, world: World
) -> None:
    """R14, U7: what happened, what it means, what to do; a link to the page, never to Google."""
    post.after()
    (letter,) = post.letters
    (trouble,) = calendar_troubles(session, member_id=world.ada.id)
    assert trouble.kind is TroubleKind.RECONNECT
    assert letter.words == trouble.words
    text = alert_letters.text(
        letter.words,
        since=letter.since,
        time_zone=letter.time_zone,
        address="https://practice.example.test/sync-settings",
    )
    for part in (trouble.words.happened, trouble.words.means, "Reconnect Google"):
        assert part in text
    assert "since 23 November 2026, 10:00 (Europe/Berlin)" in text
    assert "https://practice.example.test/sync-settings" in text
    assert "google.com" not in text
