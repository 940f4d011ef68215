"""The law changes the clocks of a zone: sessions keep their wall time (RELIABILITY.md F86)."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from tests.cast import ZONE, World
from tests.fixtures.zone_data import Law, UseLaw, folder_of
from tests.services.test_appointments import at, book_weekly
from webapp.db.engine import Database
from webapp.db.models import Appointment, AuditEntry, CalendarRevision, Member
from webapp.db.queries.busy_times import busy_times
from webapp.db.scope import Scope
from webapp.db.snapshots import appointment_values
from webapp.domain import activity, recurrence
from webapp.domain.appointment_details import Details
from webapp.domain.calendar_pages import Window
from webapp.domain.series_edits import SeriesPart
from webapp.domain.timespan import AllDaySpan, Span, TimedSpan
from webapp.domain.wall_clock import wall
from webapp.services import appointments, zone_rules

FROM, TO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2029, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def today_s_law(law: UseLaw) -> None:
    """Everything is booked while Berlin has summer time."""
    law(Law.TODAY)


def booked(database: Database, world: World, now: dt.datetime, span: Span) -> str:
    """Id of an event of Ada's."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        details = Details(title="Supervision")
        return appointments.block(
            session, by=world.ada, now=now, member_id=world.ada.id, span=span, details=details
        ).id


def series(database: Database, world: World, now: dt.datetime, first: str, *, count: int) -> str:
    """Id of a weekly series of Ada's with Cleo."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        return book_weekly(session, world, now, first, count=count).id


def ended_on(database: Database, world: World, now: dt.datetime, first: str, until: dt.date) -> str:
    """Id of one that ends on a day."""
    span = at(first)
    with database.writing(Scope.practice(world.practice.id)) as session:
        return appointments.book(
            session,
            by=world.ada,
            now=now,
            member_id=world.ada.id,
            client_id=world.cleo.id,
            span=span,
            rule=recurrence.weekly(span, every_weeks=1, until=until),
        ).id


def change(
    database: Database, world: World, now: dt.datetime, row_id: str, start: str, to: str = ""
) -> None:
    """Moves one occurrence, or cancels it."""
    original = at(start).starts_at
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = session.get_one(Appointment, row_id)
        one = {"appointment_id": row.id, "version": row.version, "part": SeriesPart.THIS}
        if to:
            appointments.move(
                session, by=world.ada, now=now, to=at(to), original_start=original, **one
            )
        else:
            appointments.cancel(session, by=world.ada, now=now, original_start=original, **one)


def shown(database: Database, world: World, *ids: str) -> list[str]:
    """Local starts of everything that takes place, in order, by the law of the moment."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        rows = [session.get_one(Appointment, one) for one in ids]
        found = [
            occurrence.span
            for values in appointment_values(session, rows)
            for occurrence in recurrence.occurrences(
                values.span, values.rule, values.changes, after=FROM, before=TO, day_zone=ZONE
            )
        ]
    starts = sorted(span.starts_at for span in found if isinstance(span, TimedSpan))
    return [f"{wall(start, ZONE):%Y-%m-%d %H:%M}" for start in starts]


def row_of(database: Database, world: World, row_id: str) -> Appointment:
    """As it is stored."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        return session.get_one(Appointment, row_id)


def test_a_session_stays_at_its_local_time_and_its_instant_moves(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    """Winter is as it was; only what the new law touches is written."""
    summer = booked(database, world, now, at("2027-07-01T18:00"))
    winter = booked(database, world, now, at("2027-01-14T18:00"))
    before = row_of(database, world, summer)
    law(Law.NO_SUMMER_TIME)
    assert shown(database, world, summer) == ["2027-07-01 17:00"]  # What would be without it.

    assert zone_rules.keep_wall_times(database, now=now) == 1

    assert shown(database, world, winter, summer) == ["2027-01-14 18:00", "2027-07-01 18:00"]
    after = row_of(database, world, summer)
    assert after.starts_at == dt.datetime(2027, 7, 1, 17, tzinfo=dt.UTC)
    assert after.ends_at == after.starts_at + dt.timedelta(minutes=50)
    assert (after.version, after.sequence) == (before.version + 1, before.sequence + 1)
    assert row_of(database, world, winter).version == 1


def test_doing_it_twice_changes_nothing_and_another_law_can_follow(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    summer = booked(database, world, now, at("2027-07-01T18:00"))
    law(Law.NO_SUMMER_TIME)
    assert zone_rules.keep_wall_times(database, now=now) == 1
    assert zone_rules.keep_wall_times(database, now=now) == 0
    law(Law.TODAY)
    assert zone_rules.keep_wall_times(database, now=now) == 1
    assert shown(database, world, summer) == ["2027-07-01 18:00"]
    assert row_of(database, world, summer).starts_at == at("2027-07-01T18:00").starts_at


def test_what_is_over_and_whole_days_stay_as_they_were(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    """Past events keep their instants: they took place when they took place."""
    past = booked(database, world, now, at("2027-07-01T18:00"))
    leave = AllDaySpan(dt.date(2028, 7, 3), dt.date(2028, 7, 8))
    days = booked(database, world, now, leave)
    before = [row_of(database, world, one).model_dump() for one in (past, days)]
    law(Law.NO_SUMMER_TIME)
    assert zone_rules.keep_wall_times(database, now=dt.datetime(2027, 8, 1, tzinfo=dt.UTC)) == 0
    assert [row_of(database, world, one).model_dump() for one in (past, days)] == before


def test_a_series_keeps_its_wall_clock_its_gaps_and_its_moved_sessions(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    """An occurrence is named by its instant: without new names a cancelled one would come back, and
    a moved one be there twice."""
    row_id = series(database, world, now, "2027-03-16T18:00", count=6)
    change(database, world, now, row_id, "2027-04-06T18:00")
    change(database, world, now, row_id, "2027-04-13T18:00", "2027-04-14T09:30")
    meant = shown(database, world, row_id)
    assert meant == [
        "2027-03-16 18:00",
        "2027-03-23 18:00",
        "2027-03-30 18:00",
        "2027-04-14 09:30",
        "2027-04-20 18:00",
    ]
    law(Law.NO_SUMMER_TIME)
    assert len(shown(database, world, row_id)) == 6

    assert zone_rules.keep_wall_times(database, now=now) == 1

    assert shown(database, world, row_id) == meant
    last_end = dt.datetime(2027, 4, 20, 17, 50, tzinfo=dt.UTC)
    assert row_of(database, world, row_id).repeats_until == last_end


def test_a_series_that_ends_on_a_day_keeps_its_last_session(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    """UNTIL is an instant in UTC, and by the new law the last session begins after it."""
    row_id = ended_on(database, world, now, "2027-03-16T18:00", dt.date(2027, 4, 6))
    meant = shown(database, world, row_id)
    assert meant[-1] == "2027-04-06 18:00"
    law(Law.NO_SUMMER_TIME)
    assert len(shown(database, world, row_id)) == len(meant) - 1
    assert zone_rules.keep_wall_times(database, now=now) == 1
    assert shown(database, world, row_id) == meant
    law(Law.TODAY)
    assert zone_rules.keep_wall_times(database, now=now) == 1
    assert shown(database, world, row_id) == meant


def test_a_series_goes_on_at_its_wall_clock_and_its_moved_past_stays(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    row_id = series(database, world, now, "2027-06-01T18:00", count=5)
    change(database, world, now, row_id, "2027-06-08T18:00", "2027-06-09T09:00")
    change(database, world, now, row_id, "2027-06-22T18:00", "2027-06-23T09:00")
    law(Law.NO_SUMMER_TIME)
    assert zone_rules.keep_wall_times(database, now=dt.datetime(2027, 6, 12, tzinfo=dt.UTC)) == 1
    assert shown(database, world, row_id) == [
        "2027-06-01 18:00",
        "2027-06-09 08:00",  # The clock of then showed nine; the instant is the same.
        "2027-06-15 18:00",
        "2027-06-23 09:00",
        "2027-06-29 18:00",
    ]


def test_a_session_moved_in_another_zone_s_time_is_not_taken_for_outdated(
    database: Database, world: World, now: dt.datetime
) -> None:
    """What is kept of it is the clock of its series."""
    row_id = series(database, world, now, "2027-06-01T18:00", count=5)
    with database.writing(Scope.practice(world.practice.id)) as session:
        appointments.move(
            session,
            by=world.ada,
            now=now,
            appointment_id=row_id,
            version=1,
            to=at("2027-06-09T09:00", zone="Europe/London"),
            part=SeriesPart.THIS,
            original_start=at("2027-06-08T18:00").starts_at,
        )
    assert zone_rules.keep_wall_times(database, now=now) == 0


def test_a_zone_or_a_rule_that_nobody_knows_any_more_keeps_no_other_session_waiting(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    """F99, F100."""
    odd = [booked(database, world, now, at(f"2027-07-0{day}T18:00")) for day in (1, 2)]
    usual = booked(database, world, now, at("2027-07-03T18:00"))
    with database.writing(Scope.practice(world.practice.id)) as session:
        session.get_one(Appointment, odd[0]).time_zone = "Europe/Atlantis"
        session.get_one(Appointment, odd[1]).rule = "FREQ=SOMETIMES"
        session.commit()
    law(Law.NO_SUMMER_TIME)
    assert zone_rules.keep_wall_times(database, now=now) == 1
    assert shown(database, world, usual) == ["2027-07-03 18:00"]


def test_it_is_told_in_words_and_feeds_count_it(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    for day in ("01", "08"):
        booked(database, world, now, at(f"2027-07-{day}T18:00"))
    revision = _revision(database, world)
    law(Law.NO_SUMMER_TIME)
    zone_rules.keep_wall_times(database, now=now)
    with database.reading(Scope.practice(world.practice.id)) as session:
        told = session.exec(select(AuditEntry).order_by(col(AuditEntry.position).desc())).first()
    assert told is not None
    assert told.member_id == world.ada.id
    words = activity.sentence(told.action, told.subject, names={})
    assert words == "Europe/Berlin has new clock rules; sessions kept their local time"
    assert _revision(database, world) > revision


def test_sessions_that_overlap_now_both_stay_and_take_their_time(
    database: Database, world: World, now: dt.datetime, law: UseLaw
) -> None:
    """One was written in Berlin's time, one in London's: nobody chooses for the practitioner."""
    ours = booked(database, world, now, at("2027-07-01T18:00"))
    theirs = booked(database, world, now, at("2027-07-01T18:00", zone="Europe/London"))
    law(Law.NO_SUMMER_TIME)
    assert zone_rules.keep_wall_times(database, now=now) == 1
    with database.reading(Scope.practice(world.practice.id)) as session:
        ada = session.get_one(Member, world.ada.id)
        day = dt.datetime(2027, 7, 1, tzinfo=dt.UTC)
        window = Window(day, day + dt.timedelta(days=1), ZONE)
        busy = {one.key: one.starts_at for one in busy_times(session, member=ada, window=window)}
    assert busy == dict.fromkeys((ours, theirs), day + dt.timedelta(hours=17))


def test_a_clock_process_that_starts_with_other_zone_data_does_it(
    database_url: str, database: Database, world: World, tmp_path: Path
) -> None:
    """Its own process, with nothing but another folder of zones (F86: two tzdata versions)."""
    now = dt.datetime.now(dt.UTC)
    summer = booked(database, world, now, at(f"{now.year + 2}-07-01T18:00"))
    began = row_of(database, world, summer).starts_at
    environment = os.environ | {
        "PYTHONTZPATH": folder_of(tmp_path, Law.NO_SUMMER_TIME),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret for tests that is long enough",
    }
    daily = [sys.executable, "-c", "from jobs import daily; daily.run()"]
    subprocess.run(daily, env=environment, check=True, capture_output=True, timeout=60)
    assert began is not None
    assert row_of(database, world, summer).starts_at == began + dt.timedelta(hours=1)


def _revision(database: Database, world: World) -> int:
    with database.reading(Scope.practice(world.practice.id)) as session:
        return _counted(session, world.ada.id)


def _counted(session: Session, member_id: str) -> int:
    query = select(CalendarRevision.revision).where(CalendarRevision.member_id == member_id)
    return session.exec(query).one()
