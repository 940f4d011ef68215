"""Time is an argument below the doors; these files are the doors (HOUSE.md 11)."""

import ast

from tests.house.source import modules

CLOCKS = {
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    ("date", "today"),
    ("time", "time"),
}

DOORS = {
    "webapp/web/clock.py": "the clock of the web and of the command line",
    "webapp/services/token_vault.py": "Authlib compares a token's expiry with the wall clock",
    "jobs/scope.py": "the clock of a job",
    "jobs/sweep.py": "the clock of the sweeper",
    "benchmarks/feed.py": "makes rows of today",
    "benchmarks/installation.py": "makes rows of today",
    "benchmarks/pull_here.py": "is a worker on its own",
    "benchmarks/tiles.py": "makes rows of today",
    "emulator/clock.py": "the stand-in's own clock, which tests move",
}


def test_the_clock_is_read_at_the_doors_alone() -> None:
    assert {path for path, tree in modules().items() if reads_the_clock(tree)} == set(DOORS)


def reads_the_clock(tree: ast.Module) -> bool:
    """Whether the module calls datetime.now, date.today, time.time or the like."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (called_on(node.func.value), node.func.attr) in CLOCKS
        for node in ast.walk(tree)
    )


def called_on(value: ast.expr) -> str:
    """The last name before the dot: "datetime" of `dt.datetime.now`."""
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else ""
