"""What each sync did, event by event, as the practitioner reads it (PRODUCT.md U6)."""

import pytest
from sqlmodel import select

from tests.story.office import Office
from tests.story.test_edits import synced
from tests.story.test_first_sync import in_a_week
from webapp.db.models import ClientPerson, HistoryEntry, Member
from webapp.db.queries.history import HistoryPage, history_page
from webapp.db.scope import Scope
from webapp.services import history

pytestmark = pytest.mark.slow


def page(office: Office, *, calendar: str = "", member: Member | None = None) -> HistoryPage:
    """The newest page, of one calendar if named."""
    calendar_id = office.calendar(calendar).id if calendar else ""
    who = member or office.world.ada
    with office.database.reading(Scope.practice(who.practice_id)) as session:
        return history_page(session, member=who, calendar_id=calendar_id)


def told(office: Office) -> list[tuple[str, str]]:
    """What became of which title, oldest first."""
    lines = [line for stint in page(office).stints for line in stint.lines]
    return [(line.text, line.title) for line in reversed(lines)]


def test_what_was_written_to_google_is_told_with_the_name_it_has_here(connected: Office) -> None:
    row = connected.book(in_a_week(connected))
    synced(connected)
    connected.move(row, hours=1)
    connected.settle()
    connected.cancel(row)
    connected.settle()

    assert told(connected) == [
        ("Added to Google", "Cleo Marsh"),
        ("Updated in Google", "Cleo Marsh"),
        ("Removed from Google", "Cleo Marsh"),
    ]


def test_what_somebody_did_to_ours_in_google_is_told_as_put_back(connected: Office) -> None:
    """R106: edited and deleted there, both are there again, and neither counts as new."""
    connected.book(in_a_week(connected), title="Supervision")
    connected.book(in_a_week(connected, hour=16), title="Lunch")
    ours = synced(connected).ours
    ours.edit(ours.find("Supervision")["id"], summary="Changed")
    ours.delete(ours.find("Lunch")["id"])
    connected.poll()

    assert sorted(told(connected)[2:]) == [
        ("Put back in Google", "Lunch"),
        ("Put back in Google", "Supervision"),
    ]
    assert sorted(connected.shown()) == ["Lunch", "Supervision"]


def test_what_came_from_google_is_told_and_its_title_is_not_kept(connected: Office) -> None:
    """S42: a removed event is told with its time alone."""
    primary = connected.hand.calendar()
    event = primary.create("Dentist", "2026-12-01T12:00")
    connected.list_calendars()
    connected.sync_tile("ada@example.com")
    connected.settle()
    primary.edit(event["id"], summary="Dentist, second try")
    connected.poll()
    primary.delete(event["id"])
    connected.poll()

    gone = "An event that is no longer in Google"
    assert told(connected) == [
        ("Added here", gone),
        ("Updated here", gone),
        ("Removed here", gone),
    ]
    (line,) = page(connected).stints[0].lines
    assert line.starts is not None
    with connected.database.reading(Scope.installation()) as session:
        rows = session.exec(select(HistoryEntry)).all()
    assert "Dentist" not in "".join(str(row.model_dump()) for row in rows)


def test_an_etag_alone_is_no_news(connected: Office) -> None:
    primary = connected.hand.calendar()
    event = primary.create("Dentist", "2026-12-01T12:00")
    connected.list_calendars()
    connected.sync_tile("ada@example.com")
    connected.settle()
    primary.edit(event["id"], description="Nothing that is shown here")
    connected.poll()

    assert told(connected) == [("Added here", "Dentist")]


def test_the_entries_of_one_sync_stand_together_with_their_sum(connected: Office) -> None:
    connected.book(in_a_week(connected))
    connected.book(in_a_week(connected, hour=16))
    synced(connected)

    (stint,) = page(connected).stints
    assert (stint.calendar_name, stint.total) == (
        "Practice Calendar",
        "2 events added to Google",
    )


def test_a_sync_that_stopped_says_why_and_says_it_once(connected: Office) -> None:
    """I10: what it could not do, in the words of the tile."""
    connected.book(in_a_week(connected))
    synced(connected)
    connected.google.faults.add("calendar.events.list", status=503, times=0)
    for _ in range(3):
        connected.poll()
        connected.advance(hours=2)

    assert [(line.text, line.reason) for line in page(connected).stints[0].lines] == [
        ("Sync stopped", "Google does not answer.")
    ]
    assert len([one for one in told(connected) if one[0] == "Sync stopped"]) == 1


def test_who_is_erased_is_erased_here_too(connected: Office) -> None:
    """Titles are those of the live rows: no copy of a name stays behind."""
    connected.book(in_a_week(connected))
    synced(connected)
    with connected.writing() as (session, _):
        for person in session.exec(select(ClientPerson)):
            session.delete(person)
        session.commit()

    assert told(connected) == [("Added to Google", "C-1001")]


def test_disconnecting_takes_what_came_from_google_and_leaves_what_we_did(
    connected: Office,
) -> None:
    """S42, R128: pulled content goes at once; what was written to Google stays told."""
    connected.book(in_a_week(connected))
    connected.hand.calendar().create("Dentist", "2026-12-01T12:00")
    synced(connected)
    connected.list_calendars()
    connected.sync_tile("ada@example.com")
    connected.settle()
    connected.disconnect()

    assert told(connected) == [("Added to Google", "Cleo Marsh")]
    assert page(connected).stints[0].calendar_name == "A calendar that is no longer connected"


def test_it_is_kept_for_ninety_days(connected: Office) -> None:
    connected.book(in_a_week(connected))
    synced(connected)

    def purged() -> int:
        with connected.database.writing(Scope.installation()) as session:
            return history.purge(session, now=connected.clock())

    connected.clock.move(days=89)
    assert purged() == 0
    connected.clock.move(days=2)
    assert purged() == 1
    assert told(connected) == []


@pytest.mark.parametrize("name", ["ben", "mallory"])
def test_nobody_else_reads_it(connected: Office, name: str) -> None:
    """R146, I14."""
    connected.book(in_a_week(connected))
    synced(connected)

    assert page(connected, member=getattr(connected.world, name)).stints == []
