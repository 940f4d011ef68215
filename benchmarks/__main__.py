"""`python -m benchmarks NAME [--json]`: a table and, last, one line of JSON with the ratios."""

import argparse
from collections.abc import Callable

from benchmarks import emulator, tiles
from benchmarks.report import Report

BENCHMARKS: dict[str, Callable[[], Report]] = {
    "tiles": tiles.run,
    "emulator": emulator.run,
}


def main() -> None:
    """Runs one benchmark, or all of them one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--json", action="store_true", help="end with one line of JSON each")
    wanted = parser.parse_args()
    names = list(BENCHMARKS) if wanted.name == "all" else [wanted.name]
    for name in names:
        report = BENCHMARKS[name]()
        print(report.table())
        if wanted.json:
            print(report.line())


if __name__ == "__main__":
    main()
