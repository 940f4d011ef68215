"""How many random histories run, from which seed, how a portion of them is run, and what they
counted in all.

`make histories N=… SEED=…` says how many; without it each machine runs what CI has time for.
"""

import gc
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.story.one_process import Beginning

STEPS = 12
SEED = int(os.environ.get("HISTORIES_SEED", "0"))
PHASES = [Phase.generate, *([Phase.shrink] if "HISTORIES" in os.environ else [])]
"""Shrinking takes longer than a test may: the suite tells a failing history as it is, and
`make histories` shrinks it."""


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
        gc.collect()
        gc.freeze()  # What is loaded stays: looking through it again and again took a tenth.
        Portion.beginning = beginning
        run_state_machine_as_test(
            Portion,
            settings=settings(
                max_examples=self.size,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=PHASES,
                suppress_health_check=list(HealthCheck),
            ),
        )
        print(sorted(Portion.fired.items()), sorted(Portion.happened.items()))
        return Portion

    def add(self, folder: Path, portion: int, counted: Counter[str]) -> Counter[str] | None:
        """Puts down what a portion counted, in a folder that all processes of the run share. The
        sum of all portions for whoever puts down the last; None before."""
        folder.mkdir(exist_ok=True)
        written = folder / f"{portion}.part"
        written.write_text(json.dumps(counted))
        written.rename(written.with_suffix(".json"))
        found = [Counter(json.loads(file.read_text())) for file in folder.glob("*.json")]
        return sum(found, Counter()) if len(found) == self.count else None
