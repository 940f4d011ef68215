"""Which writes make Google show what is wanted: every case of the table, and occurrences."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest

from webapp.domain.timespan import AllDaySpan, TimedSpan, moved
from webapp.sync.event_ids import occurrence_id, occurrence_start
from webapp.sync.outgoing import Agreed, Verb, has_occurrence, place_of, writes
from webapp.sync.types import Key, Snapshot

START = dt.datetime(2027, 3, 17, 13, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)
SPAN = TimedSpan(START, START + dt.timedelta(minutes=50), "Europe/Berlin")
OLD, NEW = Snapshot("Old", SPAN), Snapshot("New", SPAN)
MASTER = Key("a")
SERIES = Snapshot("C-1001", SPAN, recurrence=("RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE",))
SECOND = Key("a", START + WEEK)
MOVED = replace(SERIES, span=moved(SPAN, START + WEEK * 1.5), recurrence=())
SETTLED = {MASTER: Agreed(SERIES, SERIES)}

EXPECTED = {
    # wanted, sent, base: the write, as the table in the module has it
    (True, None, False): Verb.INSERT,
    (True, "same", False): Verb.INSERT,
    (True, "other", False): Verb.INSERT,
    (True, None, True): Verb.UPDATE,
    (True, "same", True): None,
    (True, "other", True): Verb.UPDATE,
    (False, None, False): None,
    (False, "other", False): Verb.DELETE,
    (False, None, True): Verb.DELETE,
    (False, "other", True): Verb.DELETE,
}


@pytest.mark.parametrize("case", EXPECTED, ids=str)
def test_each_row_of_the_table(case: tuple[bool, str | None, bool]) -> None:
    is_wanted, sent, has_base = case
    agreed = Agreed({None: None, "same": NEW, "other": OLD}[sent], OLD if has_base else None)
    found = writes("a", {MASTER: NEW} if is_wanted else {}, {MASTER: agreed})
    assert [write.verb for write in found] == [each for each in [EXPECTED[case]] if each]


def test_whatever_is_known_one_accepted_write_of_a_master_is_the_last() -> None:
    """Convergent and silent on the second pass, over every pair of snapshots."""
    snapshots = [None, OLD, NEW, SERIES]
    for wanted, sent, base in product(snapshots, repeat=3):
        known = {MASTER: Agreed(sent, base)}
        wishes = {MASTER: wanted} if wanted else {}
        for write in writes("a", wishes, known):
            accepted = Agreed(write.snapshot, write.snapshot)
            known = {} if write.is_last else {MASTER: accepted}
        assert writes("a", wishes, known) == []


@pytest.mark.parametrize(
    ("wish", "verb"),
    [
        (replace(SERIES, summary="New"), Verb.UPDATE),
        (replace(SERIES, span=TimedSpan(START, START + WEEK / 7, "Europe/Berlin")), Verb.UPDATE),
        (
            replace(SERIES, recurrence=(*SERIES.recurrence, "EXDATE:20270324T130000Z")),
            Verb.UPDATE,
        ),
        (replace(SERIES, span=moved(SPAN, START + WEEK)), Verb.DELETE),
        (replace(SERIES, recurrence=("RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=WE",)), Verb.DELETE),
    ],
    ids=["title", "length", "one left out", "start", "rule"],
)
def test_a_series_with_exceptions_is_rewritten_but_not_reshaped(wish: Snapshot, verb: Verb) -> None:
    """GOOGLE.md 4.8: what Google keeps of exceptions that lost their place is not known."""
    (write,) = writes("a", {MASTER: wish}, {MASTER: Agreed(SERIES, SERIES, has_exceptions=True)})
    assert (write.verb, write.is_last) == (verb, False)
    (write,) = writes("a", {MASTER: wish}, SETTLED)
    assert write.verb is Verb.UPDATE


def test_an_occurrence_waits_for_its_master() -> None:
    """GOOGLE.md 7.4: the parts of a batch run in any order."""
    wishes = {MASTER: SERIES, SECOND: MOVED}
    assert [write.key for write in writes("a", wishes, {})] == [MASTER]
    assert [write.key for write in writes("a", wishes, SETTLED)] == [SECOND]


def test_an_occurrence_that_is_no_longer_moved_returns_to_its_place() -> None:
    (write,) = writes("a", {MASTER: SERIES}, {**SETTLED, SECOND: Agreed(MOVED, MOVED)})
    assert (write.verb, write.is_last) == (Verb.UPDATE, True)
    assert write.snapshot == place_of(SERIES, SECOND)
    assert write.snapshot.span == moved(SPAN, START + WEEK)


@pytest.mark.parametrize(
    "recurrence",
    [
        ("RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE", "EXDATE;TZID=Europe/Berlin:20270324T140000"),
        ("RRULE:FREQ=WEEKLY;COUNT=1;BYDAY=WE",),
    ],
    ids=["cancelled", "series ends before"],
)
def test_an_occurrence_that_the_series_does_not_have_is_deleted(
    recurrence: tuple[str, ...],
) -> None:
    """A replacement would bring back what Google has dropped (GOOGLE.md 4.8)."""
    series = replace(SERIES, recurrence=recurrence)
    known = {MASTER: Agreed(series, series), SECOND: Agreed(MOVED, MOVED)}
    (write,) = writes("a", {MASTER: series}, known)
    assert (write.key, write.verb, write.is_last) == (SECOND, Verb.DELETE, True)
    assert not has_occurrence(series, SECOND)


@pytest.mark.parametrize("start", [START, dt.date(2027, 3, 17)], ids=["an instant", "a day"])
def test_an_occurrence_is_read_back_from_its_id(start: dt.datetime | dt.date) -> None:
    """All that a bare tombstone tells (GOOGLE.md 4.6)."""
    assert occurrence_start(occurrence_id("0123abcv", start)) == start


@pytest.mark.parametrize("google_id", ["0123abcv", "0123abcv_R20270317T130000", "a_20271399"])
def test_other_ids_name_no_occurrence(google_id: str) -> None:
    assert occurrence_start(google_id) is None


def test_days_have_places_as_well() -> None:
    days = Snapshot(
        "Away",
        AllDaySpan(dt.date(2027, 3, 17), dt.date(2027, 3, 19)),
        recurrence=("RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE",),
    )
    key = Key("a", dt.date(2027, 3, 24))
    assert has_occurrence(days, key)
    assert place_of(days, key).span == AllDaySpan(dt.date(2027, 3, 24), dt.date(2027, 3, 26))
