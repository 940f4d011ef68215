"""Random histories in which the connection itself comes and goes; see histories_connection.py."""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.story.histories_connection import Life
from tests.story.one_process import Beginning
from tests.story.test_histories import beginning

__all__ = ["beginning"]

pytestmark = pytest.mark.slow

STEPS = 12
HISTORIES = int(os.environ.get("HISTORIES", "5"))
PORTIONS = min(64, -(-HISTORIES // 15))
SEED = int(os.environ.get("HISTORIES_SEED", "0"))


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_whatever_happens_to_the_connection_nothing_is_lost_doubled_or_left_behind(
    beginning: Beginning, portion: int
) -> None:
    """I1 to I6, I16, F21, F59, F63, F64, F85, U3: after a way home everything is as it must be."""

    @seed(SEED * PORTIONS + portion)
    class Portion(Life):
        pass

    Portion.beginning = beginning
    Portion.happened.clear()
    run_state_machine_as_test(
        Portion,
        settings=settings(
            max_examples=max(HISTORIES // PORTIONS, 1),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(sorted(Portion.happened.items()))
