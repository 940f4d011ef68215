"""`--sample`: a believable Google account, with dates around the day it is made.

Life of a person, not of a practice: nothing here looks like a client. Zone Europe/Berlin.
"""

from __future__ import annotations

from datetime import date, timedelta

from emulator.account_hand import Person
from emulator.google import Google
from emulator.model import Json
from emulator.person import PersonCalendar

FRIEND = "ben@example.com"
HOLIDAYS_ID = "en.german#holiday@group.v.calendar.google.com"
HOLIDAYS = {
    "New Year's Day": "01-01",
    "Labour Day": "05-01",
    "Day of German Unity": "10-03",
    "Christmas Day": "12-25",
    "Second Day of Christmas": "12-26",
}


def fill(google: Google, email: str) -> Person:
    """Fill the account (made when new); an account that has events already is left alone."""
    person = google.account(email, zone="Europe/Berlin")
    primary = person.calendar("primary")
    if primary.events():
        return person
    monday = _monday(google)
    _primary(primary, monday)
    _family(person, monday)
    _club(person, monday)
    _shared(google, email, monday)
    _holidays(person, monday.year)
    return person


def _monday(google: Google) -> date:
    today = google.clock.now().date()
    return today - timedelta(days=today.weekday())


def _primary(mine: PersonCalendar, monday: date) -> None:
    def at(number: int, clock: str) -> str:
        return _at(monday, number, clock)

    free = {"transparency": "transparent"}
    mine.create("Dentist", at(1, "08:30"), at(1, "09:15"), location="Kastanienallee 12")
    mine.create("Lunch with Mira", at(3, "12:30"), at(3, "13:30"))
    mine.create("Car to the garage", at(4, "07:45"), at(4, "08:15"), **free)
    mine.create("Theatre?", at(5, "19:30"), at(5, "22:00"), status="tentative")
    private = {"visibility": "private", "description": "Receipts: blue folder"}
    mine.create("Tax papers", at(8, "17:00"), at(8, "18:00"), **private)
    mine.create("Sister visits", _day(monday, 11), _day(monday, 14), **free)
    fortnightly = ["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"]
    mine.create("Bin day", at(2, "07:00"), at(2, "07:15"), recurrence=fortnightly, **free)
    _yoga(mine, monday)
    _invitation(mine, monday)
    _special_kinds(mine, monday)


def _yoga(mine: PersonCalendar, monday: date) -> None:
    """A weekly series with one moved and one cancelled occurrence."""
    rule = ["RRULE:FREQ=WEEKLY;BYDAY=TU"]
    start, end = _at(monday, -20, "18:00"), _at(monday, -20, "19:15")
    series = mine.create("Yoga", start, end, location="Sports hall", recurrence=rule)
    occurrences = mine.instances(series["id"], days=70)
    mine.move_time(occurrences[4]["id"], _at(monday, 9, "19:30"))
    mine.delete(occurrences[5]["id"])


def _invitation(mine: PersonCalendar, monday: date) -> None:
    """Somebody else's meeting that this person declined; it still shows."""
    guests = [
        {"email": mine.id, "responseStatus": "declined"},
        {"email": FRIEND, "responseStatus": "accepted"},
    ]
    host = {"email": FRIEND, "displayName": "Ben"}
    start, end = _at(monday, 9, "20:00"), _at(monday, 9, "21:30")
    mine.create("House meeting", start, end, organizer=host, attendees=guests)


def _special_kinds(mine: PersonCalendar, monday: date) -> None:
    away: Json = {
        "eventType": "outOfOffice",
        "outOfOfficeProperties": {"autoDeclineMode": "declineNone"},
    }
    mine.create("Out of office", _at(monday, 16, "09:00"), _at(monday, 18, "18:00"), **away)
    place = {"type": "homeOffice", "homeOffice": {}}
    home: Json = {"eventType": "workingLocation", "workingLocationProperties": place}
    mine.create("Home", _day(monday, 2), transparency="transparent", visibility="public", **home)
    birthday: Json = {"eventType": "birthday", "birthdayProperties": {"type": "self"}}
    quiet = {"transparency": "transparent", "visibility": "private"}
    yearly = ["RRULE:FREQ=YEARLY"]
    mine.create("Happy birthday!", _day(monday, 20), recurrence=yearly, **birthday, **quiet)


def _family(person: Person, monday: date) -> None:
    family = person.new_calendar("Family")
    family.restyle(color_id="11")
    family.create("School concert", _at(monday, 3, "17:00"), _at(monday, 3, "18:30"))
    family.create("Grandma's birthday", _day(monday, 6), recurrence=["RRULE:FREQ=YEARLY"])
    lessons = ["RRULE:FREQ=WEEKLY;COUNT=12"]
    start, end = _at(monday, 0, "16:00"), _at(monday, 0, "16:45")
    family.create("Swimming lesson", start, end, recurrence=lessons)


def _club(person: Person, monday: date) -> None:
    club = person.new_calendar("Running club")
    club.restyle(color_id="8")
    start, end = _at(monday, 6, "09:00"), _at(monday, 6, "11:00")
    sundays = ["RRULE:FREQ=WEEKLY;BYDAY=SU"]
    club.create("Long run", start, end, location="Lake, north car park", recurrence=sundays)
    club.create("Autumn race", _day(monday, 27))


def _shared(google: Google, email: str, monday: date) -> None:
    """Somebody else's calendar that this person may read."""
    friend = google.account(FRIEND, zone="Europe/Berlin")
    house = friend.new_calendar("House and garden")
    house.create("Chimney sweep", _at(monday, 7, "10:00"), _at(monday, 7, "11:00"))
    start, end = _at(monday, 10, "14:00"), _at(monday, 10, "14:30")
    house.create("Gas reading", start, end, visibility="private")
    house.share(email, "reader")


def _holidays(person: Person, year: int) -> None:
    """A public calendar that nobody here owns."""
    state, account = person.state, person.account
    if HOLIDAYS_ID not in state.calendars:
        title = "Holidays in Germany"
        made = state.new_calendar(account, title, kind="holiday", calendar_id=HOLIDAYS_ID)
        hand = PersonCalendar(state, account, made)
        public = {"transparency": "transparent", "visibility": "public"}
        for on in (year, year + 1):
            for holiday, day in HOLIDAYS.items():
                hand.create(holiday, f"{on}-{day}", **public)
        made.owner = ""
    record = state.calendars[HOLIDAYS_ID]
    record.acl[person.email] = "reader"
    state.subscribe(account, record)


def _at(monday: date, number: int, clock: str) -> str:
    return f"{monday + timedelta(days=number)}T{clock}"


def _day(monday: date, number: int) -> str:
    return (monday + timedelta(days=number)).isoformat()
