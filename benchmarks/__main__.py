"""`python -m benchmarks NAME [--json] [--quick] [--minutes N]`: a table and one line of JSON."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from benchmarks import (
    edit_latency,
    emulator,
    feed,
    first_pull,
    first_sync,
    push_latency,
    range_view,
    tiles,
)
from benchmarks.load import run as load


class Told(Protocol):
    """What every benchmark gives back."""

    def table(self) -> str:
        """For people."""

    def line(self) -> str:
        """For programs."""


Benchmarks = Mapping[str, Callable[[], Told]]

BENCHMARKS: Benchmarks = {
    "tiles": tiles.run,
    "emulator": emulator.run,
    "first_sync": first_sync.run,
    "edit_latency": edit_latency.run,
    "push_latency": push_latency.run,
    "feed": feed.run,
    "first_pull": first_pull.run,
    "range_view": range_view.run,
    "load": load.run,
}
QUICK: Benchmarks = {
    "first_sync": lambda: first_sync.run(is_quick=True),
    "push_latency": lambda: push_latency.run(is_quick=True),
    "load": partial(load.run, minutes=0.5),
}
"""Smaller ones, for whoever runs them all; the full ones take many minutes."""


def main() -> None:
    """Runs one benchmark, or all of them one after the other, in their quick form."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--json", action="store_true", help="end with one line of JSON each")
    parser.add_argument("--quick", action="store_true", help="a smaller load; `all` implies it")
    parser.add_argument("--minutes", type=float, default=1.0, help="of `load`'s mixed day (1)")
    wanted = parser.parse_args()
    names = list(BENCHMARKS) if wanted.name == "all" else [wanted.name]
    is_quick = wanted.quick or wanted.name == "all"
    asked: Benchmarks = {"load": partial(load.run, minutes=wanted.minutes)}
    chosen = {**BENCHMARKS, **(QUICK if is_quick else asked)}
    for name in names:
        report = chosen[name]()
        print(report.table())
        if wanted.json:
            print(report.line())


if __name__ == "__main__":
    main()
