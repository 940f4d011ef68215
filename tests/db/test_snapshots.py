"""Rows become values and values become rows, and nothing is lost or added on the way."""

import dataclasses
import datetime as dt

import pytest

from tests.cast import World, make_appointment
from webapp.db.engine import Database
from webapp.db.models import Appointment, AppointmentException
from webapp.db.scope import Scope
from webapp.db.snapshots import (
    appointment_values,
    snapshot_from_json,
    snapshot_json,
    span_columns,
    start_from_text,
    start_text,
)
from webapp.domain.appointments import AppointmentValues, ChangedOccurrence
from webapp.domain.naming import ClientName, PersonName
from webapp.domain.timespan import AllDaySpan, TimedSpan
from webapp.sync.types import Snapshot, Transparency, Visibility

BERLIN = "Europe/Berlin"
THURSDAY = dt.datetime(2026, 12, 3, 17, 0, tzinfo=dt.UTC)
HOUR = TimedSpan(THURSDAY, THURSDAY + dt.timedelta(minutes=50), BERLIN)
DAYS = AllDaySpan(dt.date(2026, 12, 3), dt.date(2026, 12, 5))
WEEK = dt.timedelta(weeks=1)

SNAPSHOTS = [
    Snapshot("C-1001", HOUR, visibility=Visibility.PRIVATE, description="Edited in the app."),
    Snapshot("Leave", DAYS, transparency=Transparency.TRANSPARENT),
    Snapshot("C-1002", HOUR, location="Room 1", recurrence=("RRULE:FREQ=WEEKLY;BYDAY=TH",)),
    Snapshot("Ελένη 🗓", DAYS),
]


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda snapshot: snapshot.summary)
def test_a_snapshot_comes_back_from_its_json(snapshot: Snapshot) -> None:
    assert snapshot_from_json(snapshot_json(snapshot)) == snapshot


def test_every_field_of_a_snapshot_is_stored() -> None:
    """A new field that is forgotten here would be compared with nothing."""
    stored = snapshot_json(SNAPSHOTS[0])

    assert {field.name for field in dataclasses.fields(Snapshot)} - {"span"} <= set(stored)


@pytest.mark.parametrize("start", [None, THURSDAY, dt.date(2026, 12, 3)])
def test_an_original_start_comes_back_from_its_text(start: dt.datetime | dt.date | None) -> None:
    assert start_from_text(start_text(start)) == start


def test_one_instant_has_one_text_whatever_its_zone() -> None:
    elsewhere = THURSDAY.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45)))

    assert start_text(elsewhere) == start_text(THURSDAY) == "2026-12-03T17:00:00+00:00"


def test_a_couple_s_series_with_a_move_and_a_cancellation(
    database: Database, world: World, now: dt.datetime
) -> None:
    later = TimedSpan(HOUR.starts_at + WEEK * 2, HOUR.ends_at + WEEK * 2, BERLIN)
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = make_appointment(
            session, world.ada, HOUR, now=now, client=world.couple, rule="FREQ=WEEKLY;BYDAY=TH"
        )
        session.add(exception(row, THURSDAY + WEEK, None))
        session.add(exception(row, THURSDAY + WEEK * 2, later))
        session.commit()
        found = appointment_values(session, [row])

    assert found == [
        AppointmentValues(
            id=row.id,
            span=HOUR,
            client=ClientName("C-1002", (PersonName("Iris", "Moor"), PersonName("Jan", "Holt"))),
            rule="FREQ=WEEKLY;BYDAY=TH",
            changes=(
                ChangedOccurrence(THURSDAY + WEEK, None),
                ChangedOccurrence(THURSDAY + WEEK * 2, later),
            ),
            changed_at=now,
        )
    ]


def test_days_off_stay_days(database: Database, world: World, now: dt.datetime) -> None:
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = make_appointment(session, world.ada, HOUR, now=now, title="Leave")
        for column, value in span_columns(DAYS).items():
            setattr(row, column, value)
        session.commit()
        found = appointment_values(session, [row])

    assert (found[0].span, found[0].client, found[0].title) == (DAYS, None, "Leave")


def test_values_come_in_the_order_they_were_asked_for(
    database: Database, world: World, now: dt.datetime
) -> None:
    with database.writing(Scope.practice(world.practice.id)) as session:
        rows = [make_appointment(session, world.ada, HOUR, now=now, title=t) for t in "cab"]
        session.commit()

        assert [one.title for one in appointment_values(session, rows)] == ["c", "a", "b"]


def test_values_have_no_room_for_what_must_not_leave() -> None:
    """R89: no note, service, phone or e-mail address can reach a renderer by accident."""
    fields = {field.name for field in dataclasses.fields(AppointmentValues)}

    assert not fields & {"notes", "service", "phone", "email"}


def exception(
    row: Appointment, original_start: dt.datetime, span: TimedSpan | None
) -> AppointmentException:
    """One changed occurrence of `row`."""
    return AppointmentException(
        practice_id=row.practice_id,
        appointment_id=row.id,
        original_start=start_text(original_start),
        **(span_columns(span) if span else {}),
    )
