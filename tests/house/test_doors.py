"""Roads around the practice scope and around errors that nobody meant to open."""

import ast

from tests.house.source import modules

AROUND_THE_SCOPE = {"bulk_insert_mappings", "bulk_save_objects", "bulk_update_mappings"}

DATABASE_WIDE = {"webapp/db/migrate.py": "changes tables, not rows"}
AT_ONCE = {"webapp/db/bulk.py": "asks for the scope itself (tests/db/test_bulk.py)"}


def test_no_session_is_asked_for_its_bare_connection() -> None:
    """A statement on the connection has no scope (webapp/db/scope.py)."""
    found = {
        path
        for path in ours()
        for node in ast.walk(modules()[path])
        if isinstance(node, ast.Attribute)
        and (node.attr in AROUND_THE_SCOPE or is_session_connection(node))
    }
    assert found == AT_ONCE.keys()


def test_only_migrations_and_inserts_of_thousands_of_rows_speak_sql() -> None:
    found = {
        path
        for path in ours()
        for node in ast.walk(modules()[path])
        if isinstance(node, ast.Attribute) and node.attr == "exec_driver_sql"
    }
    assert found == {"webapp/db/engine.py", *DATABASE_WIDE, *AT_ONCE}


def test_statements_reach_the_database_through_a_session() -> None:
    """Past it nobody would limit them to a practice, nor count what changes in a calendar.

    Questions (webapp/db/questions.py) go by a connection of their own, within a scope.
    """
    found = {
        path
        for path in ours()
        for node in ast.walk(modules()[path])
        if is_call_of(node, "connect", "begin", "raw_connection") and "engine" in ast.dump(node)
    }
    assert found == {"webapp/db/glances.py", *DATABASE_WIDE}


def test_no_statement_is_written_as_text() -> None:
    """What a text does to which table nobody can tell (webapp/db/calendar_revisions.py)."""
    found = {
        path
        for path in ours()
        for node in ast.walk(modules()[path])
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and {"text", "TextClause"} & {name.name for name in node.names}
    }
    written = {path for path in found if "/migrations/" not in path and "/models/" not in path}
    assert written <= DATABASE_WIDE.keys(), "models say with it where an index holds"


def test_no_error_is_caught_blindly() -> None:
    assert {path for path in modules() if catches_everything(path)} == set()


def ours() -> list[str]:
    """The modules that reach the product's database."""
    return [path for path in modules() if path.startswith(("webapp/", "jobs/"))]


def is_call_of(node: ast.AST, *names: str) -> bool:
    """Whether a method of one of these names is called."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    )


def is_session_connection(node: ast.Attribute) -> bool:
    """`session.connection`, whatever the session is called."""
    return (
        node.attr == "connection"
        and isinstance(node.value, ast.Name)
        and node.value.id.endswith("session")
    )


def catches_everything(path: str) -> bool:
    """A bare except, or one of Exception or BaseException that does not raise it again."""
    return any(
        isinstance(node, ast.ExceptHandler) and is_blind(node) for node in ast.walk(modules()[path])
    )


def is_blind(node: ast.ExceptHandler) -> bool:
    """Whether the clause takes any error at all."""
    return node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
    )
