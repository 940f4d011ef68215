"""Ids that we choose at Google."""

import datetime as dt
import re

from webapp.sync.event_ids import event_id, occurrence_id

KEY = b"k" * 32


def an_id(**changes: object) -> str:
    fields = {"practice_id": "p1", "appointment_id": "a1", "calendar_id": "c1", "generation": 1}
    return event_id(KEY, **{**fields, **changes})  # type: ignore[arg-type]


def test_an_id_is_in_the_only_alphabet_that_google_takes() -> None:
    """GOOGLE.md 3.2."""
    assert re.fullmatch(r"[0-9a-v]{52}", an_id())


def test_the_same_event_always_gets_the_same_id() -> None:
    """A repeated insert must meet its own first try (F14, I3)."""
    assert an_id() == an_id()


def test_everything_it_is_made_from_tells_ids_apart() -> None:
    others = [
        an_id(practice_id="p2"),
        an_id(appointment_id="a2"),
        an_id(calendar_id="c2"),
        an_id(generation=2),
        event_id(b"x" * 32, practice_id="p1", appointment_id="a1", calendar_id="c1", generation=1),
    ]
    assert len({an_id(), *others}) == 6


def test_parts_cannot_run_into_each_other() -> None:
    assert an_id(practice_id="p", appointment_id="1a1") != an_id(practice_id="p1")


def test_an_occurrence_is_named_as_google_names_it() -> None:
    """GOOGLE.md 4.2."""
    at = dt.datetime(2026, 11, 5, 14, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert occurrence_id("abc", at) == "abc_20261105T130000Z"
    assert occurrence_id("abc", dt.date(2026, 11, 5)) == "abc_20261105"
