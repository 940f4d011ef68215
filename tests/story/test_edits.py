"""Edits on both sides: ours arrive in Google, Google's of ours are put back and told."""

import datetime as dt

from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp.db.models import AppointmentException
from webapp.domain.naming import Display
from webapp.domain.recurrence import weekly
from webapp.domain.timespan import TimedSpan


def synced(office: Office) -> Office:
    """After a first sync."""
    office.start_sync()
    office.settle()
    office.google.calls.clear()
    return office


def start_of(event: dict) -> dt.datetime:  # type: ignore[type-arg]
    """The instant at which Google shows an event."""
    return dt.datetime.fromisoformat(event["start"]["dateTime"]).astimezone(dt.UTC)


def test_a_moved_session_is_one_write_to_the_same_event(connected: Office) -> None:
    """R102 and the budget: one edit is one write."""
    row = connected.book(in_a_week(connected))
    before = synced(connected).ours.find("C-1001")
    connected.move(row, hours=1)
    connected.settle()
    after = connected.ours.find("C-1001")
    assert after["id"] == before["id"]
    assert start_of(after) - start_of(before) == dt.timedelta(hours=1)
    assert connected.google.calls.count("calendar.events.update") == 1
    assert connected.google.calls.count("calendar.events.insert") == 0


def test_a_cancelled_session_leaves_google_and_stays_away(connected: Office) -> None:
    """R103, PEERS 10."""
    row = connected.book(in_a_week(connected))
    synced(connected).cancel(row)
    connected.settle()
    connected.google.expire_all_sync_tokens()
    connected.poll()
    assert connected.shown() == []


def test_a_restored_session_comes_back_under_a_new_id(connected: Office) -> None:
    """F16: deleted ids stay reserved at Google for ever."""
    row = connected.book(in_a_week(connected))
    before = synced(connected).ours.find("C-1001")["id"]
    connected.cancel(row)
    connected.settle()

    def restored(appointment: object) -> None:
        appointment.cancelled_at = None  # type: ignore[attr-defined]

    connected.change(row, restored)
    connected.settle()
    assert connected.ours.find("C-1001")["id"] != before


def test_a_time_changed_in_google_is_put_back_and_told(connected: Office) -> None:
    """R86, R106, R107, F18."""
    connected.book(in_a_week(connected))
    event = synced(connected).ours.find("C-1001")
    later = start_of(event) + dt.timedelta(hours=2)
    connected.ours.move_time(event["id"], later)
    connected.poll()
    assert start_of(connected.ours.find("C-1001")) == start_of(event)
    (edit,) = connected.edits()
    assert edit.seen
    assert edit.kept
    assert dt.datetime.fromisoformat(edit.seen["start"]) == later
    assert dt.datetime.fromisoformat(edit.kept["start"]) == start_of(event)
    connected.poll()
    assert len(connected.edits()) == 1


def test_a_session_deleted_in_google_is_made_again_and_told(connected: Office) -> None:
    """R106, F54, PEERS 1."""
    connected.book(in_a_week(connected))
    event = synced(connected).ours.find("C-1001")
    connected.ours.delete(event["id"])
    connected.poll()
    assert connected.shown() == ["C-1001"]
    (edit,) = connected.edits()
    assert edit.seen is None


def test_an_edit_here_that_meets_an_edit_there_wins_without_a_duplicate(
    connected: Office,
) -> None:
    """F18: the write meets a 412, reads back, tells, and writes again."""
    row = connected.book(in_a_week(connected))
    event = synced(connected).ours.find("C-1001")
    connected.ours.edit(event["id"], summary="Renamed in Google")
    connected.move(row, hours=1)
    connected.settle()
    assert connected.shown() == ["C-1001"]
    assert start_of(connected.ours.find("C-1001")) - start_of(event) == dt.timedelta(hours=1)
    assert len(connected.edits()) == 1


def test_a_changed_display_rewrites_every_title_in_place(connected: Office) -> None:
    """R119, U2, I13."""
    for hour in range(8, 12):
        connected.book(in_a_week(connected, hour))
    before = {event["id"] for event in synced(connected).ours.events()}
    connected.choose_display(Display.FIRST_NAME)
    connected.settle()
    assert connected.shown() == ["Cleo"] * 4
    assert {event["id"] for event in connected.ours.events()} == before
    assert connected.google.calls.count("batch") == 1


def series(office: Office, weeks: int = 6) -> tuple[object, dt.datetime]:
    """A weekly session in Google, and its first start."""
    first = f"{office.clock().date() + dt.timedelta(days=7)} 14:00"
    row = office.book(first)
    assert row.starts_at
    assert row.ends_at
    span = TimedSpan(row.starts_at, row.ends_at, row.time_zone)

    def repeating(appointment: object) -> None:
        appointment.rule = weekly(span, every_weeks=1, until=None, count=weeks)  # type: ignore[attr-defined]

    office.change(row, repeating)
    return row, row.starts_at


def test_a_series_is_one_google_event_with_its_exceptions(connected: Office) -> None:
    """R104, PEERS 7, PEERS 9: a cancelled and a moved session of a weekly series."""
    row, first = series(connected)
    week = dt.timedelta(weeks=1)
    with connected.writing() as (session, ada):
        for number, moved in ((1, None), (2, dt.timedelta(hours=1))):
            original = first + number * week
            session.add(
                AppointmentException(
                    practice_id=ada.practice_id,
                    appointment_id=row.id,  # type: ignore[attr-defined]
                    original_start=original.isoformat(),
                    starts_at=original + moved if moved else None,
                    ends_at=original + moved + dt.timedelta(minutes=50) if moved else None,
                )
            )
        session.commit()
    synced(connected)
    (master,) = [event for event in connected.ours.events() if "recurrence" in event]
    starts = [start_of(event) for event in connected.ours.instances(master["id"])]
    expected = [
        first,
        first + 2 * week + dt.timedelta(hours=1),
        *(first + n * week for n in (3, 4, 5)),
    ]
    assert [_wall(at) for at in starts] == [_wall(at) for at in expected]
    connected.poll()
    assert connected.edits() == []


def test_one_occurrence_moved_in_google_returns_to_its_series(connected: Office) -> None:
    """F49, R98."""
    _, _first = series(connected)
    synced(connected)
    (master,) = [event for event in connected.ours.events() if "recurrence" in event]
    second = connected.ours.instances(master["id"])[1]
    connected.ours.move_time(second["id"], start_of(second) + dt.timedelta(hours=3))
    connected.poll()
    starts = [start_of(event) for event in connected.ours.instances(master["id"])]
    assert starts[1] == start_of(second)
    assert len(starts) == 6
    assert len(connected.edits()) == 1


def test_one_occurrence_deleted_in_google_takes_place_all_the_same(connected: Office) -> None:
    """F49, R106."""
    series(connected)
    synced(connected)
    (master,) = [event for event in connected.ours.events() if "recurrence" in event]
    connected.ours.delete(connected.ours.instances(master["id"])[1]["id"])
    connected.poll()
    assert len(connected.ours.instances(master["id"])) == 6
    assert len(connected.edits()) == 1


def test_a_hand_made_event_in_our_calendar_arrives_as_an_external_one(
    connected: Office,
) -> None:
    """R96, D9."""
    synced(connected).ours.create("Dentist", f"{connected.clock().date()}T18:00:00")
    connected.poll()
    assert [row.summary for row in connected.mirrored("")] == ["Dentist"]
    assert connected.shown() == ["Dentist"]


def test_a_copy_of_our_event_is_recognised_and_never_blocks(connected: Office) -> None:
    """F56, R98, PEERS 23."""
    connected.book(in_a_week(connected))
    event = synced(connected).ours.find("C-1001")
    connected.ours.duplicate(event["id"])
    connected.poll()
    (copy,) = connected.mirrored("")
    assert copy.is_free
    assert copy.problem
    assert len(connected.ours.events()) == 2


def _wall(at: dt.datetime) -> str:
    """The wall clock in Berlin, as series keep it across daylight saving."""
    from zoneinfo import ZoneInfo

    return f"{at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}"
