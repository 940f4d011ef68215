"""Google's JSON to values and back: what is written, what is read, what is left out."""

import datetime as dt
from dataclasses import asdict, fields
from typing import Any

import pytest

from webapp.db.models import GoogleEvent
from webapp.db.snapshots import start_from_text, start_text
from webapp.domain.timespan import AllDaySpan, TimedSpan
from webapp.google.mapping import (
    PROPERTY_MARK,
    ForeignEvent,
    Unreadable,
    event_body,
    foreign_event,
    mark_of,
    original_start_of,
    snapshot_of,
)
from webapp.sync.types import Snapshot, Transparency, Visibility

BERLIN = "Europe/Berlin"
TIMED = TimedSpan(
    dt.datetime(2026, 11, 5, 8, tzinfo=dt.UTC), dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC), BERLIN
)
DAYS = AllDaySpan(dt.date(2026, 11, 5), dt.date(2026, 11, 7))
SESSION = Snapshot("C-1042", TIMED, description="Booked here.", visibility=Visibility.PRIVATE)


def item(**changes: Any) -> dict[str, Any]:
    """A timed event as Google lists it; None removes a field."""
    whole = {
        "id": "abc12",
        "etag": '"1"',
        "status": "confirmed",
        "summary": "Dentist",
        "location": "Main Street 1",
        "start": {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": BERLIN},
        "end": {"dateTime": "2026-11-05T10:00:00+01:00", "timeZone": BERLIN},
        "eventType": "default",
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def read(*, shows_details: bool = True, **changes: Any) -> ForeignEvent:
    return foreign_event(item(**changes), calendar_time_zone=BERLIN, shows_details=shows_details)


# ------------------------------------------------------------------ writing


def test_a_client_appointment_is_private_without_guests_and_without_reminders() -> None:
    body = event_body(SESSION, google_id="abc12", properties={PROPERTY_MARK: "a1"})
    assert body == {
        "id": "abc12",
        "status": "confirmed",
        "summary": "C-1042",
        "description": "Booked here.",
        "location": "",
        "visibility": "private",
        "transparency": "opaque",
        "recurrence": [],
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": {PROPERTY_MARK: "a1"}},
        "start": {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": BERLIN},
        "end": {"dateTime": "2026-11-05T10:00:00+01:00", "timeZone": BERLIN},
    }


def test_a_block_of_whole_days_is_sent_as_dates_with_the_calendars_own_reminders() -> None:
    """All-day events are never converted through UTC (GOOGLE.md 3.5, Q14)."""
    block = Snapshot("Holiday", DAYS, transparency=Transparency.TRANSPARENT)
    body = event_body(block, properties={})
    assert (body["start"], body["end"]) == ({"date": "2026-11-05"}, {"date": "2026-11-07"})
    assert body["reminders"] == {"useDefault": True}
    assert body["transparency"] == "transparent"


def test_an_update_echoes_the_sequence_it_read() -> None:
    """A lower or missing sequence is refused (GOOGLE.md 3.4)."""
    assert event_body(SESSION, properties={}, sequence=3)["sequence"] == 3
    assert "sequence" not in event_body(SESSION, properties={})


@pytest.mark.parametrize(
    "snapshot",
    [
        SESSION,
        Snapshot("Holiday", DAYS, transparency=Transparency.TRANSPARENT),
        Snapshot("", TIMED, location="Room 2"),
        Snapshot("Team", TIMED, recurrence=("RRULE:FREQ=WEEKLY;BYDAY=TH",)),
        Snapshot(
            "Gym",
            AllDaySpan(dt.date(2026, 11, 5), dt.date(2026, 11, 6)),
            recurrence=("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261106"),
        ),
    ],
)
def test_what_is_written_reads_back_as_itself(snapshot: Snapshot) -> None:
    body = event_body(snapshot, properties={})
    assert snapshot_of(body, calendar_time_zone="America/New_York") == snapshot


# ------------------------------------------------------------------ reading our own


def test_defaults_that_google_leaves_out_read_as_what_we_wrote() -> None:
    """GOOGLE.md 3.1: values equal to the default are omitted."""
    bare = {"id": "x", "start": item()["start"], "end": item()["end"]}
    assert snapshot_of(bare, calendar_time_zone=BERLIN) == Snapshot("", TIMED)


def test_instants_are_compared_not_the_offsets_they_are_shown_in() -> None:
    """start.dateTime carries the offset of the response's zone (GOOGLE.md 3.1)."""
    elsewhere = {"dateTime": "2026-11-05T03:00:00.250-05:00", "timeZone": BERLIN}
    assert snapshot_of(item(start=elsewhere), calendar_time_zone=BERLIN).span == TIMED


@pytest.mark.parametrize("visibility", ["private", "confidential"])
def test_the_old_word_for_private_is_private_too(visibility: str) -> None:
    shown = snapshot_of(item(visibility=visibility), calendar_time_zone=BERLIN)
    assert shown.visibility is Visibility.PRIVATE


def test_a_public_event_is_not_private() -> None:
    shown = snapshot_of(item(visibility="public"), calendar_time_zone=BERLIN)
    assert shown.visibility is Visibility.DEFAULT


def test_rewritten_rules_read_the_same() -> None:
    """Google may reorder and complete the text (GOOGLE.md 4.1, Q8)."""
    sent = item(recurrence=["RRULE:FREQ=WEEKLY;BYDAY=TH"])
    back = item(recurrence=["RRULE:WKST=MO;INTERVAL=1;BYDAY=TH;FREQ=WEEKLY"])
    shown = [snapshot_of(one, calendar_time_zone=BERLIN).recurrence for one in (sent, back)]
    assert shown[0] == shown[1]


def test_our_mark_is_found_and_nothing_else_is_taken_for_it() -> None:
    marked = event_body(SESSION, properties={PROPERTY_MARK: "a1"})
    assert mark_of(marked) == "a1"
    assert mark_of(item()) is None
    assert mark_of(item(extendedProperties={"shared": {PROPERTY_MARK: "a1"}})) is None
    assert mark_of(item(extendedProperties=["odd"])) is None


def test_an_occurrence_is_named_by_its_original_start() -> None:
    timed = item(originalStartTime={"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": BERLIN})
    whole = item(originalStartTime={"date": "2026-11-05"})
    assert original_start_of(timed, calendar_time_zone=BERLIN) == TIMED.starts_at
    assert original_start_of(whole, calendar_time_zone=BERLIN) == dt.date(2026, 11, 5)
    assert original_start_of(item(), calendar_time_zone=BERLIN) is None


# ------------------------------------------------------------------ reading theirs


def test_every_value_of_a_foreign_event_has_its_column() -> None:
    assert {one.name for one in fields(ForeignEvent)} <= set(GoogleEvent.model_fields)
    row = GoogleEvent(practice_id="p", calendar_id="c", **asdict(read()))
    assert row.summary == "Dentist"


def test_a_timed_event_comes_with_its_instants_and_bounds() -> None:
    event = read(htmlLink="https://calendar.example.com/e")
    assert (event.starts_at, event.ends_at, event.time_zone) == (
        TIMED.starts_at,
        TIMED.ends_at,
        BERLIN,
    )
    assert (event.first_starts_at, event.last_ends_at) == (TIMED.starts_at, TIMED.ends_at)
    assert event.html_link == "https://calendar.example.com/e"


def test_whole_days_stay_dates_and_are_bounded_in_every_zone() -> None:
    event = read(start={"date": "2026-11-05"}, end={"date": "2026-11-06"})
    assert (event.starts_on, event.ends_on) == (dt.date(2026, 11, 5), dt.date(2026, 11, 6))
    assert event.starts_at is None
    assert event.first_starts_at is not None
    assert event.first_starts_at <= dt.datetime(2026, 11, 4, 10, tzinfo=dt.UTC)
    assert event.last_ends_at is not None
    assert event.last_ends_at >= dt.datetime(2026, 11, 6, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("end", [None, {"date": "2026-11-05"}, {"date": "2026-11-04"}])
def test_a_day_without_a_proper_end_lasts_one_day(end: dict[str, str] | None) -> None:
    assert read(start={"date": "2026-11-05"}, end=end).ends_on == dt.date(2026, 11, 6)


def test_an_event_of_no_length_is_accepted() -> None:
    """The Google page can make them, though the API refuses to (GOOGLE.md 3.5)."""
    event = read(end=item()["start"])
    assert event.starts_at == event.ends_at == TIMED.starts_at


def test_details_stay_in_google_when_they_are_not_wanted() -> None:
    event = read(shows_details=False)
    assert (event.summary, event.location) == ("", "")
    assert not event.is_private


def test_private_events_never_show_their_title() -> None:
    event = read(visibility="private")
    assert (event.summary, event.location, event.is_private) == ("", "", True)


def test_hidden_details_are_read_as_a_busy_time() -> None:
    """The recorded shape of a calendar that only shows free and busy (GOOGLE.md 5.6)."""
    event = read(summary=None, location=None, visibility="private", eventType=None)
    assert (event.summary, event.is_private, event.is_free) == ("", True, False)
    assert event.event_type == "default"


def test_descriptions_guests_and_links_into_meetings_are_never_kept() -> None:
    event = read(
        description="canary",
        hangoutLink="https://meet.example.com/canary",
        attendees=[{"email": "canary@example.com", "responseStatus": "declined"}],
    )
    assert "canary" not in str(asdict(event))


def test_the_accounts_own_answer_to_an_invitation_is_kept() -> None:
    guests = [
        {"email": "ben@example.com", "responseStatus": "accepted"},
        {"email": "ada@example.com", "self": True, "responseStatus": "declined"},
    ]
    assert read(attendees=guests).response == "declined"
    assert read().response == ""


def test_a_bare_tombstone_is_a_cancelled_event_and_nothing_more() -> None:
    """F35, GOOGLE.md 5.4: only id and status are certain."""
    bare = foreign_event(
        {"id": "x", "status": "cancelled"}, calendar_time_zone=BERLIN, shows_details=True
    )
    assert bare == ForeignEvent("x", "", is_cancelled=True, status="cancelled")


def test_a_cancelled_occurrence_keeps_its_place_in_the_series() -> None:
    event = foreign_event(
        {
            "id": "m_20261105T080000Z",
            "status": "cancelled",
            "recurringEventId": "m",
            "originalStartTime": {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": BERLIN},
        },
        calendar_time_zone=BERLIN,
        shows_details=True,
    )
    assert event.recurring_google_id == "m"
    assert event.original_start == start_text(TIMED.starts_at)
    assert start_from_text(event.original_start) == TIMED.starts_at


def test_an_endless_series_has_no_last_end() -> None:
    event = read(recurrence=["RRULE:FREQ=WEEKLY;BYDAY=TH"])
    assert event.recurrence == ["RRULE:FREQ=WEEKLY;BYDAY=TH"]
    assert event.last_ends_at is None
    assert event.problem == ""


def test_a_series_with_an_end_is_bounded_by_it() -> None:
    event = read(recurrence=["RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3"])
    assert event.last_ends_at == TIMED.ends_at + dt.timedelta(weeks=2)


def test_a_rule_that_cannot_be_read_leaves_its_first_date_and_says_so() -> None:
    """F99"""
    event = read(recurrence=["RRULE:FREQ=WEEKLY;BYMOONPHASE=FULL"])
    assert event.recurrence == []
    assert event.last_ends_at == TIMED.ends_at
    assert "only the first date" in event.problem


def test_a_zone_that_nobody_knows_falls_back_to_the_calendars() -> None:
    """F100: the instant is certain all the same, as it carries its offset."""
    odd = {"dateTime": "2026-11-05T09:00:00+01:00", "timeZone": "Mars/Olympus"}
    assert read(start=odd).time_zone == BERLIN
    assert read(start=odd).starts_at == TIMED.starts_at
    assert "time zone" in read(start=odd, recurrence=["RRULE:FREQ=DAILY"]).problem


def test_unknown_kinds_and_states_are_carried_not_refused() -> None:
    """F35"""
    event = read(eventType="somethingNew", status="perhaps")
    assert (event.event_type, event.status) == ("somethingNew", "perhaps")


def test_characters_that_no_database_stores_are_left_out() -> None:
    event = read(summary="A\0B \ud83d C \U0001f600")
    assert event.summary == "AB ? C \U0001f600"


@pytest.mark.parametrize(
    "broken",
    [
        {"start": None},
        {"start": {"dateTime": "soon"}},
        {"start": {"date": "2026-13-40"}},
        {"start": {"date": "0001-01-01"}},
        {"start": {"dateTime": 5}},
        {"id": None},
    ],
)
def test_what_makes_no_sense_is_refused_without_its_content(broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as refused:
        read(**broken)
    assert "Dentist" not in str(refused.value)
