""" "Changed in Google: Tue 14:00 → 15:00. We kept 14:00.": the notice and its two answers."""

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.cast import World, make_appointment
from tests.web.conftest import HTMX, NOW, SignIn
from tests.web.sync_rows import connection_row, default_row, settings_row
from webapp.db.engine import Database
from webapp.db.models import (
    Appointment,
    AppointmentException,
    EditState,
    GoogleEdit,
    Outbox,
)
from webapp.db.scope import Scope
from webapp.db.snapshots import snapshot_json, start_text
from webapp.domain.recurrence import weekly
from webapp.domain.timespan import TimedSpan, moved
from webapp.sync.types import Snapshot

HOUR = dt.timedelta(hours=1)
WEEK = dt.timedelta(weeks=1)
TUESDAY = dt.datetime(2026, 11, 24, 13, tzinfo=dt.UTC)
SPAN = TimedSpan(TUESDAY, TUESDAY + HOUR, "Europe/Berlin")


@pytest.fixture
def ada(world: World, as_member: SignIn) -> FlaskClient:
    """Ada's browser."""
    return as_member(world.ada)


def given_edit(
    database: Database,
    world: World,
    *,
    by: dt.timedelta | None = HOUR,
    summary: str = "C-1001",
    rule: str = "",
    nth: int | None = None,
) -> tuple[str, str]:
    """Cleo's session on Tuesday at 14:00 in Berlin, and what became of it in Google: moved `by`,
    deleted (None), or with another title. The ids of the notice and of the appointment."""
    with database.writing(Scope.practice(world.practice.id)) as session:
        settings_row(session, world)
        default_row(session, connection_row(session, world))
        row = make_appointment(session, world.ada, SPAN, now=NOW, client=world.cleo, rule=rule)
        original = TUESDAY + (nth or 0) * WEEK
        kept = Snapshot("C-1001", moved(SPAN, original))
        seen = Snapshot(summary, moved(SPAN, original + by)) if by is not None else None
        edit = GoogleEdit(
            practice_id=world.practice.id,
            member_id=world.ada.id,
            appointment_id=row.id,
            original_start=start_text(original) if nth is not None else "",
            seen=snapshot_json(seen) if seen else None,
            kept=snapshot_json(kept),
            noticed_at=NOW,
        )
        session.add(edit)
        session.commit()
        return edit.id, row.id


def after(database: Database, world: World, appointment_id: str) -> tuple[Appointment, EditState]:
    """The appointment, and how the notice stands."""
    with database.reading(Scope.practice(world.practice.id)) as session:
        row = session.exec(select(Appointment).where(Appointment.id == appointment_id)).one()
        return row, session.exec(select(GoogleEdit.state)).one()


def test_the_calendar_says_what_was_moved_in_google_and_what_we_kept(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R107, U4."""
    given_edit(database, world)
    for address in ("/calendar", "/sync-settings"):
        page = ada.get(address).text
        assert "The session with Cleo Marsh was moved in Google (Tue 24 Nov 14:00 → 15:00)" in page
        assert "We kept Tue 24 Nov 14:00" in page
        assert "Move it here too" in page
        assert "Keep Tue 24 Nov 14:00" in page


def test_moving_it_here_too_moves_the_appointment_and_closes_the_notice(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """U4: by the rules of every other move, with its wish and a raised version."""
    edit_id, row_id = given_edit(database, world)
    answer = ada.post(f"/google-edits/{edit_id}/adoption", data={"version": "1"}, headers=HTMX)
    assert (answer.status_code, answer.text) == (200, "")
    assert "calendar-changed" in answer.headers["HX-Trigger"]
    row, state = after(database, world, row_id)
    assert (row.starts_at, row.version, state) == (TUESDAY + HOUR, 2, EditState.ADOPTED)
    with database.reading(Scope.practice(world.practice.id)) as session:
        assert session.exec(select(Outbox.requested)).one() == 1
    assert "moved in Google" not in ada.get("/calendar").text


def test_keeping_ours_closes_the_notice_and_changes_nothing(
    ada: FlaskClient, database: Database, world: World
) -> None:
    edit_id, row_id = given_edit(database, world)
    assert ada.delete(f"/google-edits/{edit_id}", headers=HTMX).status_code == 200
    row, state = after(database, world, row_id)
    assert (row.starts_at, row.version, state) == (TUESDAY, 1, EditState.KEPT)
    assert "moved in Google" not in ada.get("/calendar").text


@pytest.mark.parametrize("answer", ["adoption", "dismissal"])
def test_both_answers_work_without_htmx(
    ada: FlaskClient, database: Database, world: World, answer: str
) -> None:
    edit_id, _ = given_edit(database, world)
    found = ada.post(f"/google-edits/{edit_id}/{answer}", data={"version": "1"})
    assert (found.status_code, found.location) == (303, "/calendar")


def test_what_was_deleted_in_google_can_be_cancelled_here_too(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """F54: never by itself, but with one press."""
    edit_id, row_id = given_edit(database, world, by=None)
    page = ada.get("/calendar").text
    assert "The session with Cleo Marsh was deleted in Google (Tue 24 Nov 14:00)" in page
    assert "Cancel it here too" in page
    ada.post(f"/google-edits/{edit_id}/adoption", data={"version": "1"}, headers=HTMX)
    row, state = after(database, world, row_id)
    assert row.cancelled_at is not None
    assert state is EditState.ADOPTED


def test_one_session_of_a_series_follows_alone(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """F49: the second of four; the series stays."""
    rule = weekly(SPAN, every_weeks=1, count=4)
    edit_id, row_id = given_edit(database, world, rule=rule, nth=1)
    ada.post(f"/google-edits/{edit_id}/adoption", data={"version": "1"}, headers=HTMX)
    row, _ = after(database, world, row_id)
    assert (row.starts_at, row.rule) == (TUESDAY, rule)
    with database.reading(Scope.practice(world.practice.id)) as session:
        change = session.exec(select(AppointmentException)).one()
    assert change.original_start == start_text(TUESDAY + WEEK)
    assert change.starts_at == TUESDAY + WEEK + HOUR


def test_a_whole_series_follows_as_a_whole(
    ada: FlaskClient, database: Database, world: World
) -> None:
    rule = weekly(SPAN, every_weeks=1, count=4)
    edit_id, row_id = given_edit(database, world, rule=rule)
    assert "This is about the whole series." in ada.get("/calendar").text
    ada.post(f"/google-edits/{edit_id}/adoption", data={"version": "1"}, headers=HTMX)
    row, _ = after(database, world, row_id)
    assert (row.starts_at, row.rule) == (TUESDAY + HOUR, rule)


def test_an_edited_series_is_not_told_by_the_date_on_which_it_began(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R107: the first of its sessions may be long ago, and nobody edited that one."""
    rule = weekly(SPAN, every_weeks=1, count=4)
    given_edit(database, world, by=dt.timedelta(), summary="Cleo!", rule=rule)
    page = ada.get("/calendar").text
    assert "was edited in Google</" in page
    assert "This is about the whole series." in page


def test_another_title_is_told_and_only_kept(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """R86: a client's title is never taken from Google."""
    edit_id, row_id = given_edit(database, world, by=dt.timedelta(), summary="Cleo!")
    page = ada.get("/calendar").text
    assert "was edited in Google" in page
    assert "here too" not in page
    answer = ada.post(f"/google-edits/{edit_id}/adoption", data={"version": "1"})
    assert answer.status_code == 409
    assert after(database, world, row_id)[0].version == 1


def test_an_answer_to_an_old_notice_is_refused(
    ada: FlaskClient, database: Database, world: World
) -> None:
    """The session was moved here meanwhile: what the notice said is not so any more."""
    edit_id, row_id = given_edit(database, world)
    with database.writing(Scope.practice(world.practice.id)) as session:
        row = session.exec(select(Appointment).where(Appointment.id == row_id)).one()
        row.starts_at, row.ends_at, row.version = TUESDAY + 5 * HOUR, TUESDAY + 6 * HOUR, 2
        session.commit()
    answer = ada.post(f"/google-edits/{edit_id}/adoption", data={"version": "1"}, headers=HTMX)
    assert answer.status_code == 409
    row, state = after(database, world, row_id)
    assert (row.starts_at, state) == (TUESDAY + 5 * HOUR, EditState.OPEN)
    assert "Move it here too" not in ada.get("/calendar").text


def test_a_notice_is_answered_once(ada: FlaskClient, database: Database, world: World) -> None:
    edit_id, row_id = given_edit(database, world)
    for status in (200, 404):
        data = {"version": "1"}
        answer = ada.post(f"/google-edits/{edit_id}/adoption", data=data, headers=HTMX)
        assert answer.status_code == status
    assert after(database, world, row_id)[0].version == 2


@pytest.mark.parametrize("name", ["ben", "dora", "mallory"])
def test_nobody_else_sees_or_answers_it(
    name: str, database: Database, world: World, as_member: SignIn
) -> None:
    """I14, R100."""
    edit_id, row_id = given_edit(database, world)
    other = as_member(getattr(world, name))
    assert "was moved in Google" not in other.get("/calendar").text
    for address in (f"/google-edits/{edit_id}/adoption", f"/google-edits/{edit_id}/dismissal"):
        assert other.post(address, data={"version": "1"}).status_code in (403, 404)
    assert after(database, world, row_id)[1] is EditState.OPEN


def test_reading_an_address_of_an_answer_changes_nothing(
    ada: FlaskClient, database: Database, world: World
) -> None:
    edit_id, _ = given_edit(database, world)
    assert ada.get(f"/google-edits/{edit_id}/adoption").status_code == 405
    assert ada.get(f"/google-edits/{edit_id}").status_code == 405
