"""What was wanted, what was measured, and whether that is enough."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """One target. `share` is how much of the target there is: from 1 on it is met, twice is 2.

    `faults` are sentences about what must not happen at all and did.
    """

    name: str
    target: str
    measured: str
    share: float
    faults: Sequence[str] = ()
    facts: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        """Enough of it, and nothing that must not happen."""
        return self.share >= 1 and not self.faults


@dataclass(frozen=True, slots=True)
class LoadReport:
    """All rows. `facts` say what was measured, at which scale, and on how busy a machine."""

    rows: Sequence[Row]
    facts: Mapping[str, float | int | str]

    def table(self) -> str:
        """For people: a line for each target, and beneath it what else was seen."""
        lines = ["load"]
        for row in self.rows:
            verdict = "met" if row.is_met else "NOT MET"
            lines.append(f"{verdict:<8}{row.name}: {row.measured}  (target {row.target};")
            lines[-1] += f" {row.share:.2f} of it)"
            lines += [f"           FAULT: {fault}" for fault in row.faults]
            lines += [f"           {name}: {value}" for name, value in row.facts.items()]
        met = sum(row.is_met for row in self.rows)
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return "\n".join([*lines, f"{met} of {len(self.rows)} targets met; {facts}"])

    def line(self) -> str:
        """One line of JSON for programs."""
        return json.dumps(
            {
                "benchmark": "load",
                "rows": [_plain(row) for row in self.rows],
                "facts": dict(self.facts),
            }
        )


def _plain(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "target": row.target,
        "measured": row.measured,
        "share": round(row.share, 3),
        "is_met": row.is_met,
        "faults": list(row.faults),
        "facts": dict(row.facts),
    }
