"""Thousands of new rows at once, in the driver's own words: the ORM takes four times as long.

Only for rows that nothing follows: what feeds show and what the audit chain holds is refused here
as everywhere. The scope of the session counts as for any other write.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import Dialect, Table, insert, inspect
from sqlmodel import Session

from webapp.db import calendar_revisions
from webapp.db.scope import TENANT, TenantOwned, check_practice

MOST_AT_ONCE = 500


def add_rows(
    session: Session,
    model: type[TenantOwned],
    *,
    columns: Mapping[str, Sequence[Any]],
    shared: Mapping[str, Any],
) -> None:
    """Inserts a row for each place in `columns`, all of one length; `shared` is the same in all.

    Columns that are in neither stay NULL. Joins the caller's transaction. Raises `ScopeMissing` or
    `ScopeViolated` by the practice in `shared`, and `RevisionBypassed`.
    """
    table: Table = inspect(model).local_table
    check_practice(session, str(shared[TENANT]))
    calendar_revisions.refuse(table.name)
    connection = session.connection()
    statement = _statement(table, connection.dialect, (*columns, *shared))
    rows = statement.parameters(columns, shared)
    for begin in range(0, len(rows), MOST_AT_ONCE):
        connection.exec_driver_sql(statement.text, rows[begin : begin + MOST_AT_ONCE])


@dataclass(frozen=True, slots=True)
class _Statement:
    """An INSERT in the driver's words, and what turns each column's values into the driver's.

    `places` are the columns in the order of its parameters; None where the driver has names.
    """

    text: str
    places: Sequence[str] | None
    writers: Mapping[str, Callable[[Any], Any]]

    def parameters(
        self, columns: Mapping[str, Sequence[Any]], shared: Mapping[str, Any]
    ) -> list[Any]:
        """One set of parameters for each row."""
        given = {name: self._column(name, values) for name, values in columns.items()}
        given |= {name: repeat(self._value(name, value)) for name, value in shared.items()}
        if self.places is not None:
            return list(zip(*(given[name] for name in self.places), strict=False))
        return [dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=False)]

    def _column(self, name: str, values: Sequence[Any]) -> Iterable[Any]:
        """Half of all columns hold one value only, which is turned once."""
        if name in self.writers and values and values.count(values[0]) == len(values):
            return [self._value(name, values[0])] * len(values)
        return map(self.writers[name], values) if name in self.writers else values

    def _value(self, name: str, value: Any) -> Any:
        return self.writers[name](value) if name in self.writers else value


@lru_cache(maxsize=16)
def _statement(table: Table, dialect: Dialect, names: Sequence[str]) -> _Statement:
    """Put together once for each table: it takes as long as writing a hundred rows."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    found = {
        name: table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
        for name in names
    }
    writers = {name: write for name, write in found.items() if write is not None}
    return _Statement(str(compiled), compiled.positiontup, writers)
