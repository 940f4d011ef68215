"""Ada's practice, which leaves Google or comes back and dies on the way; others go on."""

from collections.abc import Callable, Iterator
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


def die_leaving(travelling: Traveller, leave: Callable[[Office], object]) -> int:
    """How many effects leaving for good has. Death comes at each of them; in the end all of it has
    happened, whoever did it, and own events are as they were."""
    travelling.is_back = False

    def judged() -> None:
        Traveller.go_on(travelling)
        office = travelling.office
        if standing(office) is not None:
            leave(office)
            check_departures(office)
        assert count(office, GoogleEvent) == 0
        assert count(office, Appointment) == 2
        assert office.google.grants.refresh_tokens == {}
        assert NAME not in [one.summary for one in office.hand.calendars()]
        silent(office)

    def work(office: Office) -> None:
        leave(office)

    travelling.go_on = judged  # type: ignore[method-assign]
    return travelling.die_everywhere(work)
