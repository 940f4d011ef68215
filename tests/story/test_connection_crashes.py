"""Every boundary between two effects of leaving and coming back: a process dies there, another
goes on (F64, I5, I16). `make crashes` adds the longer stories.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, func, select

from tests.fixtures.databases import Sqlite
from tests.story.crashes import Mortal, mortal
from tests.story.office import GOOGLE_ACCOUNT, Office
from webapp.db.models import (
    Appointment,
    ConnectionState,
    Departure,
    GoogleConnection,
    GoogleEvent,
    SyncMode,
    SyncSettings,
)
from webapp.domain.product import NAME

pytestmark = pytest.mark.slow

IS_LONG = bool(os.environ.get("CRASHES"))
long_story = pytest.mark.skipif(not IS_LONG, reason="make crashes")


@dataclass
class Traveller(Mortal):
    """Ada, who leaves Google or comes back, and dies on the way."""

    is_back: bool = True

    def _begin_again(self) -> None:
        super()._begin_again()
        self.office.google.answer_consent(GOOGLE_ACCOUNT)

    def go_on(self) -> None:
        """The sweeper rings for what is left; whoever died before the click clicks again."""
        office = self.office
        office.advance(minutes=2)
        office.depart()
        if self.is_back:
            self._come_back()
            super().go_on()
        check_departures(office)

    def _come_back(self) -> None:
        office = self.office
        if mode(office) is SyncMode.ONE_WAY:
            office.choose_mode(SyncMode.TWO_WAY)
        if self._has_calendar():
            office.work()  # Whoever looks at Google sees whether the access is still there.
        if standing(office) is not ConnectionState.CONNECTED:
            office.connect()
        if not self._has_calendar() or not office.calendar().is_on:
            office.start_sync()


@pytest.fixture
def travelling(tmp_path: Path) -> Iterator[Traveller]:
    """Ada's practice after its first sync, with two sessions and an event of Google's."""
    with mortal(Sqlite(tmp_path).migrated()) as found:
        office = found.office
        office.book("2027-03-10 09:00")
        office.book("2027-03-10 11:00", title="Lunch")
        office.hand.calendar("primary").create("Dentist", "2027-03-11T09:00")
        office.start_sync()
        office.settle()
        office.sync_tile(GOOGLE_ACCOUNT)
        office.settle()
        traveller = Traveller(office, found.file)
        traveller.keep()
        yield traveller


def test_a_disconnect_survives_death_at_every_boundary(travelling: Traveller) -> None:
    """F64, I16, U13: all of it in the end, whoever does it, and own events as they were."""
    travelling.is_back = False

    def work(office: Office) -> None:
        office.disconnect(removes_calendar=True)

    def judged() -> None:
        Traveller.go_on(travelling)
        office = travelling.office
        if standing(office) is not None:
            office.disconnect(removes_calendar=True)
            check_departures(office)
        assert count(office, GoogleEvent) == 0
        assert count(office, Appointment) == 2
        assert office.google.grants.refresh_tokens == {}
        assert NAME not in [one.summary for one in office.hand.calendars()]
        silent(office)

    travelling.go_on = judged  # type: ignore[method-assign]
    assert travelling.die_everywhere(work) >= 8


def test_going_one_way_survives_death_at_every_boundary(travelling: Traveller) -> None:
    """R113 to R115: Google's events are all here or all gone, never some of them."""
    travelling.is_back = False

    def work(office: Office) -> None:
        office.choose_mode(SyncMode.ONE_WAY, removes_calendar=True)

    def judged() -> None:
        Traveller.go_on(travelling)
        office = travelling.office
        assert count(office, GoogleEvent) == (0 if mode(office) is SyncMode.ONE_WAY else 1)
        assert count(office, Appointment) == 2
        if mode(office) is SyncMode.ONE_WAY:
            assert standing(office) is ConnectionState.RESTING
            assert NAME not in [one.summary for one in office.hand.calendars()]
            silent(office)

    travelling.go_on = judged  # type: ignore[method-assign]
    assert travelling.die_everywhere(work) >= 5


@long_story
@pytest.mark.parametrize("removes_calendar", [False, True])
def test_leaving_and_coming_back_survives_death_at_every_boundary(
    travelling: Traveller, removes_calendar: bool
) -> None:
    """R117, R130, U3: the same calendar or a new one, and every event once."""

    def work(office: Office) -> None:
        office.disconnect(removes_calendar=removes_calendar)
        office.connect()
        office.start_sync()
        office.work()

    assert travelling.die_everywhere(work) >= 15


@long_story
@pytest.mark.parametrize("removes_calendar", [False, True])
def test_switching_to_and_fro_survives_death_at_every_boundary(
    travelling: Traveller, removes_calendar: bool
) -> None:
    """R112 to R117, U3."""

    def work(office: Office) -> None:
        office.choose_mode(SyncMode.ONE_WAY, removes_calendar=removes_calendar)
        office.choose_mode(SyncMode.TWO_WAY)
        office.start_sync()
        office.work()

    assert travelling.die_everywhere(work) >= 10


@long_story
def test_a_reconnect_survives_death_at_every_boundary(travelling: Traveller) -> None:
    """F21, R127, R130: what waited goes out once, with no duplicate."""
    office = travelling.office
    office.book("2027-03-12 09:00")
    office.hand.remove_app_access()
    travelling.keep()

    def work(office: Office) -> None:
        office.work()
        office.connect()
        office.work()

    assert travelling.die_everywhere(work) >= 10


def standing(office: Office) -> ConnectionState | None:
    """How the app stands with Google; None without a connection."""
    with office.writing() as (session, _):
        return session.exec(select(GoogleConnection.state)).first()


def mode(office: Office) -> SyncMode | None:
    """What Ada has chosen."""
    with office.writing() as (session, _):
        return session.exec(select(SyncSettings.mode)).one()


def count(office: Office, rows: type[Appointment | GoogleEvent]) -> int:
    """How many there are."""
    with office.writing() as (session, _):
        return session.exec(select(func.count()).select_from(rows)).one()


def check_departures(office: Office) -> None:
    """Every departure is over, and none has kept a key."""
    with office.writing() as (session, _):
        rows = unfinished(session)
        assert rows == []


def unfinished(session: Session) -> list[dict[str, str]]:
    """What is left of the departures that should be over."""
    rows = session.exec(select(Departure)).all()
    return [row.outcomes for row in rows if row.finished_at is None or row.sealed_token]


def silent(office: Office) -> None:
    """Google hears nothing more of us (I16)."""
    mark = office.google.calls.mark()
    office.advance(hours=1)
    office.poll()
    office.depart()
    assert list(office.google.calls.select("*", since=mark)) == []
