"""What the demo practice looks like, as plain tables; `demo.py` turns them into rows.

Every name is invented. Times are wall-clock times in the practice's zone; weeks are counted from
the week of the seeding, so that a fresh demo always stands in the middle of its calendar.
"""

import datetime as dt
from dataclasses import dataclass

from webapp.domain.bookable_hours import Stretch
from webapp.domain.roles import Role

PRACTICE = "Harbour Practice"
ZONE = "Europe/Berlin"
FIRST_WEEK, LAST_WEEK = -5, 8
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)

SESSION = "Individual session"
COUPLE_SESSION = "Couple session"
FIRST_TALK = "First consultation"
ROOM_1, ROOM_2, ONLINE = "Room 1", "Room 2", "Online"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who signs in. `key` names them in the tables below."""

    key: str
    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of a client record."""

    given: str
    family: str = ""
    preferred: str = ""


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A client record; two people make it a couple."""

    internal_id: str
    people: tuple[DemoPerson, ...]
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A place in one week: weekday (Monday is 0), time of day, length in minutes."""

    weekday: int
    time: str
    minutes: int = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One occurrence that differs, named by its week: moved to another clock, or cancelled.

    `weekday` names it in a series of several days.
    """

    week: int
    to: Clock | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One own event. With `client` a client appointment, else a block called `title`.

    `every` is how many weeks lie between sessions, 0 for a single one in the week `first`.
    `days` makes one endless series of several weekdays, from Monday on. `times` ends a series
    after that many sessions, `is_endless` never; else it ends with the last week of the demo.
    """

    who: str
    clock: Clock
    client: str = ""
    title: str = ""
    every: int = 1
    first: int = FIRST_WEEK
    days: str = ""
    times: int | None = None
    is_endless: bool = False
    changes: tuple[Change, ...] = ()
    service: str = ""
    notes: str = ""
    location: str = ""
    is_busy: bool = True
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Whole days: `days` of them from `weekday` of `week`."""

    who: str
    title: str
    week: int
    weekday: int
    days: int = 1

    def starts_on(self, monday: dt.date) -> dt.date:
        """The first day, when `monday` begins the week of the seeding."""
        return monday + dt.timedelta(weeks=self.week, days=self.weekday)


STAFF = (
    StaffMember("dora", "Dora Weiss", "dora@example.test", Role.OWNER),
    StaffMember("ada", "Ada Lind", "ada@example.test", Role.PRACTITIONER),
    StaffMember("ben", "Ben Okafor", "ben@example.test", Role.PRACTITIONER),
)

CLIENTS = (
    DemoClient("C-1001", (DemoPerson("Hanna", "Albrecht"),), "+49 30 5550 101"),
    DemoClient("C-1002", (DemoPerson("Jonas", "Reuter"), DemoPerson("Selin", "Aydin"))),
    DemoClient("C-1003", (DemoPerson("Elisabeth", "Vogt", preferred="Lisa"),), "+49 30 5550 103"),
    DemoClient("C-1004", (DemoPerson("Wayan"),), email="wayan@example.net"),
    DemoClient("C-1005", (DemoPerson("Ελένη", "Παπαδάκη"),), email="eleni@example.net"),
    DemoClient("C-1006", (DemoPerson("Anne-Sophie", "Keller-Braun"),), "+49 30 5550 106"),
    DemoClient("OAK-17", (DemoPerson("Tobias", "Lindner"),), email="tobias@example.net"),
    DemoClient("C-1008", (DemoPerson("Ana María", "Fuentes"),), "+49 30 5550 108"),
    DemoClient("C-1009", (DemoPerson("Kwame", "Boateng"),), email="kwame@example.net"),
    DemoClient("C-1010", (DemoPerson("Noor", "Haddad"),), "+49 30 5550 110"),
    DemoClient("C-1011", (DemoPerson("Priya", "Raman"),), email="priya@example.net"),
    DemoClient("C-1012", (DemoPerson("Oskar", "Nyström"),), "+49 30 5550 112"),
)

ADA_SESSIONS = (
    Plan(
        "ada", Clock(MONDAY, "09:00"), "C-1001",
        changes=(Change(-3), Change(0, Clock(THURSDAY, "09:00")), Change(4)),
        service=SESSION, notes="Sleep diary. Prefers the chair by the window.", location=ROOM_1,
    ),
    Plan("ada", Clock(MONDAY, "10:15"), "C-1003", service=SESSION, location=ROOM_1),
    Plan(
        "ada", Clock(MONDAY, "14:30", 80), "C-1002", every=2,
        changes=(Change(1, Clock(WEDNESDAY, "10:00", 80)),),
        service=COUPLE_SESSION, notes="Both confirm each time.", location=ROOM_1,
    ),
    Plan(
        "ada", Clock(TUESDAY, "09:00"), "C-1006",
        changes=(Change(-1, Clock(TUESDAY, "16:30")), Change(2)),
        service=SESSION, location=ROOM_1,
    ),
    Plan("ada", Clock(TUESDAY, "10:30"), "C-1004", every=2, service=SESSION, location=ONLINE),
    Plan(
        "ada", Clock(TUESDAY, "10:30"), "OAK-17", every=2, first=FIRST_WEEK + 1,
        service=SESSION, location=ROOM_1,
    ),
    Plan("ada", Clock(TUESDAY, "15:00"), "C-1005", times=10, service=SESSION, location=ROOM_1),
    Plan(
        "ada", Clock(WEDNESDAY, "17:30"), "C-1008",
        changes=(Change(-2), Change(3, Clock(WEDNESDAY, "18:30"))),
        service=SESSION, notes="Works shifts; may need to move.", location=ROOM_1,
    ),
)  # fmt: skip

BEN_SESSIONS = (
    Plan("ben", Clock(MONDAY, "10:00"), "C-1010", service=SESSION, location=ROOM_2),
    Plan(
        "ben", Clock(MONDAY, "16:00"), "C-1011", every=2,
        changes=(Change(-1, Clock(FRIDAY, "10:00")),),
        service=SESSION, location=ROOM_2,
    ),
    Plan(
        "ben", Clock(TUESDAY, "09:00"), "C-1012",
        changes=(Change(-4), Change(1)),
        service=SESSION, notes="Insurance form sent.", location=ROOM_2,
    ),
    Plan(
        "ben", Clock(THURSDAY, "11:00"), "C-1009",
        changes=(Change(2, Clock(FRIDAY, "11:00")), Change(5)),
        service=SESSION, location=ROOM_2,
    ),
)  # fmt: skip

SINGLE_SESSIONS = (
    Plan("ada", Clock(THURSDAY, "14:00", 80), "C-1010", every=0, first=-4, service=FIRST_TALK),
    Plan("ada", Clock(WEDNESDAY, "14:00"), "C-1009", every=0, first=0, service=SESSION),
    Plan("ada", Clock(THURSDAY, "10:30"), "C-1011", every=0, first=1, service=SESSION),
    Plan(
        "ada", Clock(THURSDAY, "10:30"), "C-1004", every=0, first=-1, service=SESSION,
        is_cancelled=True,
    ),
    Plan("ben", Clock(WEDNESDAY, "11:00", 80), "C-1003", every=0, first=-2, service=FIRST_TALK),
    Plan("ben", Clock(WEDNESDAY, "15:00"), "C-1001", every=0, first=2, service=SESSION),
)  # fmt: skip

OWN_TIME = (
    Plan("ada", Clock(MONDAY, "12:30", 45), title="Lunch", days="MO,TU,WE,TH", is_endless=True),
    Plan(
        "ben", Clock(MONDAY, "12:30", 45), title="Lunch", days="MO,TU,WE,TH", is_endless=True,
        changes=(Change(5, weekday=THURSDAY),),
    ),
    Plan("ada", Clock(TUESDAY, "13:30", 45), title="Team meeting", location=ROOM_1),
    Plan("ben", Clock(TUESDAY, "13:30", 45), title="Team meeting", location=ROOM_1),
    Plan(
        "ada", Clock(THURSDAY, "16:00", 90), title="Supervision", every=2,
        changes=(Change(3, Clock(THURSDAY, "17:00", 90)),),
        location=ONLINE,
    ),
    Plan(
        "ada", Clock(FRIDAY, "11:00", 60), title="Reading hour",
        changes=(Change(3),),
        is_busy=False,
    ),
    Plan("ben", Clock(WEDNESDAY, "09:00", 60), title="Letters and reports", every=2),
)  # fmt: skip

PLANS = (*ADA_SESSIONS, *BEN_SESSIONS, *SINGLE_SESSIONS, *OWN_TIME)

BOOKABLE = tuple(
    Stretch(weekday, dt.time.fromisoformat(begins), dt.time.fromisoformat(ends))
    for weekday in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    for begins, ends in (("09:00", "12:30"), ("13:30", "18:00"))
)
"""When Ada can be booked online."""

BOOKABLE_AT = "harbour-practice", "ada-lind"
PHONE = "+49 30 5550 100"

DAYS_OFF = (
    DaysOff("ada", "Conference", week=3, weekday=FRIDAY),
    DaysOff("ben", "Leave", week=5, weekday=THURSDAY, days=2),
)
