"""Other people's clients, as they come from the package index, at their ordinary jobs.

Only the address differs from what they would do with Google. Each runs once, as a program in its
own environment (`make judges`), against a stand-in in this process, so the witness of the conftest
sees all its calls.
"""

from __future__ import annotations

from typing import Any

import pytest

from emulator import running_emulator
from emulator.google import Google
from emulator.serving import RunningEmulator
from tests.emulator.judges import clients

ADA = "ada@example.com"


def test_gcsa_lists_adds_updates_and_deletes_events_and_moves_them_between_calendars(
    emu: RunningEmulator,
) -> None:
    """Issue 3, Show 2."""
    seen = clients.run("gcsa_jobs.py", emu.url)
    assert seen == {
        "read": ["Late lunch", "2026-11-05T14:00:00+01:00", "Corner café", "5"],
        "reminder": 20,
        "all_day": ["2026-11-07", "2026-11-09"],
        "listed": ["Late lunch", "Trip"],
        "left": ["Late lunch"],
        "found": ["Late lunch"],
        "rule": ["RRULE:FREQ=DAILY;COUNT=4;WKST=SU"],
        "instances": [
            ["Stretching", "2026-11-02T08:00:00+01:00"],
            ["Stretching outside", "2026-11-03T08:00:00+01:00"],
            ["Stretching", "2026-11-05T08:00:00+01:00"],
        ],
        "read_again": "Work plan",
        "titles": [ADA, "Work plan"],
        "overrides": [None, "My work"],
        "moved_keeps_its_id": True,
        "there": ["Call the plumber", "Late lunch"],
        "quick": "Call the plumber",
        "titles_after": [ADA],
        "colours": [11, 24],
        "busy": [
            ["2026-11-02T08:00:00+01:00", "2026-11-02T09:00:00+01:00"],
            ["2026-11-03T08:00:00+01:00", "2026-11-03T09:00:00+01:00"],
            ["2026-11-05T08:00:00+01:00", "2026-11-05T09:00:00+01:00"],
        ],
        "settings": ["Europe/Berlin", "true", "1"],
        "access": [["owner", "user", ADA]],
    }
    assert emu.google.calls.count("calendar.*") > 30


@pytest.fixture(scope="module")
def synced(witness: object) -> Any:
    """What gcal-sync saw, and how its lists of events ended: (status, whether with a token)."""
    with running_emulator(google=Google(seed=7)) as emu:
        found = clients.run("gcal_sync_jobs.py", emu.url)
        lists = emu.google.calls.select("calendar.events.list")
    return found | {"lists_of_events": [(call.status, "syncToken" in call.query) for call in lists]}


def test_a_full_sync_brings_every_event(synced: Any) -> None:
    """Issue 3, Show 2: gcal-sync."""
    assert synced["after_full"] == [
        ["Dentist", "2026-11-05T09:00:00+01:00"],
        ["Trip", "2026-11-07"],
    ]


def test_an_increment_brings_deletions_and_its_own_writes(synced: Any) -> None:
    assert synced["after_changes"] == [
        ["Dentist", "2026-11-05T09:00:00+01:00"],
        ["Written here", "2026-11-06T11:00:00+01:00"],
    ]


def test_its_own_expansion_takes_our_exceptions_in(synced: Any) -> None:
    assert synced["series"] == [
        ["Stretching", "2026-11-10T08:00:00+01:00"],
        ["Stretching outside", "2026-11-11T08:00:00+01:00"],
        ["Stretching", "2026-11-13T08:00:00+01:00"],
        ["Stretching", "2026-11-14T08:00:00+01:00"],
    ]


def test_a_dead_token_makes_it_list_everything_again(synced: Any) -> None:
    """F37: 410, then a full list without a token."""
    assert synced["lists_of_events"][-2:] == [(410, True), (200, False)]
    assert synced["new_after_410"] == [["After the reset", "2026-11-20T09:00:00+01:00"]]
    assert synced["kept"] == 6


def test_its_calendar_list_syncs_the_same_way(synced: Any) -> None:
    assert synced["lists"] == [[ADA], [ADA, "Sports"], [ADA, "Sports"]]
