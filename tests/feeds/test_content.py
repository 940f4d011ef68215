"""Which events a feed holds, and what they say of people."""

import datetime as dt
import re

import pytest
from sqlmodel import select

from tests.cast import CANARY
from tests.feeds.conftest import HOUR, Book, Subscriber, sync_one_way
from tests.web.conftest import NOW, Clock
from webapp.db.models import Appointment, AppointmentException, SyncSettings
from webapp.db.snapshots import start_text
from webapp.domain.naming import Display
from webapp.services import sync_settings

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)


def titles(feed: str) -> list[str]:
    return re.findall("SUMMARY:(.*)", feed)


def numbers(feed: str, name: str) -> list[str]:
    return re.findall(f"{name}[^:\n]*:(.*)", feed)


def test_it_holds_the_practitioners_own_events_and_nobody_elses(
    subscriber: Subscriber, book: Book
) -> None:
    """R35; Ben works in the same practice, Mallory next door."""
    world = subscriber.world
    book(NOW + DAY)
    book(NOW + DAY, member=world.ben, client=world.couple)
    book(NOW + DAY, member=world.mallory, client=world.stranger)
    assert titles(subscriber.read()) == ["C-1001"]


@pytest.mark.parametrize(
    ("display", "title"),
    [
        (Display.INTERNAL_ID, "C-1001"),
        (Display.FIRST_NAME, "Cleo"),
        (Display.INITIALS, "CM"),
        (Display.FULL_NAME, "Cleo Marsh"),
    ],
)
def test_a_change_of_the_display_shows_at_the_next_read_and_programs_notice(
    subscriber: Subscriber, book: Book, clock: Clock, display: Display, title: str
) -> None:
    """R36, R39; and Google looks only when SEQUENCE and LAST-MODIFIED move (R41)."""
    book(NOW + DAY)
    before = subscriber.read()
    clock.advance(minutes=5)
    with subscriber.writing() as session:
        sync_settings.choose_display(
            session, by=subscriber.world.ada, display=display, is_acknowledged=True, now=clock()
        )
    after = subscriber.read()
    assert titles(after) == [title]
    if display is not Display.INTERNAL_ID:
        assert int(numbers(after, "SEQUENCE")[0]) > int(numbers(before, "SEQUENCE")[0])
        assert numbers(after, "LAST-MODIFIED") > numbers(before, "LAST-MODIFIED")
    assert numbers(after, "UID") == numbers(before, "UID")


def test_sessions_are_private_and_take_time_and_own_events_are_as_they_were_set(
    subscriber: Subscriber, book: Book
) -> None:
    """R46."""
    book(NOW + DAY)
    book(NOW + DAY, client=None, title="Supervision")
    book(NOW + DAY, client=None, title="Reading hour", is_busy=False)
    found = {}
    for event in subscriber.read().split("BEGIN:VEVENT")[1:]:
        lines = dict(line.split(":", 1) for line in event.splitlines() if ":" in line)
        found[lines["SUMMARY"]] = (lines["CLASS"], lines["TRANSP"])
    assert found == {
        "C-1001": ("PRIVATE", "OPAQUE"),
        "Supervision": ("PUBLIC", "OPAQUE"),
        "Reading hour": ("PUBLIC", "TRANSPARENT"),
    }


def test_nothing_else_about_a_client_ever_leaves(subscriber: Subscriber, book: Book) -> None:
    """R89; PEERS 25: the whole text is searched."""
    with subscriber.writing() as session:
        cleo = session.merge(subscriber.world.cleo)
        cleo.phone, cleo.email = CANARY, f"{CANARY}@example.test"
        session.commit()
    book(NOW + DAY, notes=CANARY, service=CANARY, location=CANARY)
    assert CANARY not in subscriber.read()


def test_the_place_is_there_when_the_practitioner_wants_it(
    subscriber: Subscriber, book: Book, clock: Clock
) -> None:
    """R89."""
    book(NOW + DAY, location="Room 2")
    assert "LOCATION" not in subscriber.read()
    with subscriber.writing() as session:
        sync_settings.choose_location(
            session, by=subscriber.world.ada, includes_location=True, now=clock()
        )
    assert "LOCATION:Room 2" in subscriber.read()


def test_it_reaches_sixty_days_back_and_a_year_ahead(subscriber: Subscriber, book: Book) -> None:
    """R35: the stated window."""
    for day in (-62, -58, 0, 364, 368):
        book(NOW + day * DAY, client=None, title=f"day {day}")
    assert titles(subscriber.read()) == ["day -58", "day 0", "day 364"]


def test_a_series_is_there_while_any_of_it_is(subscriber: Subscriber, book: Book) -> None:
    """An endless one always, one that ended long ago no more."""
    old = NOW - 1000 * DAY
    book(old, client=None, title="endless", rule="FREQ=WEEKLY")
    book(NOW + 500 * DAY, client=None, title="endless later", rule="FREQ=WEEKLY")
    book(old, client=None, title="over", rule="FREQ=DAILY;COUNT=3", repeats_until=old + 3 * DAY)
    book(old, client=None, title="going on", rule="FREQ=WEEKLY;COUNT=500", repeats_until=NOW + DAY)
    assert sorted(titles(subscriber.read())) == ["endless", "endless later", "going on"]


def test_a_cancelled_event_is_left_out_at_once(subscriber: Subscriber, book: Book) -> None:
    """R39, R41, R103."""
    appointment = book(NOW + DAY)
    assert titles(subscriber.read())
    change(subscriber, appointment, cancelled_at=NOW)
    assert not titles(subscriber.read())


def test_a_moved_event_keeps_its_uid(subscriber: Subscriber, book: Book) -> None:
    """R41."""
    appointment = book(NOW + DAY)
    before = subscriber.read()
    change(
        subscriber, appointment, starts_at=NOW + 2 * DAY, ends_at=NOW + 2 * DAY + HOUR, sequence=1
    )
    after = subscriber.read()
    assert numbers(before, "UID") == numbers(after, "UID")
    assert numbers(before, "DTSTART;TZID=Europe/Berlin") == ["20261124T100000"]
    assert numbers(after, "DTSTART;TZID=Europe/Berlin") == ["20261125T100000"]
    assert numbers(after, "SEQUENCE") == ["1"]


def test_a_series_goes_out_as_one_with_its_exceptions(subscriber: Subscriber, book: Book) -> None:
    """R41, R104: one rule, one EXDATE, one override with its RECURRENCE-ID."""
    start = NOW + DAY
    appointment = book(start, rule="FREQ=WEEKLY;COUNT=4", repeats_until=start + 3 * WEEK + HOUR)
    with subscriber.writing() as session:
        for original, moved_to in ((start + WEEK, None), (start + 2 * WEEK, start + 15 * DAY)):
            session.add(
                AppointmentException(
                    practice_id=appointment.practice_id,
                    appointment_id=appointment.id,
                    original_start=start_text(original),
                    starts_at=moved_to,
                    ends_at=moved_to + HOUR if moved_to else None,
                )
            )
        session.commit()
    change(subscriber, appointment)
    feed = subscriber.read()
    assert feed.count("BEGIN:VEVENT") == 2
    assert "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=4" in feed
    assert "EXDATE;TZID=Europe/Berlin:20261201T100000" in feed
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261208T100000" in feed
    assert "DTSTART;TZID=Europe/Berlin:20261209T100000" in feed
    assert len(set(numbers(feed, "UID"))) == 1


def test_an_occurrence_moved_into_the_window_brings_its_series_along(
    subscriber: Subscriber, book: Book
) -> None:
    start = NOW - 380 * DAY
    old = book(start, rule="FREQ=WEEKLY;COUNT=2", repeats_until=start + WEEK + HOUR)
    with subscriber.writing() as session:
        session.add(
            AppointmentException(
                practice_id=old.practice_id,
                appointment_id=old.id,
                original_start=start_text(start + WEEK),
                starts_at=NOW + DAY,
                ends_at=NOW + DAY + HOUR,
            )
        )
        session.commit()
    assert "DTSTART;TZID=Europe/Berlin:20261124T100000" in subscriber.read()


def test_a_rule_that_cannot_be_read_leaves_its_first_time_and_the_other_events(
    subscriber: Subscriber, book: Book
) -> None:
    """F99, I9."""
    book(NOW + DAY, client=None, title="odd", rule="FREQ=SECONDLY")
    book(NOW + DAY, client=None, title="usual")
    feed = subscriber.read()
    assert sorted(titles(feed)) == ["odd", "usual"]
    assert "RRULE:" not in feed.replace("RRULE:FREQ=YEARLY", "")


def test_it_has_a_name_and_says_when_to_come_back(subscriber: Subscriber) -> None:
    """R42."""
    feed = subscriber.read()
    assert "X-WR-CALNAME:Ada Lind\\, Harbour Practice\n" in feed
    assert "NAME:Ada Lind\\, Harbour Practice\n" in feed
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\n" in feed


def test_every_practitioner_has_a_feed_of_their_own(subscriber: Subscriber, book: Book) -> None:
    book(NOW + DAY)
    other = sync_one_way(subscriber.database, subscriber.world.mallory)
    foreign = Subscriber(
        subscriber.app, subscriber.database, subscriber.world, subscriber.browser, other
    )
    assert not titles(foreign.read())
    assert titles(subscriber.read()) == ["C-1001"]


def test_reading_changes_no_settings(subscriber: Subscriber) -> None:
    """R40: nothing that subscribers do reaches the app but the time of their reading."""
    subscriber.read()
    with subscriber.writing() as session:
        assert session.exec(select(SyncSettings)).one().version == 1


def change(subscriber: Subscriber, appointment: Appointment, **columns: object) -> None:
    """As a service changes an event: whatever it is, the version rises."""
    with subscriber.writing() as session:
        row = session.get_one(Appointment, appointment.id)
        row.version += 1
        for column, value in columns.items():
            setattr(row, column, value)
        session.add(row)
        session.commit()
