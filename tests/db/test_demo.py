"""The demo practice is believable, and seeding it twice is seeding it once."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

import pytest
from sqlmodel import Session, SQLModel, col, select

from webapp.db import demo
from webapp.db.engine import Database
from webapp.db.models import Appointment, Client, ClientPerson, Member, Practice
from webapp.db.scope import Scope
from webapp.db.snapshots import appointment_values
from webapp.domain.appointments import AppointmentValues
from webapp.domain.naming import PersonName
from webapp.domain.recurrence import Occurrence, has_occurrence, occurrences
from webapp.domain.roles import Role
from webapp.domain.timespan import AllDaySpan, TimedSpan, instants, zone

BERLIN = "Europe/Berlin"
MOMENTS = [
    dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC),
    dt.datetime(2026, 9, 20, 22, 30, tzinfo=dt.UTC),
]
"""An ordinary Monday, the night of a clock change, and a Sunday night that is Monday in Berlin."""

at_any_moment = pytest.mark.parametrize(
    "moment", MOMENTS, ids=["monday", "clock change", "sunday night"]
)


@pytest.fixture
def moment() -> dt.datetime:
    """When the practice is seeded, where a test does not say otherwise."""
    return MOMENTS[0]


@pytest.fixture
def seeded(database: Database, moment: dt.datetime) -> Database:
    """The database with the demo practice in it."""
    seed(database, moment)
    return database


def test_it_has_two_practitioners_and_an_owner(seeded: Database) -> None:
    with seeded.reading(Scope.installation()) as session:
        members = session.exec(select(Member)).all()
        practice = session.exec(select(Practice)).one()

    assert (practice.name, practice.time_zone) == ("Harbour Practice", BERLIN)
    assert {(member.name, member.role, member.has_calendar) for member in members} == {
        ("Ada Lind", Role.PRACTITIONER, True),
        ("Ben Okafor", Role.PRACTITIONER, True),
        ("Dora Weiss", Role.OWNER, False),
    }


def test_its_dozen_clients_are_of_every_kind(seeded: Database) -> None:
    """The names that R22 to R31 are about are all there."""
    with seeded.reading(Scope.installation()) as session:
        clients = session.exec(select(Client)).all()
        people = session.exec(select(ClientPerson)).all()

    names = [PersonName(one.given_name, one.family_name, one.preferred_name) for one in people]
    assert len(clients) == 12
    assert sorted(client.kind for client in clients).count("couple") == 1
    assert any(name.preferred_name for name in names)
    assert any(not name.family_name for name in names)
    assert any("-" in name.given_name for name in names)
    assert any(not name.given_name.isascii() and name.given_name[0] > "\u024f" for name in names)
    assert [c.internal_id for c in clients if not c.internal_id.startswith("C-10")] == ["OAK-17"]


def test_it_covers_three_months_around_today(seeded: Database, moment: dt.datetime) -> None:
    starts = [instants(one.span, time_zone=BERLIN)[0] for one in expanded(seeded, moment)]

    assert min(starts) < moment - dt.timedelta(weeks=4)
    assert max(starts) > moment + dt.timedelta(weeks=7)


def test_it_has_series_singles_moves_cancellations_and_own_time(seeded: Database) -> None:
    events = own_events(seeded)
    sessions = [event for event in events if event.is_client_appointment]
    blocks = [event for event in events if not event.is_client_appointment]
    changes = [change for event in sessions for change in event.changes]

    assert sum("INTERVAL=2" in event.rule for event in sessions) >= 3
    assert sum(bool(event.rule) and "INTERVAL" not in event.rule for event in sessions) >= 6
    assert sum(not event.rule for event in sessions) >= 4
    assert sum(change.is_cancelled for change in changes) >= 4
    assert sum(not change.is_cancelled for change in changes) >= 4
    assert {"Lunch", "Team meeting", "Supervision", "Leave"} <= {event.title for event in blocks}
    assert any(not event.is_busy for event in blocks)
    assert {days(event.span) for event in blocks if isinstance(event.span, AllDaySpan)} == {1, 2}


@at_any_moment
def test_every_change_names_a_session_of_its_series(seeded: Database) -> None:
    for event in own_events(seeded):
        for change in event.changes:
            assert has_occurrence(event.span, event.rule, change.original_start), event.id


@at_any_moment
def test_nobody_is_in_two_places_at_once(seeded: Database, moment: dt.datetime) -> None:
    with seeded.reading(Scope.installation()) as session:
        for member in session.exec(select(Member)).all():
            assert overlaps(busy_times(session, member, moment)) == []


@at_any_moment
def test_sessions_are_on_working_days_in_working_hours(
    seeded: Database, moment: dt.datetime
) -> None:
    for one in expanded(seeded, moment):
        if isinstance(one.span, TimedSpan):
            starts, ends = one.span.starts_local, one.span.ends_local
            assert starts.weekday() < 5
            assert (starts.time(), ends.time()) >= (dt.time(9), dt.time(9))
            assert ends.time() <= dt.time(20)


def test_a_second_seeding_changes_nothing(seeded: Database, moment: dt.datetime) -> None:
    before = every_row(seeded)

    seed(seeded, moment + dt.timedelta(days=9))

    assert every_row(seeded) == before


def seed(database: Database, moment: dt.datetime) -> None:
    """What `flask demo seed` does."""
    with database.writing(Scope.installation()) as session:
        demo.seed(session, now=moment, password_hash="not a hash")


def own_events(database: Database) -> list[AppointmentValues]:
    """Every own event of the practice."""
    with database.reading(Scope.installation()) as session:
        return appointment_values(session, session.exec(select(Appointment)).all())


def expanded(database: Database, moment: dt.datetime) -> list[Occurrence]:
    """Everything that takes place in twenty weeks around `moment`."""
    return [
        one
        for event in own_events(database)
        if not event.is_cancelled
        for one in around(event, moment)
    ]


def around(event: AppointmentValues, moment: dt.datetime) -> list[Occurrence]:
    """What takes place of one event in the ten weeks before and after `moment`."""
    reach = dt.timedelta(weeks=10)
    return occurrences(
        event.span,
        event.rule,
        event.changes,
        after=moment - reach,
        before=moment + reach,
        day_zone=BERLIN,
    )


def busy_times(
    session: Session, member: Member, moment: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """When one practitioner is busy."""
    rows = session.exec(select(Appointment).where(col(Appointment.member_id) == member.id)).all()
    return [
        instants(one.span, time_zone=BERLIN)
        for event in appointment_values(session, rows)
        if event.is_busy and not event.is_cancelled
        for one in around(event, moment)
    ]


def overlaps(times: list[tuple[dt.datetime, dt.datetime]]) -> list[str]:
    """Local starts of whatever begins before the one in front of it has ended."""
    return [
        str(later[0].astimezone(zone(BERLIN)))
        for earlier, later in pairwise(sorted(times))
        if later[0] < earlier[1]
    ]


def days(span: AllDaySpan) -> int:
    """How many days it takes."""
    return span.duration.days


def every_row(database: Database) -> dict[str, list[object]]:
    """The whole database, table by table."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, rows(connection.execute(select(table)))), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def rows(result: Iterable[object]) -> list[object]:
    """The rows of a result, as a list."""
    return list(result)
