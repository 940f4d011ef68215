"""Questions are asked of models, never of bare tables: the practice scope reaches only models.

In a statement that names a model somewhere, a bare table beside it, in a join or a subquery, would
be read across all practices (webapp/db/scope.py, docs/decisions/0004). Alone it is refused when it
runs.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import modules

TABLES_OF_MODELS = {
    "__table__",
    "__mapper__",
    "local_table",
    "persist_selectable",
    "mapped_table",
    "selectable",
}
MAKERS = {"table", "Table", "TableClause"}

KNOWN = {
    "webapp/db/bulk.py": "inserts rows whose practice it has checked",
    "webapp/db/scope.py": "looks up which tables have a practice",
    "webapp/db/write_order.py": "puts tables into an order",
}


def test_no_question_is_asked_of_a_bare_table() -> None:
    bare = {
        path
        for path, tree in modules().items()
        if path.startswith("webapp/") and any(bare_tables(tree))
    }
    assert bare == set(KNOWN)


@pytest.mark.parametrize(
    "planted",
    [
        "select(Member.name).join(Client.__table__, Client.__table__.c.id == Member.id)",
        "select(Member).where(Member.id.in_(select(Client.__table__.c.id)))",
        "select(Member, inspect(Client).local_table)",
        'select(Member, SQLModel.metadata.tables["client"])',
        'select(Member, getattr(Client, "__table__"))',
        'select(Member).join(sa.table("client"), true())',
        'select(Member, Table("client", metadata))',
    ],
)
def test_a_bare_table_is_found_wherever_it_stands(planted: str) -> None:
    assert any(bare_tables(ast.parse(planted)))


@pytest.mark.parametrize(
    "harmless",
    [
        "select(Member.name).join(Client, col(Client.id) == col(Member.id))",
        "aliased(Client)",
        'op.create_table("client")',
        "Client.__tablename__",
    ],
)
def test_models_are_left_alone(harmless: str) -> None:
    assert not any(bare_tables(ast.parse(harmless)))


def bare_tables(tree: ast.AST) -> Iterator[ast.AST]:
    """Every place that names a table past its model."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _leads_to_a_table(node):
            yield node
        if isinstance(node, ast.Constant) and node.value in TABLES_OF_MODELS - {"selectable"}:
            yield node
        if isinstance(node, ast.Call) and _name(node.func) in MAKERS:
            yield node


def _leads_to_a_table(node: ast.Attribute) -> bool:
    return node.attr in TABLES_OF_MODELS or (
        node.attr == "tables" and _name(node.value) == "metadata"
    )


def _name(node: ast.expr) -> str:
    """The last name of `sa.table` or `table`."""
    return getattr(node, "attr", getattr(node, "id", ""))
