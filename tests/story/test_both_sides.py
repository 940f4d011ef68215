"""What people do in Google while somebody does something here (RELIABILITY.md 2.3, by number)."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import select

from tests.story import judgement, mirror_judgement
from tests.story.inbound_office import PRIMARY, life_in_google
from tests.story.one_process import Beginning, OneProcess
from tests.story.test_edits import start_of
from webapp.db.models import Appointment, RemovedEvent

pytestmark = pytest.mark.slow

HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    """Ada's office with one session of Cleo's, and her life in Google."""
    with life_in_google(tmp_path_factory.mktemp("sides")) as beginning:
        yield beginning


@pytest.fixture
def office(beginning: Beginning) -> OneProcess:
    """As it was kept."""
    return beginning.again()


def session_of(office: OneProcess) -> Appointment:
    """Cleo's session."""
    with office.writing() as (session, _):
        return session.exec(select(Appointment)).one()


def writes(office: OneProcess) -> list[str]:
    """Calls of the app that changed an event, since the last `clear`."""
    calls = office.google.calls.select("calendar.events.*")
    return [call.method_id for call in calls if call.method != "GET"]


def test_a_deleted_series_goes_with_all_that_belonged_to_it(office: OneProcess) -> None:
    """F50: one tombstone is all that Google says; what went can be restored for a while (U5)."""
    calendar = office.hand.calendar(PRIMARY)
    yoga = calendar.find("Yoga")["id"]
    calendar.edit(calendar.instances(yoga)[1]["id"], scope="this", summary="Yoga outside")
    calendar.delete(calendar.instances(yoga)[2]["id"], scope="this")
    office.poll()
    assert {row.summary for row in office.mirrored(PRIMARY)} >= {"Yoga", "Yoga outside"}
    calendar.delete(yoga)
    office.poll()
    assert {row.summary for row in office.mirrored(PRIMARY)} == {"Anchor", "Dentist"}
    with office.writing() as (session, _):
        binned = session.exec(select(RemovedEvent.recurring_google_id)).all()
    assert sorted(binned) == ["", yoga, yoga], "the series, its exception and its gap"
    mirror_judgement.check(office)


@pytest.mark.parametrize("here_first", [True, False])
def test_different_fields_changed_on_both_sides(office: OneProcess, here_first: bool) -> None:
    """F52, by rule D1: the session is edited here, so its new time stands and the other title is
    put back; the practitioner is told of it once."""
    row, event = session_of(office), office.ours.find("C-1001")
    if here_first:
        office.move(row, hours=1)
    office.ours.edit(event["id"], summary="Cleo!", location="Garden")
    if not here_first:
        office.move(row, hours=1)
    office.poll()
    shown = office.ours.find("C-1001")
    assert start_of(shown) == start_of(event) + HOUR
    assert shown.get("location", "") == ""
    assert len(office.edits()) == 1


def test_the_same_field_changed_on_both_sides(office: OneProcess) -> None:
    """F53: the practice's time wins, and the notice says what Google showed."""
    row, event = session_of(office), office.ours.find("C-1001")
    office.move(row, hours=1)
    office.ours.move_time(event["id"], start_of(event) + 3 * HOUR)
    written = judgement.own_rows(office)
    office.poll()
    assert start_of(office.ours.find("C-1001")) == start_of(event) + HOUR
    (edit,) = office.edits()
    assert edit.seen
    assert edit.kept
    assert dt.datetime.fromisoformat(edit.seen["start"]) == start_of(event) + 3 * HOUR
    assert dt.datetime.fromisoformat(edit.kept["start"]) == start_of(event) + HOUR
    assert judgement.own_rows(office) == written


def test_what_was_cancelled_here_does_not_live_on_by_an_edit_there(office: OneProcess) -> None:
    """F55: it leaves Google, and stays cancelled here through a complete listing."""
    row, event = session_of(office), office.ours.find("C-1001")
    office.cancel(row)
    office.ours.edit(event["id"], summary="Still on?")
    written = judgement.own_rows(office)
    office.poll()
    office.google.expire_all_sync_tokens()
    office.poll()
    assert office.ours.events() == []
    assert judgement.own_rows(office) == written
    assert office.mirrored("") == []


def test_somebody_elses_invitation_is_read_and_never_written(office: OneProcess) -> None:
    """F58: not when it comes, not when its host moves it, not when it goes; nobody is mailed."""
    calendar = office.hand.calendar(PRIMARY)
    office.google.calls.clear()
    mails = len(office.google.mails)
    invited = calendar.get_invited("Team day", "2027-03-15T12:00", host="ben@example.com")["id"]
    office.poll()
    assert "Team day" in {row.summary for row in office.mirrored(PRIMARY)}
    calendar.move_time(invited, "2027-03-16T12:00")
    office.poll()
    calendar.delete(invited)
    office.poll()
    assert "Team day" not in {
        row.summary for row in office.mirrored(PRIMARY) if not row.is_cancelled
    }
    assert writes(office) == []
    assert len(office.google.mails) == mails
