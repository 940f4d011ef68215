"""The project as text and as syntax trees, for the tests of its house rules."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("webapp", "jobs", "emulator", "demo", "benchmarks")
TEMPLATES = ROOT / "webapp" / "templates"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path; migrations are history and keep their shape."""
    paths = [path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py"))]
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for path in paths
        if "versions" not in path.parts
    }


def functions() -> Iterator[tuple[str, Function]]:
    """Every function, named as "path: name"."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}: {node.name}", node


def body_lines(function: Function) -> int:
    """How long a function is, its signature and docstring aside."""
    has_docstring = ast.get_docstring(function) is not None and len(function.body) > 1
    first = function.body[1 if has_docstring else 0]
    return (function.end_lineno or first.lineno) - first.lineno + 1


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git keeps, or that would be in the next commit; links aside."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


def templates() -> dict[str, str]:
    """Every template of the web app by its path below templates/."""
    return {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.*")}
