"""Random histories on Google's side, by the hundred; see histories_inbound.py."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.story.histories_inbound import Inbound
from tests.story.inbound_office import life_in_google
from tests.story.one_process import Beginning

pytestmark = pytest.mark.slow

STEPS = 12
ENOUGH = 500
"""From so many in a portion on, chance leaves nothing out."""
HISTORIES = int(os.environ.get("HISTORIES", "20"))
PORTIONS = min(64, -(-HISTORIES // 25))
SEED = int(os.environ.get("HISTORIES_SEED", "0"))


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    """Ada's office, and her life in Google."""
    with life_in_google(tmp_path_factory.mktemp("inbound")) as beginning:
        yield beginning


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_after_any_history_the_app_shows_exactly_what_google_shows(
    beginning: Beginning, portion: int
) -> None:
    """I1, I3, I4, I6, I12, F10, F35 to F41, F44, F47 to F51, F56, F67, F90."""

    @seed(SEED * PORTIONS + portion)
    class Portion(Inbound):
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
    assert len(Portion.happened) > (25 if HISTORIES // PORTIONS >= ENOUGH else 3)
