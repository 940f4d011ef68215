"""Random histories on both sides, by the hundred; see histories.py and judgement.py."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.databases import Sqlite
from tests.story.histories import FAULTS, PRIMARY, History, Wish
from tests.story.inbound_office import CHOIR
from tests.story.one_process import Beginning, one_process
from tests.story.portions import Portions

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it.
PORTIONS = Portions(usual=560, size=80)
LEAST = ((5_000, 1, 1), (1_000, 0.9, 1), (240, 0.6, 0.8), (0, 0, 0))
"""From so many histories on, in all portions together, at least this share of the kinds of faults
has struck, and of the events below happened. A few kinds lead to it only by a rare chance."""

EVENTS = (
    "killed before",
    "killed after",
    "other worker in mid-pass",
    "edit here in mid-pass",
    "edit there in mid-pass",
    "tokens expire in mid-pass",
    "cancel in mid-pass",
    "sync tokens expired",
    "access tokens expired",
    "reconnected",
    "edit in Google",
    "toggled",
    "one-way",
    "two-way",
    "calendar removed",
    "restore in Google",
    "hand-made",
    "replaced",
    "a hand in Google",
    "google_create",
    "rename calendar",
    "delete calendar",
)


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    """Ada's connected practice, on a database in memory where this machine has such files."""
    folder = tmp_path_factory.mktemp("histories")
    if IN_MEMORY.is_dir():
        folder = Path(tempfile.mkdtemp(dir=IN_MEMORY))
    sqlite = Sqlite(folder)
    url = sqlite.migrated()
    with one_process(url) as beginning:
        office = beginning.office
        office.book("2027-03-09 09:00")
        office.book("2027-03-10 12:00", title="Lunch")
        row = office.book("2027-03-17 14:00")
        office.change(row, lambda one: setattr(one, "rule", "FREQ=WEEKLY;BYDAY=WE;COUNT=6"))
        office.start_sync()
        office.settle()
        choir = office.hand.new_calendar(CHOIR, zone="Europe/Berlin")
        choir.create("Rehearsal", "2027-03-11T18:00", recurrence=["RRULE:FREQ=WEEKLY;COUNT=8"])
        office.list_calendars()
        for name in (PRIMARY, CHOIR):
            office.sync_tile(name)
        office.settle()
        beginning.keep()
        yield beginning
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


@pytest.mark.parametrize("wish", FAULTS, ids=lambda wish: wish.name)
def test_every_fault_strikes_and_heals(beginning: Beginning, wish: Wish) -> None:
    """The count that no fault of the histories is one that never happens."""
    History.beginning = beginning
    history = History()
    History.fail_at_once(history, wish=wish, which=0)
    (fault,) = (fault for _, fault in history.wished)
    history.teardown()
    assert fault.fired > 0


@pytest.mark.parametrize("portion", range(PORTIONS.count))
def test_after_any_history_google_shows_exactly_what_is_wanted(
    beginning: Beginning, counts: Path, portion: int
) -> None:
    """I1 to I6, F01 to F07, F10, F14 to F24, F30 to F31, F37 to F40, F44, F48 to F56, F65, F67."""
    ran = PORTIONS.run(History, beginning, portion)
    total = PORTIONS.add(counts / "histories", portion, ran.fired + ran.happened)
    if total is not None:
        _check_that_it_happened(total)


def _check_that_it_happened(total: Counter[str]) -> None:
    """That many histories meet everything that can go wrong; few of them at least much of it, and
    the test above strikes with every kind."""
    struck = {wish.name for wish in FAULTS if total[wish.name]}
    happened = {event for event in EVENTS if total[event]}
    never = {wish.name for wish in FAULTS} - struck | set(EVENTS) - happened
    least = next(least for histories, *least in LEAST if PORTIONS.histories >= histories)
    assert len(struck) >= len(FAULTS) * least[0], f"these never happened: {never}"
    assert len(happened) >= len(EVENTS) * least[1], f"these never happened: {never}"
