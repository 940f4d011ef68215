"""Run states and the brake: two small tables, each row said aloud."""

from itertools import product

import pytest

from webapp.domain.run_state import LIVE, RunState
from webapp.sync.guard import Loss, is_too_many, losses
from webapp.sync.run_states import POLLING, TABLE, ImpossibleTransition, RunEvent, next_state


def test_every_state_has_a_row_and_every_live_one_can_end() -> None:
    assert set(RunState) == set(TABLE)
    for state in LIVE:
        assert next_state(state, RunEvent.FAILED) is RunState.FAILED
        assert next_state(state, RunEvent.ACCESS_LOST) is RunState.RECONNECT_NEEDED
        assert next_state(state, RunEvent.CANCELLED) is RunState.CANCELLED


def test_nothing_happens_to_a_run_that_is_over() -> None:
    for state, event in product(set(RunState) - LIVE, RunEvent):
        with pytest.raises(ImpossibleTransition):
            next_state(state, event)


def test_every_state_can_be_reached_from_the_first() -> None:
    reached = {RunState.QUEUED}
    for _ in RunState:
        reached |= {after for state in reached for after in TABLE[state].values()}
    assert set(RunState) == reached


def test_only_a_running_run_finishes() -> None:
    finishing = [state for state, row in TABLE.items() if RunEvent.FINISHED in row]
    assert finishing == [RunState.RUNNING]


def test_a_tile_polls_exactly_while_something_can_still_happen() -> None:
    """HOUSE.md 8."""
    assert {state for state, row in TABLE.items() if row} == POLLING


@pytest.mark.parametrize(
    ("removals", "of_coming", "expected"),
    [
        (0, 0, False),
        (0, 100, False),
        (1, 1, False),
        (3, 3, False),
        (4, 4, True),
        (9, 40, False),
        (10, 40, False),
        (11, 40, True),
        (11, 55, False),
        (12, 55, True),
        (200, 2000, False),
        (401, 2000, True),
        (2000, 2000, True),
    ],
)
def test_the_brake_holds_when_too_much_would_go(
    removals: int, of_coming: int, expected: bool
) -> None:
    """I12, R125: more than ten and more than a fifth, or suddenly all."""
    loss = Loss(removals, of_coming)
    assert is_too_many(loss, loss) is expected


def test_a_history_that_vanishes_is_asked_about_like_what_is_to_come() -> None:
    """F42: a short answer may lack the past alone."""
    assert is_too_many(Loss(0, 30), Loss(900, 930))
    assert not is_too_many(Loss(0, 30), Loss(5, 930))


def test_an_empty_answer_removes_nothing_however_little_there_is() -> None:
    """I12: that is what trouble at Google looks like; only what is known to be nothing may go."""
    assert is_too_many(Loss(1, 1), Loss(1, 1), is_empty_answer=True)
    assert is_too_many(Loss(0, 0), Loss(1, 1), is_empty_answer=True)
    assert not is_too_many(Loss(0, 0), Loss(0, 0), is_empty_answer=True)


def test_losses_are_counted_once_for_what_is_to_come_and_once_for_all() -> None:
    pairs = [(True, True), (True, False), (False, True), (False, False), (False, True)]
    assert losses(pairs) == (Loss(1, 2), Loss(3, 5))
