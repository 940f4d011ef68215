"""Every boundary between two effects of the way out: a process really dies there, another goes on.

I1 to I5, F01 to F07. The boundaries are counted by the code as it runs (crashes.py), so a new
commit or call is a new boundary without a change here. `make crashes` adds the longer stories.
"""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.databases import Sqlite
from tests.story.crashes import Mortal, mortal
from tests.story.office import Office
from webapp.domain.naming import Display
from webapp.domain.recurrence import weekly
from webapp.domain.timespan import TimedSpan

pytestmark = pytest.mark.slow

IS_LONG = bool(os.environ.get("CRASHES"))
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def dying(tmp_path: Path) -> Iterator[Mortal]:
    """Ada's practice with a session, a block and a series, before its first sync."""
    with mortal(Sqlite(tmp_path).migrated()) as found:
        office = found.office
        office.book("2027-03-10 09:00")
        office.book("2027-03-10 11:00", title="Lunch")
        add_series(office)
        found.keep()
        yield found


@pytest.fixture
def synced(dying: Mortal) -> Mortal:
    """The same after its first sync."""
    dying.office.start_sync()
    dying.office.settle()
    dying.keep()
    return dying


def add_series(office: Office) -> None:
    """A weekly session of four over the night on which the clocks change."""
    row = office.book("2027-03-17 14:00")
    assert row.starts_at
    assert row.ends_at
    span = TimedSpan(row.starts_at, row.ends_at, row.time_zone)
    rule = weekly(span, every_weeks=1, count=4)
    office.change(row, lambda one: setattr(one, "rule", rule))


def test_a_first_sync_survives_death_at_every_boundary(dying: Mortal) -> None:
    """R60 to R70, F01 to F03: one calendar, each event once."""

    def work(office: Office) -> None:
        office.start_sync()
        office.work()

    assert dying.die_everywhere(work) >= 12


def test_edits_here_survive_death_at_every_boundary(synced: Mortal) -> None:
    """R102, R103, F03, F06, F07, F16: moved, cancelled and restored, newly booked."""
    office = synced.office
    first = office.book("2027-03-11 09:00")
    second = office.book("2027-03-11 10:00")
    office.settle()
    office.cancel(second)
    office.settle()
    synced.keep()

    def work(office: Office) -> None:
        office.move(first, hours=1)
        office.change(second, lambda one: setattr(one, "cancelled_at", None))
        office.book("2027-03-12 09:00")
        office.work()

    assert synced.die_everywhere(work) >= 8


@pytest.mark.long
def test_edits_in_google_survive_death_at_every_boundary(synced: Mortal) -> None:
    """R86, R106, F18, F49, F54: moved, deleted, and one session of a series."""
    ours = synced.office.ours
    (master,) = [event for event in ours.events() if "recurrence" in event]
    ours.edit(ours.find("Lunch")["id"], summary="Long lunch")
    single = next(e for e in ours.events() if e["summary"] == "C-1001" and "recurrence" not in e)
    ours.delete(single["id"])
    third = ours.instances(master["id"])[2]
    ours.move_time(third["id"], dt.datetime.fromisoformat(third["start"]["dateTime"]) + HOUR)
    synced.keep()

    assert synced.die_everywhere(look_and_work) >= 8


SPOILT = {
    "an insert whose answer is lost": ("batch", "drop"),
    "a batch that ends in the middle": ("batch", "truncated"),
    "a listing that expires": ("calendar.events.list", "error"),
}


@pytest.mark.parametrize("story", list(SPOILT) if IS_LONG else list(SPOILT)[:1])
def test_answers_that_are_lost_and_death_together(synced: Mortal, story: str) -> None:
    """F01, F14, F15, F37: what Google holds is read back, whoever asks."""
    office, (method, kind) = synced.office, SPOILT[story]
    office.book("2027-03-12 09:00")
    fault = office.google.faults.add(
        method, kind, when="after", status=410, reason="fullSyncRequired", at=[1]
    )
    look_and_work(office)
    assert fault.fired == 1
    office.google.faults.clear()
    office.advance(minutes=30)
    synced.keep()
    assert synced.die_everywhere(look_and_work) >= 4


@pytest.mark.long
def test_another_display_survives_death_at_every_boundary(synced: Mortal) -> None:
    """R119, F63: every title is rewritten in place."""

    def work(office: Office) -> None:
        office.choose_display(Display.INITIALS)
        office.work()

    assert synced.die_everywhere(work) >= 5


def look_and_work(office: Office) -> None:
    """A worker's pass that looks at Google."""
    office.wish_a_look()
    office.work()
