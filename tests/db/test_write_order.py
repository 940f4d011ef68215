"""Rows reach the database in the order of their foreign keys, whatever order they were added in."""

import datetime as dt

import pytest
from sqlmodel import Session, SQLModel, select

from webapp.db.engine import Database
from webapp.db.models import Appointment, AppointmentException, Member, Practice
from webapp.db.scope import Scope
from webapp.domain.roles import Role

ORDERS = [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)]


@pytest.mark.parametrize("order", ORDERS)
def test_parents_are_written_first(
    database: Database, now: dt.datetime, order: tuple[int, ...]
) -> None:
    """Without it SQLAlchemy writes unrelated models in any order, and the key refuses."""
    family = make_family(now)
    with database.writing(Scope.installation()) as session:
        session.add_all([family[position] for position in order])
        session.commit()

    with database.writing(Scope.installation()) as session:
        remove(session, order)
        assert session.exec(select(Practice)).all() == []


def make_family(now: dt.datetime) -> list[SQLModel]:
    """Four rows, each pointing to the one before."""
    practice = Practice(name="Quiet Harbour", time_zone="Europe/Berlin", created_at=now)
    member = Member(
        practice_id=practice.id,
        email="ada@example.test",
        name="Ada Lind",
        role=Role.PRACTITIONER,
        time_zone="Europe/Berlin",
        password_hash="none",
        created_at=now,
    )
    series = Appointment(
        practice_id=practice.id,
        member_id=member.id,
        time_zone="Europe/Berlin",
        created_at=now,
        changed_at=now,
    )
    changed = AppointmentException(
        practice_id=practice.id, appointment_id=series.id, original_start="2026-12-03"
    )
    return [practice, member, series, changed]


def remove(session: Session, order: tuple[int, ...]) -> None:
    """Deletes all four in one flush, named in `order`."""
    models = (Practice, Member, Appointment, AppointmentException)
    rows = [session.exec(select(models[position])).one() for position in order]
    for row in rows:
        session.delete(row)
    session.commit()
