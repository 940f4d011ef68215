"""What random histories found, each as the few steps that matter (histories.py)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import Session, select

from tests.story.office import GOOGLE_ACCOUNT, Office
from tests.story.test_edits import series, start_of, synced
from webapp.db.models import Appointment, AppointmentException, EventLink, Member
from webapp.domain.series_edits import SeriesPart, shown_at
from webapp.domain.timespan import TimedSpan
from webapp.domain.timespan import start_of as first_of
from webapp.services import appointments, series_edits

pytestmark = pytest.mark.slow

HOUR = dt.timedelta(hours=1)


def weekly_in_google(office: Office) -> str:
    """A weekly session of six, synced; the id of its master in Google."""
    series(office)
    synced(office)
    return series_of(office)


def series_of(office: Office) -> str:
    """The id that our one series has in Google now; a copy of it has another."""
    with office.writing() as (session, _):
        return session.exec(select(EventLink.google_id).where(EventLink.original_start == "")).one()


def sessions(office: Office, master: str) -> list[Mapping[str, Any]]:
    """What Google shows of it."""
    return office.ours.instances(master)


def starts(office: Office, master: str) -> list[dt.datetime]:
    """When Google shows it."""
    return [start_of(dict(event)) for event in sessions(office, master)]


def add_change(session: Session, ada: Member, row: Any, at: dt.datetime, by: dt.timedelta) -> None:
    """One session of a series takes place later; commits."""
    change = AppointmentException(
        practice_id=ada.practice_id,
        appointment_id=row.id,
        original_start=at.isoformat(),
        starts_at=at + by,
        ends_at=at + by + dt.timedelta(minutes=50),
    )
    session.add(change)
    session.commit()


def writes(office: Office) -> list[str]:
    """Calls that changed something since the last `clear`."""
    calls = office.google.calls.select("calendar.*")
    return [call.method_id for call in calls if call.method != "GET"]


def test_an_occurrence_that_was_put_back_is_not_told_again_when_it_comes_by(
    connected: Office,
) -> None:
    """I4: our own answer to the edit was taken for another edit."""
    master = weekly_in_google(connected)
    second = sessions(connected, master)[1]
    connected.ours.move_time(second["id"], start_of(dict(second)) - HOUR)
    connected.poll()
    told = [(edit.seen, edit.noticed_at) for edit in connected.edits()]
    connected.google.calls.clear()
    connected.poll()
    assert writes(connected) == []
    assert [(edit.seen, edit.noticed_at) for edit in connected.edits()] == told


def test_a_notice_about_one_session_names_that_session(connected: Office) -> None:
    """R107: what we kept is the place of this session, not of the first."""
    master = weekly_in_google(connected)
    second = sessions(connected, master)[1]
    connected.ours.move_time(second["id"], start_of(dict(second)) + HOUR)
    connected.poll()
    (edit,) = connected.edits()
    assert edit.kept is not None
    assert dt.datetime.fromisoformat(edit.kept["start"]) == start_of(dict(second))


def test_a_series_moved_in_google_after_one_of_its_sessions_comes_back_whole(
    connected: Office,
) -> None:
    """F51: Google drops the moved session with its old place, and tells so by a bare tombstone."""
    master = weekly_in_google(connected)
    before = starts(connected, master)
    first = sessions(connected, master)[0]
    connected.ours.move_time(first["id"], before[0] + 24 * HOUR)
    third = sessions(connected, master)[2]
    connected.ours.move_time(third["id"], start_of(dict(third)) + 24 * HOUR, scope="all")
    connected.poll()
    assert starts(connected, series_of(connected)) == before
    connected.google.calls.clear()
    connected.poll()
    assert writes(connected) == []


def test_edits_of_an_edit_are_one_notice(connected: Office) -> None:
    """R107: what Google showed last, however often somebody tries."""
    master = weekly_in_google(connected)
    first = sessions(connected, master)[0]
    for hours in (1, 2):
        connected.ours.move_time(first["id"], start_of(dict(first)) + hours * HOUR)
        connected.poll()
    (edit,) = connected.edits()
    assert edit.seen is not None
    assert dt.datetime.fromisoformat(edit.seen["start"]) == start_of(dict(first)) + 2 * HOUR


def test_a_session_that_a_split_left_behind_is_brought_back(connected: Office) -> None:
    """F48: its tombstone does not say the sequence that a replacement would have to echo."""
    master = weekly_in_google(connected)
    before = starts(connected, master)
    last, fourth = sessions(connected, master)[5], sessions(connected, master)[3]
    connected.ours.move_time(last["id"], before[5] + 2 * HOUR)
    connected.poll()
    connected.ours.move_time(fourth["id"], before[3] + 24 * HOUR, scope="following")
    connected.poll()
    assert starts(connected, series_of(connected)) == before
    assert connected.problems() == []


def test_a_session_is_moved_although_google_split_its_series(connected: Office) -> None:
    """F48, R98: the part split off owns the ids of our later sessions; ours get new ones."""
    row, _ = series(connected)
    synced(connected)
    master = series_of(connected)
    before = starts(connected, master)
    fourth = sessions(connected, master)[3]
    connected.ours.edit(fourth["id"], scope="following", summary="By hand")
    with connected.writing() as (session, ada):
        add_change(session, ada, row, before[4], HOUR)
    connected.change(row, lambda _: None)
    connected.poll()
    ours = series_of(connected)
    assert ours != master
    assert starts(connected, ours) == [*before[:4], before[4] + HOUR, before[5]]
    (copy,) = connected.mirrored("")
    assert copy.is_free
    connected.google.calls.clear()
    connected.poll()
    assert writes(connected) == []


def test_pressing_sync_while_a_run_is_live_looks_at_google_once_more(connected: Office) -> None:
    """F62: the run had looked already when its worker died."""
    connected.book("2027-03-10 09:00")
    synced(connected)
    connected.start_sync()
    event = connected.ours.find("C-1001")
    seen_by_run = connected.calendar().requested
    connected.ours.edit(event["id"], summary="By hand")
    connected.start_sync()
    assert connected.calendar().requested == seen_by_run + 1
    connected.settle()
    assert connected.shown() == ["C-1001"]


def move_here(
    office: Office, row: Appointment, hours: int, *, only: dt.datetime | None = None
) -> None:
    """The series, or only one of its sessions, is moved in the app; then two looks at Google."""
    part = SeriesPart.THIS if only else SeriesPart.ALL
    with office.writing() as (session, ada):
        found = appointments.find(session, by=ada, appointment_id=row.id)
        series = series_edits.read(session, row=found)
        start = only or first_of(series.span)
        span = shown_at(series, start)
        assert isinstance(span, TimedSpan)
        by = hours * HOUR
        appointments.edit(
            session,
            by=ada,
            now=office.clock(),
            appointment_id=row.id,
            version=found.version,
            part=part,
            original_start=start,
            to=TimedSpan(span.starts_at + by, span.ends_at + by, span.time_zone),
        )
    office.poll()
    office.poll()


def test_a_session_deleted_before_its_series_was_moved_in_google_takes_place(
    connected: Office,
) -> None:
    """F37, F48: the complete listing after a lost token does not name what the moved series lost,
    so ours is not moved back but made anew."""
    master = weekly_in_google(connected)
    before = starts(connected, master)
    connected.ours.delete(str(sessions(connected, master)[2]["id"]), scope="this")
    second = sessions(connected, master)[1]
    connected.ours.move_time(second["id"], start_of(dict(second)) + HOUR, scope="all")
    connected.google.expire_all_sync_tokens()
    connected.google.calls.clear()
    connected.poll()
    assert starts(connected, series_of(connected)) == before
    assert writes(connected) == ["calendar.events.delete", "calendar.events.insert"]


def test_a_series_moved_in_google_is_put_back_with_one_write(connected: Office) -> None:
    """R106: what changes was listed, nothing is lost, and the event stays the same."""
    master = weekly_in_google(connected)
    before = starts(connected, master)
    second = sessions(connected, master)[1]
    connected.ours.move_time(second["id"], start_of(dict(second)) + HOUR, scope="all")
    connected.google.calls.clear()
    connected.poll()
    assert starts(connected, master) == before
    assert writes(connected) == ["calendar.events.update"]


def test_a_series_that_leaves_and_returns_keeps_a_session_that_had_been_moved(
    connected: Office,
) -> None:
    """GOOGLE.md 4.8: Google may remember the place of the session as cancelled for ever."""
    row, _ = series(connected)
    synced(connected)
    before = starts(connected, series_of(connected))
    move_here(connected, row, 1, only=before[2])
    move_here(connected, row, -1, only=before[2])
    for hours in (2, -2):
        move_here(connected, row, hours)
    assert starts(connected, series_of(connected)) == before


@pytest.mark.parametrize("has_noticed", [True, False], ids=["noticed", "unnoticed"])
def test_a_series_that_leaves_and_returns_keeps_a_session_that_google_had_lost(
    connected: Office, *, has_noticed: bool
) -> None:
    """The same for a session that was deleted there, put back before the move or not yet."""
    row, _ = series(connected)
    synced(connected)
    before = starts(connected, series_of(connected))
    third = sessions(connected, series_of(connected))[2]
    connected.ours.delete(third["id"], scope="this")
    if has_noticed:
        connected.poll()
    for hours in (2, -2):
        move_here(connected, row, hours)
    assert starts(connected, series_of(connected)) == before
    connected.google.calls.clear()
    connected.poll()
    assert writes(connected) == []


def test_an_earlier_life_that_somebody_takes_out_of_the_bin_is_a_copy(connected: Office) -> None:
    """F16, F56, R106: we had made the event again under the next id, and that one is ours."""
    connected.book("2027-03-10 09:00")
    synced(connected)
    first = connected.ours.find("C-1001")["id"]
    connected.ours.delete(first)
    connected.poll()
    second = connected.ours.find("C-1001")["id"]
    connected.ours.restore(first)
    connected.poll()
    assert second != first
    assert {event["id"] for event in connected.ours.events()} == {first, second}
    (copy,) = connected.mirrored("")
    assert (copy.google_id, copy.is_free) == (first, True)
    connected.google.calls.clear()
    connected.poll()
    assert writes(connected) == []


def test_what_was_dragged_away_stays_a_copy_when_our_calendar_is_made_again(
    connected: Office,
) -> None:
    """F56, R98, R111: ours has the very id that the copy still has, in another calendar."""
    primary = connected.hand.calendar(GOOGLE_ACCOUNT)
    connected.book("2027-03-10 09:00")
    synced(connected)
    connected.sync_tile(GOOGLE_ACCOUNT)
    dragged = connected.ours.find("C-1001")["id"]
    connected.ours.move_to(dragged, primary)
    connected.ours.remove()
    connected.poll()
    assert connected.calendar().is_missing
    connected.start_sync()
    connected.settle()
    assert [event["id"] for event in connected.ours.events()] == [dragged]
    (copy,) = connected.mirrored(GOOGLE_ACCOUNT)
    assert (copy.google_id, copy.is_free) == (dragged, True)
    connected.google.calls.clear()
    connected.poll()
    assert writes(connected) == []


@pytest.mark.parametrize("has_looked", [True, False])
def test_a_series_that_has_a_place_again_has_its_usual_occurrence_there(
    connected: Office, has_looked: bool
) -> None:
    """F51: the first Yoga was dragged, then there was one Yoga only, and then a series again."""
    primary = connected.hand.calendar(GOOGLE_ACCOUNT)
    yoga = primary.create("Yoga", "2027-03-10T18:00", recurrence=["RRULE:FREQ=WEEKLY;COUNT=8"])
    synced(connected)
    connected.sync_tile(GOOGLE_ACCOUNT)
    connected.settle()
    primary.move_time(primary.instances(yoga["id"])[0]["id"], "2027-03-08T16:00", scope="this")
    if has_looked:
        connected.poll()
    primary.edit(yoga["id"], scope="all", recurrence=[])
    primary.edit(yoga["id"], scope="all", recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
    connected.poll()
    days = [event["start"]["dateTime"][:10] for event in primary.instances(yoga["id"])]
    assert days == ["2027-03-10", "2027-03-11", "2027-03-12", "2027-03-13"]
    (row,) = connected.mirrored(GOOGLE_ACCOUNT)
    assert row.recurrence == ["RRULE:FREQ=DAILY;COUNT=4"]
    primary.edit(primary.instances(yoga["id"])[0]["id"], scope="this", summary="Yoga outside")
    connected.poll()
    assert {one.summary for one in connected.mirrored(GOOGLE_ACCOUNT)} == {"Yoga", "Yoga outside"}
