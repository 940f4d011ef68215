"""Which state a tile shows: one sentence per rule of domain/tile_state.py."""

import itertools
from typing import Any

import pytest

from webapp.domain.run_state import LIVE, RunState
from webapp.domain.tile_state import POLLING, RULES, TileFacts, TileState, tile_state

SYNCED: dict[str, Any] = {
    "is_on": True,
    "is_owned": True,
    "is_of_app": False,
    "is_missing": False,
    "is_connected": True,
    "is_asking": False,
    "is_failing": False,
    "is_paused": False,
    "has_synced": True,
    "has_problems": False,
    "run": RunState.SYNCED,
}


def state(**changes: Any) -> TileState:
    """The state of a synced calendar with `changes`."""
    return tile_state(TileFacts(**{**SYNCED, **changes}))


def test_a_calendar_that_was_read_is_synced() -> None:
    """R67, R77."""
    assert state() is TileState.SYNCED


def test_a_calendar_nobody_switched_on_is_not_synced() -> None:
    """R75."""
    assert state(is_on=False, has_synced=False, run=None) is TileState.NOT_SYNCED


@pytest.mark.parametrize("run", sorted(LIVE))
def test_a_live_run_shows_itself_over_everything_but_the_connection(run: RunState) -> None:
    """R68: also while an earlier failure or a missing calendar is still on the row."""
    shown = state(run=run, is_failing=True, is_missing=True, has_synced=False)
    assert shown.value == run.value
    assert state(run=run, is_connected=False) is TileState.RECONNECT_NEEDED


def test_a_calendar_of_somebody_else_cannot_be_synced() -> None:
    """R78."""
    assert state(is_owned=False, is_on=False, run=None) is TileState.CANNOT_SYNC


def test_a_synced_calendar_that_is_no_longer_ones_own_goes_on_and_says_so() -> None:
    """F46: the pulls adapt, nothing is removed."""
    assert state(is_owned=False) is TileState.ACCESS_LOWERED
    assert state(is_owned=False, is_missing=True) is TileState.MISSING


def test_a_calendar_that_this_app_made_for_somebody_else_is_never_brought_in() -> None:
    """F60, PEERS 23."""
    assert state(is_of_app=True, is_on=False, run=None) is TileState.OF_APP


def test_events_that_are_gone_in_bulk_are_asked_about_before_anything_else() -> None:
    """R125: a failed look at Google must not hide the question."""
    assert state(is_asking=True, is_failing=True, has_problems=True) is TileState.ASKING
    assert state(is_asking=True, is_missing=True) is TileState.MISSING


def test_a_lost_grant_asks_for_a_new_one_whatever_the_runs_say() -> None:
    """R127."""
    assert state(is_connected=False, is_failing=True) is TileState.RECONNECT_NEEDED


def test_a_calendar_removed_in_google_is_missing_not_failed() -> None:
    """R111."""
    assert state(is_missing=True, is_failing=True) is TileState.MISSING


def test_events_left_out_make_notes_of_a_success() -> None:
    """R71."""
    assert state(has_problems=True) is TileState.SYNCED_WITH_NOTES


def test_a_failed_first_run_has_failed() -> None:
    assert state(run=RunState.FAILED, has_synced=False) is TileState.FAILED


def test_a_success_since_a_failed_run_ends_the_failure() -> None:
    """The calendar was read again by itself after the run that somebody saw fail."""
    assert state(run=RunState.FAILED, has_synced=True) is TileState.SYNCED


def test_what_was_synced_once_and_fails_for_good_needs_attention() -> None:
    """PRODUCT.md 6.2: it does not go on saying Synced; before the first success it has failed."""
    assert state(is_failing=True) is TileState.STUCK
    assert state(run=RunState.FAILED, is_failing=True) is TileState.STUCK
    assert state(is_failing=True, has_synced=False) is TileState.FAILED


def test_a_paused_calendar_says_so_before_anything_that_a_pause_explains() -> None:
    """PRODUCT.md 6.2; what needs an answer is still asked."""
    assert state(is_paused=True) is TileState.PAUSED
    assert state(is_paused=True, is_failing=True, has_problems=True) is TileState.PAUSED
    assert state(is_paused=True, is_asking=True) is TileState.ASKING
    assert state(is_paused=True, is_missing=True) is TileState.MISSING
    assert state(is_paused=True, is_connected=False) is TileState.RECONNECT_NEEDED


def test_every_state_has_a_rule_that_leads_to_it() -> None:
    assert {rule.state for rule in RULES} == set(TileState)


def test_a_cancelled_first_run_is_as_if_it_had_never_begun() -> None:
    """R73."""
    assert state(run=RunState.CANCELLED, is_on=False, has_synced=False) is TileState.NOT_SYNCED


def test_only_a_live_run_can_make_a_tile_poll() -> None:
    """Every combination: a tile that asks again always has a run to ask about."""
    for flags in itertools.product([True, False], repeat=10):
        names = [name for name in SYNCED if name != "run"]
        for run in [None, *RunState]:
            shown = state(**dict(zip(names, flags, strict=True)), run=run)
            if shown in POLLING:
                assert run is not None
                assert run.value == shown.value
