"""Both tables, over every case there is (HOUSE.md 10)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from webapp.domain.timespan import TimedSpan
from webapp.sync.actions import (
    Create,
    Delete,
    Drop,
    Forget,
    Import,
    Nothing,
    OwnAction,
    PutBack,
    Recreate,
    Refresh,
    Rewrite,
)
from webapp.sync.reconcile import MIRROR, OWN, Side, mirror, own, own_row, same
from webapp.sync.types import Base, Snapshot, Theirs, Transparency, Visibility

START = dt.datetime(2026, 11, 5, 13, tzinfo=dt.UTC)
SESSION = Snapshot(
    summary="C-1042",
    span=TimedSpan(START, START + dt.timedelta(hours=1), "Europe/Berlin"),
    visibility=Visibility.PRIVATE,
)
WRITES = (Create, Rewrite, PutBack, Recreate, Delete)


def every_snapshot() -> list[Snapshot | None]:
    """27 events that differ in title, time and free or busy, and no event."""
    hours = [dt.timedelta(hours=hour) for hour in (0, 1, 2)]
    looks = [
        (Transparency.OPAQUE, Visibility.PRIVATE),
        (Transparency.OPAQUE, Visibility.DEFAULT),
        (Transparency.TRANSPARENT, Visibility.DEFAULT),
    ]
    return [
        None,
        *(
            replace(
                SESSION,
                summary=summary,
                span=TimedSpan(START + hour, START + hour * 2, "Europe/Berlin"),
                transparency=look[0],
                visibility=look[1],
            )
            for summary, hour, look in product(["C-1042", "C-1043", "AL"], hours, looks)
        ),
    ]


def every_case() -> Iterator[tuple[Snapshot | None, Snapshot | None, Snapshot | None]]:
    yield from product(every_snapshot(), repeat=3)


def decided(base: Snapshot | None, wanted: Snapshot | None, theirs: Snapshot | None) -> OwnAction:
    return own(
        None if base is None else Base("id", '"1"', base),
        wanted,
        None if theirs is None else Theirs("id", '"2"', theirs),
    )


def google_after(action: OwnAction, wanted: Snapshot | None, theirs: Snapshot | None) -> object:
    """What Google shows when the action was carried out."""
    if isinstance(action, Delete):
        return None
    return wanted if isinstance(action, WRITES) else theirs


def test_exactly_one_row_applies_to_every_case_and_every_row_is_reached() -> None:
    reached = set()
    for case in every_case():
        rows = _applying(*case)
        assert len(rows) == 1
        assert rows == [own_row(*case)]
        reached.add(rows[0])
    assert set(OWN) == reached


def test_one_pass_makes_google_show_what_is_wanted_and_the_second_is_silent() -> None:
    """I1, I4."""
    for base, wanted, theirs in every_case():
        action = decided(base, wanted, theirs)
        google = google_after(action, wanted, theirs)
        assert google == wanted
        agreed = None if isinstance(action, Forget | Delete) else wanted
        assert decided(agreed, wanted, wanted) == Nothing()


def test_our_own_write_that_comes_back_is_silent() -> None:
    """No echo (HOUSE.md 10 c)."""
    for snapshot in every_snapshot():
        assert decided(snapshot, snapshot, snapshot) == Nothing()


def test_an_edit_in_google_is_always_told_and_never_obeyed() -> None:
    """R86, R106, R107."""
    for base, wanted, theirs in every_case():
        was_edited = base is not None and theirs is not None and theirs not in (base, wanted)
        if was_edited and wanted is not None:
            action = decided(base, wanted, theirs)
            assert action == PutBack(edited=theirs)
            assert action.is_told


def test_an_event_deleted_in_google_is_made_again_and_told() -> None:
    """R106."""
    for base, wanted in product(every_snapshot()[1:], repeat=2):
        assert decided(base, wanted, None) == Recreate()
    assert Recreate().is_told


def test_what_we_changed_ourselves_is_not_told() -> None:
    told = {type(decided(*case)) for case in every_case() if decided(*case).is_told}
    assert {PutBack, Recreate} == told


def test_a_tombstone_counts_as_gone() -> None:
    base = Base("id", '"1"', SESSION)
    assert own(base, SESSION, Theirs("id", "", None)) == Recreate()
    assert own(base, None, Theirs("id", "", None)) == Forget()
    assert own(None, None, Theirs("id", "", None)) == Nothing()


@pytest.mark.parametrize(
    ("has_row", "is_there", "is_same", "expected"),
    [
        (False, False, False, Nothing()),
        (False, True, False, Import()),
        (True, True, True, Nothing()),
        (True, True, False, Refresh()),
        (True, False, False, Drop()),
    ],
)
def test_the_mirror_follows_google(
    has_row: bool, is_there: bool, is_same: bool, expected: object
) -> None:
    """R109."""
    assert expected == mirror(has_row=has_row, is_there=is_there, is_same=is_same)


def test_the_mirror_table_has_five_rows_and_each_is_reached() -> None:
    seen = [
        mirror(has_row=has_row, is_there=is_there, is_same=is_same)
        for has_row, is_there, is_same in product([True, False], repeat=3)
    ]
    assert {row.action for row in MIRROR} == {type(action) for action in seen}
    assert len(MIRROR) == 5


def test_the_zone_of_a_single_event_does_not_show() -> None:
    other = replace(SESSION, span=replace(SESSION.span, time_zone="Europe/Paris"))
    assert same(SESSION, other)


def test_two_names_of_one_zone_are_the_same_clock() -> None:
    """GOOGLE.md 3.5: Google may answer with another name for the same zone."""
    kyiv, kiev = (series_in(name) for name in ("Europe/Kyiv", "Europe/Kiev"))
    assert same(kyiv, kiev)


def test_a_series_that_keeps_another_clock_is_another_series() -> None:
    assert not same(series_in("Europe/Kyiv"), series_in("Europe/Istanbul"))


def series_in(time_zone: str) -> Snapshot:
    return replace(
        SESSION,
        span=replace(SESSION.span, time_zone=time_zone),
        recurrence=("RRULE:FREQ=WEEKLY;BYDAY=TH", f"EXDATE;TZID={time_zone}:20261112T150000"),
    )


def _applying(base: Snapshot | None, wanted: Snapshot | None, theirs: Snapshot | None) -> list:
    """The rows that apply, read from the table's words alone and not through its own code."""
    meaning = {
        Side.NONE: lambda it, _b, _w: it is None,
        Side.BASE: lambda it, _b, _w: it is not None,
        Side.SOME: lambda it, _b, _w: it is not None,
        Side.THERE: lambda it, _b, _w: it is not None,
        Side.GONE: lambda it, _b, _w: it is None,
        Side.AS_BASE: lambda it, b, _w: it is not None and it == b,
        Side.NEW: lambda it, b, _w: it is not None and it != b,
        Side.SAME: lambda it, _b, w: it is not None and it == w,
        Side.AS_NEW: lambda it, b, w: it is not None and it == w != b,
        Side.OTHER: lambda it, _b, w: it is not None and it != w,
        Side.EDITED: lambda it, b, w: it is not None and it not in (b, w),
    }
    return [
        row
        for row in OWN
        if meaning[row.base](base, base, wanted)
        and meaning[row.wanted](wanted, base, wanted)
        and meaning[row.theirs](theirs, base, wanted)
    ]
