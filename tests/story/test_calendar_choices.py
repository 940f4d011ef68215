"""What a tile's choices do to what is stored, with Google next door (R84, R99)."""

import pytest

from tests.story.office import Office
from tests.story.test_first_sync import in_a_week
from webapp.db.models import SyncedCalendar
from webapp.services import calendar_choices
from webapp.services.calendar_choices import CalendarChoices

pytestmark = pytest.mark.slow

PRIMARY = "ada@example.com"


def choose(office: Office, *, shows_details: bool) -> None:
    """Ticks or unticks "Show titles"."""
    calendar_id = office.calendar(PRIMARY).id
    choices = CalendarChoices(shows_details=shows_details)
    with office.writing() as (session, ada):
        calendar_choices.choose(
            session, by=ada, calendar_id=calendar_id, choices=choices, now=office.clock()
        )


def titles(office: Office) -> list[tuple[str, str]]:
    """Title and place of everything that is stored."""
    return [(row.summary, row.location) for row in office.mirrored(PRIMARY)]


def with_dentist(office: Office) -> str:
    """A dentist in Google, synced; the id there."""
    primary = office.hand.calendar("primary")
    start = in_a_week(office).replace(" ", "T")
    event_id: str = primary.create("Dentist", start, location="High Street")["id"]
    office.start_sync()
    office.settle()
    office.sync_tile(PRIMARY)
    office.settle()
    return event_id


def test_hidden_titles_stay_hidden_when_the_event_changes(connected: Office) -> None:
    """R99: also after an update, and after a complete comparison."""
    event_id = with_dentist(connected)
    assert titles(connected) == [("Dentist", "High Street")]
    choose(connected, shows_details=False)
    assert titles(connected) == [("", "")]
    connected.hand.calendar("primary").edit(event_id, summary="Dentist, again")
    connected.poll()
    connected.google.expire_all_sync_tokens()
    connected.poll()
    assert titles(connected) == [("", "")]


def test_titles_wanted_again_come_by_themselves(connected: Office) -> None:
    """R84: the tile's own run fetches them, in one listing."""
    with_dentist(connected)
    choose(connected, shows_details=False)
    choose(connected, shows_details=True)
    connected.settle()
    assert titles(connected) == [("Dentist", "High Street")]
    assert connected.run(PRIMARY).state == "synced"


def test_a_look_that_overtook_the_choice_is_made_up_for(connected: Office) -> None:
    """F41: a token that was earned without titles is not continued with them."""
    with_dentist(connected)
    choose(connected, shows_details=False)
    connected.poll()
    calendar_id = connected.calendar(PRIMARY).id
    with connected.writing() as (session, _):
        row = session.get_one(SyncedCalendar, calendar_id)
        row.shows_details = True
        assert row.sync_token
        session.commit()
    connected.poll()
    assert titles(connected) == [("Dentist", "High Street")]


def test_a_private_event_is_busy_and_stays_so(connected: Office) -> None:
    """R99: made private later, its title goes; made public again, it comes back."""
    event_id = with_dentist(connected)
    primary = connected.hand.calendar("primary")
    for visibility, expected in (("private", ("", "")), ("default", ("Dentist", "High Street"))):
        primary.edit(event_id, visibility=visibility)
        connected.poll()
        assert titles(connected) == [expected]
