"""An office whose practitioner has a life in Google: two calendars of her own, both synced.

One process, a standing clock, a database in memory where this machine has such files.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.person import PersonCalendar
from tests.fixtures.databases import Sqlite
from tests.story.one_process import Beginning, OneProcess, one_process

PRIMARY = "ada@example.com"
CHOIR = "Choir"
ANCHOR = "Anchor"
"""An endless series in each calendar that nobody touches: no calendar is ever empty."""

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it.


@contextmanager
def life_in_google(folder: Path) -> Iterator[Beginning]:
    """The office, kept at the moment when everything is in step."""
    if IN_MEMORY.is_dir():
        folder = Path(tempfile.mkdtemp(dir=IN_MEMORY))
    with one_process(Sqlite(folder).migrated()) as beginning:
        office = beginning.office
        office.book("2027-03-09 09:00")
        fill(office)
        office.start_sync()
        office.settle()
        office.list_calendars()
        for name in (PRIMARY, CHOIR):
            office.sync_tile(name)
        office.settle()
        beginning.keep()
        yield beginning
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def fill(office: OneProcess) -> None:
    """What is there before anything happens: an anchor and a weekly series in each."""
    choir = office.hand.new_calendar(CHOIR, zone="Europe/Berlin")
    for calendar, day in ((office.hand.calendar(PRIMARY), 10), (choir, 11)):
        endless = ["RRULE:FREQ=WEEKLY"]
        calendar.create(ANCHOR, f"2027-02-{day}T07:00", recurrence=endless)
        weekly = ["RRULE:FREQ=WEEKLY;COUNT=8"]
        calendar.create("Yoga", f"2027-03-{day}T18:00", recurrence=weekly)
        calendar.create("Dentist", f"2027-03-{day + 1}T11:00")


def touched(calendar: PersonCalendar) -> list[dict[str, object]]:
    """The calendar's masters and single events that somebody may touch, in a stable order."""
    events = sorted(calendar.events(), key=lambda event: (event["created"], event["id"]))
    masters = {event["id"] for event in events if "recurrence" in event}
    return [
        event
        for event in events
        if event.get("summary") != ANCHOR and event.get("recurringEventId") not in masters
    ]
