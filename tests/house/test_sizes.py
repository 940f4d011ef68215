"""Nothing grows past what one reads in one go (HOUSE.md 14).

An exception says why; one that is no longer needed fails, so that the lists stay true.
"""

import ast

from tests.house.source import TEMPLATES, body_lines, functions, modules, templates

MODULE, FUNCTION, VIEW, PARTIAL, PAGE = 300, 30, 12, 40, 80

LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS = {
    "webapp/db/queries/calendar.py: _with_sync": "two queries, a condition to a line",
    "emulator/app.py: _serve_tokens": "a list of addresses",
    "benchmarks/tiles.py: _practice_with_a_running_sync": "rows, a column to a line",
}
LONG_TEMPLATES = {
    "shared/_field.html": "a macro for each kind of field",
    "shared/_icon.html": "a drawing to a line",
    "help/index/_syncing.html": "text",
}


def test_modules_fit_in_three_hundred_lines() -> None:
    long = {path for path in modules() if lines_of(path) > MODULE}

    assert long - LONG_MODULES.keys() == set()
    assert LONG_MODULES.keys() - long == set(), "no longer needed"


def test_functions_fit_on_a_screen() -> None:
    long = {name for name, function in functions() if body_lines(function) > FUNCTION}

    assert long - LONG_FUNCTIONS.keys() == set()
    assert LONG_FUNCTIONS.keys() - long == set(), "no longer needed"


def test_views_hold_no_decisions_that_a_service_could() -> None:
    long = {
        name
        for name, function in functions()
        if name.startswith("webapp/routes/") and is_view(function) and statements(function) > VIEW
    }

    assert long == set()


def test_templates_fit_on_a_screen() -> None:
    long = {
        name
        for name, text in templates().items()
        if len(text.splitlines()) > (PARTIAL if "/_" in name else PAGE)
    }

    assert long - LONG_TEMPLATES.keys() == set()
    assert LONG_TEMPLATES.keys() - long == set(), "no longer needed"


def test_there_are_modules_to_measure() -> None:
    """The tests above can fail."""
    assert len(modules()) > 50
    assert len(templates()) > 20


def lines_of(path: str) -> int:
    """How many lines a module has, comments included."""
    root = TEMPLATES.parents[1]
    return len((root / path).read_text().splitlines())


def statements(function: ast.AST) -> int:
    """How much a view does: a call with an argument to a line is still one thing."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 1


def is_view(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a blueprint's address leads here."""
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in {"get", "post", "put", "patch", "delete", "route"}
        for decorator in function.decorator_list
    )
