"""Twenty practitioners at work: what they do here and in Google, one random act at a time.

Every own event has a time that no other has, and what must be true at the end is worked out from
the rows alone. Names of clients and titles made in Google are canaries.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from sqlmodel import col, select

from tests.cast import CANARY, make_world
from tests.soak.site import Site
from tests.story.desks import Desk, connected_desk
from tests.story.office import Clock, Office
from webapp import queue
from webapp.db.engine import UNAVAILABLE, Database
from webapp.db.models import Appointment, ClientPerson, SyncedCalendar
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.queue import Bell, doorbell

MOST_TRIES = 5
"""A worker that is stopped in a transaction holds SQLite for seconds; a person presses again."""


@dataclass
class Person:
    """One practitioner, their events here, and those they made in Google."""

    desk: Desk
    rows: list[Appointment] = field(default_factory=list)
    made: list[str] = field(default_factory=list)


class Crowd:
    """All of them. `acts` counts what was done, `refused` what the database would not take."""

    def __init__(self, site: Site, *, size: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._numbers = count()
        self.acts: Counter[str] = Counter()
        self.refused = 0
        settings = site.settings
        doorbell.connect(
            settings.redis_url, signing_key=derived_key(settings.secret_key, Purpose.JOBS)
        )
        database, clock = Database(settings.database_url), Clock()
        with database.writing(Scope.installation()) as session:
            world = make_world(session, clock())
        self.office = Office(database, settings, world, site.emulator, clock)
        self.people = [Person(connected_desk(self.office, number)) for number in range(size)]
        with database.writing(Scope.installation()) as session:
            for name in session.exec(select(ClientPerson)):
                name.given_name = CANARY
            session.commit()

    def begin(self) -> None:
        """Everybody starts with a few events on both sides, and presses Start Sync."""
        for person in self.people:
            for _ in range(3):
                self._book(person)
                self._make(person)
            person.desk.start_sync()
            person.desk.sync_tile(person.desk.account)

    def act(self) -> None:
        """One of them does something, on one of the two sides."""
        person = self._random.choice(self.people)
        act = self._random.choice(ACTS)
        self.acts[act.__name__.strip("_")] += 1
        for _ in range(MOST_TRIES):
            try:
                act(self, person)
                break
            except UNAVAILABLE:
                self.refused += 1
        if self._random.random() < 0.5:  # Else it is the sweeper's to notice.
            self._ring(person)

    def wish_a_look(self) -> None:
        """Every calendar is to be read again."""
        self.office.wish_a_look()

    def _book(self, person: Person) -> None:
        kind = self._random.random()
        rule = "FREQ=WEEKLY;COUNT=5" if kind < 0.1 else ""
        title = f"Own {next(self._numbers)}" if kind < 0.7 else ""
        person.rows.append(person.desk.book(self._free_time(), minutes=20, title=title, rule=rule))

    def _move(self, person: Person) -> None:
        if person.rows:
            person.desk.move(self._random.choice(person.rows), minutes=1)

    def _cancel(self, person: Person) -> None:
        if person.rows:
            row = self._random.choice(person.rows)
            person.desk.cancel(row)
            person.rows.remove(row)

    def _make(self, person: Person) -> None:
        title = f"{CANARY} {next(self._numbers)}"
        event = person.desk.hand.calendar().create(title, self._free_time().replace(" ", "T"))
        person.made.append(event["id"])

    def _edit(self, person: Person) -> None:
        if person.made:
            title = f"{CANARY} {next(self._numbers)}"
            person.desk.hand.calendar().edit(self._random.choice(person.made), summary=title)

    def _delete(self, person: Person) -> None:
        if person.made:
            event = person.made.pop(self._random.randrange(len(person.made)))
            person.desk.hand.calendar().delete(event)

    def _edit_ours(self, person: Person) -> None:
        if shown := self._shown(person):
            person.desk.ours.edit(self._random.choice(shown), summary=f"{CANARY} edited")

    def _delete_ours(self, person: Person) -> None:
        if shown := self._shown(person):
            person.desk.ours.delete(self._random.choice(shown))

    def _shown(self, person: Person) -> list[str]:
        try:
            events = person.desk.ours.events()
        except LookupError:  # Our calendar is not made yet.
            return []
        return [event["id"] for event in events if "recurringEventId" not in event]

    def _free_time(self) -> str:
        """A time on some day of the next weeks that nobody has had before."""
        number = next(self._numbers)
        day = self.office.clock().date() + dt.timedelta(days=7 + number % 50)
        minutes = 6 * 60 + (number // 50) * 7 % 960
        return f"{day} {minutes // 60:02}:{minutes % 60:02}"

    def _ring(self, person: Person) -> None:
        with self.office.database.reading(Scope.installation()) as session:
            calendars = session.exec(
                select(SyncedCalendar.id).where(
                    SyncedCalendar.member_id == person.desk.world.ada.id,
                    col(SyncedCalendar.is_on).is_(True),
                )
            ).all()
        for calendar_id in calendars:
            queue.ring(Bell.SYNC, calendar_id)


Act = Callable[[Crowd, Person], None]
ACTS: list[Act] = [
    *[Crowd._book] * 5,
    *[Crowd._move] * 4,
    *[Crowd._cancel] * 2,
    *[Crowd._make] * 3,
    *[Crowd._edit] * 3,
    *[Crowd._delete] * 2,
    Crowd._edit_ours,
    Crowd._delete_ours,
]
