"""Names say what a thing is; these say nothing (HOUSE.md 7)."""

import ast
import re

from flask import Flask

from tests.house.source import modules

EMPTY = {
    *("util", "utils", "helper", "helpers", "common", "misc", "base"),
    *("manager", "handler", "data", "info", "process", "do"),
}
SEVEN = {"index", "new", "create", "show", "edit", "update", "delete"}

TERMS = {
    "webapp/sync/types.py: Base": "what both sides last agreed on, as in three-way comparison",
    "webapp/sync/reconcile.py: _base_side": "the same",
    "jobs/worker.py: get_worker_process": "RQ's own name",
    "webapp/db/columns.py: process_bind_param": "SQLAlchemy's own name",
    "webapp/db/columns.py: process_result_value": "SQLAlchemy's own name",
}
NOT_OURS = {"static", "rq_dashboard"}


def test_no_module_class_or_function_has_an_empty_name() -> None:
    found = {name for name in names() if words(name.rpartition(": ")[2]) & EMPTY}

    assert found == set(TERMS)


def test_no_error_is_called_an_exception() -> None:
    assert [name for name in names() if name.endswith("Exception")] == [
        "webapp/db/models/appointment.py: AppointmentException"  # RFC 5545's word, and a table.
    ]


def test_every_view_is_one_of_seven_verbs(app: Flask) -> None:
    """Another verb is another noun: "Start Sync" creates a sync run."""
    verbs = {
        endpoint: endpoint.rpartition(".")[2]
        for endpoint in app.view_functions
        if endpoint.partition(".")[0] not in NOT_OURS
    }

    assert {endpoint for endpoint, verb in verbs.items() if verb not in SEVEN} == set()


def test_every_module_says_what_lives_in_it() -> None:
    assert [path for path, tree in modules().items() if not ast.get_docstring(tree)] == []


def names() -> list[str]:
    """Every module, class and function as "path: name"."""
    found = [f"{path}: {path.rpartition('/')[2].removesuffix('.py')}" for path in modules()]
    for path, tree in modules().items():
        found += [
            f"{path}: {node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
    return found


def words(name: str) -> set[str]:
    """ "process_bind_param" and "ProcessBindParam" both have three."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}
