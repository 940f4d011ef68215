"""How many random histories run, from which seed, and how a portion of them is run.

`make histories N=… SEED=…` says how many; without it each machine runs what CI has time for.
"""

import os
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.story.one_process import Beginning

STEPS = 12
SEED = int(os.environ.get("HISTORIES_SEED", "0"))


class Portions:
    """The histories of one machine, cut so that a busy computer needs minutes for none of them:
    a test that takes three counts as hanging."""

    def __init__(self, *, usual: int, size: int) -> None:
        """`usual` histories without `make histories`, about `size` in a portion."""
        self.histories = int(os.environ.get("HISTORIES", usual))
        self.count = min(64, -(-self.histories // size))

    @property
    def size(self) -> int:
        """How many histories are in a portion."""
        return max(self.histories // self.count, 1)

    def run(self, machine: Any, beginning: Beginning, portion: int) -> Any:
        """Runs one portion, the same on every run. The class that ran, with what it counted."""

        @seed(SEED * self.count + portion)
        class Portion(machine):  # type: ignore[misc]
            happened: Counter[str] = Counter()
            fired: Counter[str] = Counter()

        assert issubclass(Portion, RuleBasedStateMachine)
        Portion.beginning = beginning
        run_state_machine_as_test(
            Portion,
            settings=settings(
                max_examples=self.size,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
        print(sorted(Portion.fired.items()), sorted(Portion.happened.items()))
        return Portion
