"""How a benchmark tells what it found: a table for people, one line of JSON for programs."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Series:
    """One measured thing: seconds per repetition, and how often a second it could be had."""

    name: str
    seconds: Sequence[float]
    per_second: float

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.seconds) * MILLISECONDS

    @property
    def percentile_95(self) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.seconds, n=20)[-1] * MILLISECONDS


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark found. `ratios` are what counts; `facts` say what was measured."""

    name: str
    series: Sequence[Series]
    ratios: Mapping[str, float]
    facts: Mapping[str, int | float | str] = field(default_factory=dict)

    def table(self) -> str:
        """A table and the ratios beneath it."""
        head = f"{'':<34}{'median ms':>11}{'95th ms':>11}{'per second':>12}"
        rows = [
            f"{one.name:<34}{one.median:>11.2f}{one.percentile_95:>11.2f}{one.per_second:>12.0f}"
            for one in self.series
        ]
        ratios = [f"  {name}: {value:.2f}" for name, value in self.ratios.items()]
        return "\n".join([self.name, head, *rows, *ratios])

    def line(self) -> str:
        """One line of JSON."""
        return json.dumps(
            {
                "benchmark": self.name,
                "ratios": {name: round(value, 3) for name, value in self.ratios.items()},
                "facts": dict(self.facts),
            }
        )
