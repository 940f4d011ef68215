"""What different addresses of one calendar show, and the practice's own (U19, R36)."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from tests.feeds.conftest import Book, Subscriber, sync_one_way
from tests.web.conftest import NOW, Clock
from webapp.db.models import (
    Appointment,
    AppointmentException,
    CalendarRevision,
    Client,
    ClientPerson,
    FeedLink,
    Member,
    Practice,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.db.snapshots import start_text
from webapp.domain.feed_links import allowed_displays, shown_display
from webapp.domain.naming import Display
from webapp.domain.product import FEED_NOTE
from webapp.services import feed_links, feed_reading, sync_settings
from webapp.services.feed_links import LinkChoice
from webapp.services.feed_reading import UnreadLink

DAY = dt.timedelta(days=1)


def titles(feed: str) -> list[str]:
    return sorted(re.findall("SUMMARY:(.*)", feed))


def linked(subscriber: Subscriber, choice: LinkChoice, *, by: Member | None = None) -> Subscriber:
    """Somebody who reads one more address."""
    with subscriber.writing() as session:
        owner = by or subscriber.world.ada
        link = feed_links.add(session, by=owner, choice=choice, now=NOW)
    return Subscriber(
        subscriber.app, subscriber.database, subscriber.world, subscriber.browser, link
    )


def choose(subscriber: Subscriber, member: Member, **columns: object) -> None:
    with subscriber.writing() as session:
        settings = session.exec(
            select(SyncSettings).where(SyncSettings.member_id == member.id)
        ).one()
        for column, value in columns.items():
            setattr(settings, column, value)
        settings.version += 1
        session.add(settings)
        session.commit()


@pytest.mark.parametrize("own", Display)
@pytest.mark.parametrize("wanted", [None, *Display])
def test_a_link_never_shows_more_than_the_practitioner_allows(
    own: Display, wanted: Display | None
) -> None:
    """R36: initials and first name are neither more nor less than each other."""
    shown = shown_display(own, wanted)
    assert shown in (own, Display.INTERNAL_ID) or own is Display.FULL_NAME
    assert shown in allowed_displays(own)


def test_each_link_has_its_own_display(subscriber: Subscriber, book: Book) -> None:
    book(NOW + DAY)
    choose(subscriber, subscriber.world.ada, display=Display.FULL_NAME)
    initials = linked(subscriber, LinkChoice("Phone", Display.INITIALS))
    assert titles(subscriber.read()) == ["Cleo Marsh"]
    assert titles(initials.read()) == ["CM"]
    choose(subscriber, subscriber.world.ada, display=Display.INTERNAL_ID)
    assert titles(subscriber.read()) == titles(initials.read()) == ["C-1001"]


def test_a_busy_only_link_says_nothing_but_busy(subscriber: Subscriber, book: Book) -> None:
    """U19: no name, no title, no place; what leaves the practitioner free is left out."""
    choose(subscriber, subscriber.world.ada, display=Display.FULL_NAME, includes_location=True)
    book(NOW + DAY, location="Room 2")
    book(NOW + DAY, client=None, title="Supervision")
    book(NOW + DAY, client=None, title="Reading hour", is_busy=False)
    busy = linked(subscriber, LinkChoice("Family", is_busy_only=True)).read()
    assert titles(busy) == ["Busy", "Busy"]
    assert not {"Cleo", "Supervision", "Room 2", "DESCRIPTION"} & set(re.split(r"[^\w ]", busy))
    assert "LOCATION" not in busy


def test_each_event_says_in_one_line_where_it_is_edited(subscriber: Subscriber, book: Book) -> None:
    """R85, R87: a client's and an own one, the same words."""
    book(NOW + DAY)
    book(NOW + DAY, client=None, title="Supervision")
    assert re.findall("DESCRIPTION:(.*)", subscriber.read()) == [FEED_NOTE] * 2


def test_a_link_may_leave_the_place_out(subscriber: Subscriber, book: Book) -> None:
    book(NOW + DAY, location="Room 2")
    choose(subscriber, subscriber.world.ada, includes_location=True)
    without = linked(subscriber, LinkChoice("Phone", has_location=False))
    assert "LOCATION:Room 2" in subscriber.read()
    assert "LOCATION" not in without.read()


def test_a_change_of_a_link_shows_at_its_next_read_and_programs_notice(
    subscriber: Subscriber, book: Book, clock: Clock
) -> None:
    """K2, R41: sequence and time move, or Google would look at nothing."""
    book(NOW + DAY)
    before = subscriber.read()
    clock.advance(minutes=5)
    with subscriber.writing() as session:
        choice = LinkChoice("Family", is_busy_only=True)
        feed_links.change(
            session, by=subscriber.world.ada, link_id=subscriber.link.id, choice=choice, now=clock()
        )
    after = subscriber.read()
    assert titles(after) == ["Busy"]
    for name in ("SEQUENCE", "LAST-MODIFIED"):
        assert re.findall(f"{name}:(.*)", after) > re.findall(f"{name}:(.*)", before)


def test_a_practice_feed_is_busy_only_for_all_who_have_not_agreed(
    subscriber: Subscriber, book: Book
) -> None:
    """Ben agrees, Ada does not; not in it: who has not allowed sync, and the practice next door."""
    world = subscriber.world
    book(NOW + DAY)
    book(NOW + DAY, member=world.ben, client=world.couple)
    book(NOW + DAY, member=world.mallory, client=world.stranger)
    sync_one_way(subscriber.database, world.mallory)
    everybody = linked(subscriber, LinkChoice("All", is_practice=True), by=world.dora)
    assert titles(everybody.read()) == ["Ada Lind: Busy"]
    sync_one_way(subscriber.database, world.ben)
    with subscriber.writing() as session:
        sync_settings.open_to_practice(session, by=world.ben, is_open=True, now=NOW)
    assert titles(everybody.read()) == ["Ada Lind: Busy", "Ben Okafor: C-1002"]
    choose(subscriber, world.ada, is_enabled=False)
    assert titles(everybody.read()) == ["Ben Okafor: C-1002"]


def test_a_practice_feed_follows_every_calendar(subscriber: Subscriber, book: Book) -> None:
    """R39."""
    world = subscriber.world
    sync_one_way(subscriber.database, world.ben)
    everybody = linked(subscriber, LinkChoice("All", is_practice=True), by=world.dora)
    for member in (world.ada, world.ben, world.ada):
        before = len(titles(everybody.read()))
        book(NOW + DAY, member=member)
        assert len(titles(everybody.read())) == before + 1


def test_an_address_that_nobody_reads_ends_after_a_mail_and_two_weeks(
    subscriber: Subscriber, clock: Clock
) -> None:
    """R44: 90 days; the mail holds no address."""
    told: list[UnreadLink] = []

    def swept() -> None:
        with subscriber.database.writing(Scope.installation()) as session:
            feed_reading.end_unread(session, now=clock(), tell=told.append)

    clock.advance(days=75)
    swept()
    assert told == []
    clock.advance(days=2)
    swept()
    swept()
    [mail] = told
    assert (mail.email, mail.link_name) == ("ada@example.test", "My calendar")
    clock.advance(days=13)
    swept()
    assert subscriber.browser.head(subscriber.path).status_code == 200  # and this reading saves it
    clock.advance(days=13)
    swept()
    assert subscriber.browser.head(subscriber.path).status_code == 200
    clock.advance(days=80)
    swept()
    clock.advance(days=14)
    swept()
    assert len(told) == 2
    assert subscriber.browser.get(subscriber.path).status_code == 410


def a_rename(session: Session, _row: Appointment) -> None:
    person = session.exec(select(ClientPerson).where(ClientPerson.given_name == "Cleo")).one()
    person.given_name = "Clea"
    session.add(person)


def another_internal_id(session: Session, _row: Appointment) -> None:
    client = session.exec(select(Client).where(Client.internal_id == "C-1001")).one()
    client.internal_id = "OAK-17"
    session.add(client)


def another_practice_name(session: Session, _row: Appointment) -> None:
    practice = session.exec(select(Practice).where(Practice.name == "Harbour Practice")).one()
    practice.name = "Quay Practice"
    session.add(practice)


def a_cancelled_time(session: Session, row: Appointment) -> None:
    session.add(
        AppointmentException(
            practice_id=row.practice_id,
            appointment_id=row.id,
            original_start=start_text(row.starts_at),
        )
    )


def a_deletion(session: Session, row: Appointment) -> None:
    session.delete(session.get_one(Appointment, row.id))


@pytest.mark.parametrize(
    "write", [a_rename, another_internal_id, another_practice_name, a_cancelled_time, a_deletion]
)
def test_whatever_is_written_the_next_read_shows_it(
    subscriber: Subscriber, book: Book, write: Callable[[Session, Appointment], None]
) -> None:
    """R39: the count of changes is kept for every writer, in the writer's own transaction."""
    choose(subscriber, subscriber.world.ada, display=Display.FULL_NAME)
    if write is another_internal_id:
        choose(subscriber, subscriber.world.ada, display=Display.INTERNAL_ID)
    row = book(NOW + DAY, rule="FREQ=WEEKLY")
    etag = subscriber.browser.get(subscriber.path).headers["ETag"]
    before = subscriber.read()
    with subscriber.writing() as session:
        write(session, row)
        session.commit()
    headers = {"If-None-Match": etag}
    assert subscriber.browser.get(subscriber.path, headers=headers).status_code == 200
    assert subscriber.read() != before


def test_what_is_rolled_back_was_never_counted(subscriber: Subscriber, book: Book) -> None:
    row = book(NOW + DAY)
    with subscriber.writing() as session:
        session.get_one(Appointment, row.id).location = "Room 2"
        session.flush()
        session.rollback()
    with subscriber.writing() as session:
        [revision] = session.exec(select(CalendarRevision)).all()
        assert session.get_one(Appointment, row.id).feed_revision == revision.revision


def test_a_link_of_somebody_who_left_is_silent(subscriber: Subscriber) -> None:
    with subscriber.writing() as session:
        session.get_one(Member, subscriber.world.ada.id).is_active = False
        session.commit()
        assert session.exec(select(FeedLink)).one().revoked_at is None
    assert subscriber.browser.get(subscriber.path).status_code == 404
