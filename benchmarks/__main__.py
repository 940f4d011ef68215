"""`python -m benchmarks NAME [--json] [--quick]`: a table and, last, one line of JSON."""

import argparse
from collections.abc import Callable

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
from benchmarks.report import Report

BENCHMARKS: dict[str, Callable[[], Report]] = {
    "tiles": tiles.run,
    "emulator": emulator.run,
    "first_sync": first_sync.run,
    "edit_latency": edit_latency.run,
    "push_latency": push_latency.run,
    "feed": feed.run,
    "first_pull": first_pull.run,
    "range_view": range_view.run,
}
QUICK: dict[str, Callable[[], Report]] = {
    "first_sync": lambda: first_sync.run(is_quick=True),
    "push_latency": lambda: push_latency.run(is_quick=True),
}
"""Smaller ones, for whoever runs them all; the full ones take many minutes."""


def main() -> None:
    """Runs one benchmark, or all of them one after the other, in their quick form."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--json", action="store_true", help="end with one line of JSON each")
    parser.add_argument("--quick", action="store_true", help="a smaller load; `all` implies it")
    wanted = parser.parse_args()
    names = list(BENCHMARKS) if wanted.name == "all" else [wanted.name]
    chosen = BENCHMARKS | (QUICK if wanted.quick or wanted.name == "all" else {})
    for name in names:
        report = chosen[name]()
        print(report.table())
        if wanted.json:
            print(report.line())


if __name__ == "__main__":
    main()
