"""Questions that are asked so often that a session would cost more than the answer.

A `Question` selects columns of models. It is compiled once for the driver, with the limit that
every session puts on its queries (scope.py), and asked, it costs what the driver does and nothing
else. It never writes. Without a scope it raises, as everywhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, Protocol, Self, TypeVar

from sqlalchemy import Dialect, Select
from sqlmodel import Session

from webapp.db.scope import SCOPE_PARAMETER, Scope, ScopeMissing, limited_by_parameter

Row = TypeVar("Row")
Convert = Callable[[Any], Any]


class Unanswered(Exception):
    """The database did not answer: ask again with a session, and hear why."""


@dataclass(frozen=True, eq=False, slots=True)
class Question(Generic[Row]):
    """`statement` names its values with `bindparam`, none a list; `row` takes its columns."""

    statement: Select[Any]
    row: Callable[..., Row]


class Ask(Protocol):
    """Whoever answers questions within a scope."""

    def __call__(self, question: Question[Row], /, **values: object) -> list[Row]:
        """Every row of the answer. Raises TypeError unless every value is named."""
        ...


Within = Callable[[Scope], Ask]


def asked_in(session: Session) -> Ask:
    """Asks in `session`, in its transaction and within its scope."""

    def ask(question: Question[Row], /, **values: object) -> list[Row]:
        return [question.row(*row) for row in session.execute(question.statement, values)]

    return ask


def asked_of(connection: Any, dialect: Dialect, scope: Scope) -> Ask:
    """Asks the driver's `connection` itself. Raises what it raises, and `ScopeMissing`."""
    if not isinstance(scope, Scope):
        raise ScopeMissing("a question needs a practice scope")

    def ask(question: Question[Row], /, **values: object) -> list[Row]:
        compiled = _compiled(question, dialect, is_limited=scope.practice_id is not None)
        if scope.practice_id is not None and SCOPE_PARAMETER in compiled.open_names:
            values[SCOPE_PARAMETER] = scope.practice_id
        cursor = connection.cursor()
        cursor.execute(compiled.text, compiled.values(values))
        return [question.row(*compiled.read(row)) for row in cursor.fetchall()]

    return ask


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A question in the driver's words.

    `names` are its values in order for a driver that counts them, None for one that names them;
    `fixed` are those that the statement itself holds.
    """

    text: str
    names: Sequence[str] | None
    fixed: dict[str, Any]
    open_names: frozenset[str]
    writers: dict[str, Convert]
    readers: tuple[tuple[int, Convert], ...]

    @classmethod
    def of(cls, statement: Select[Any], dialect: Dialect) -> Self:
        """Compiles `statement`."""
        compiled: Any = statement.compile(dialect=dialect)
        binds = compiled.binds.items()
        types = {name: bound.type.dialect_impl(dialect) for name, bound in binds}
        writers = {name: one.bind_processor(dialect) for name, one in types.items()}
        columns = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        readers = [one.result_processor(dialect, None) for one in columns]
        return cls(
            text=str(compiled),
            names=compiled.positiontup if compiled.positional else None,
            fixed={name: bound.value for name, bound in binds if not bound.required},
            open_names=frozenset(name for name, bound in binds if bound.required),
            writers={name: convert for name, convert in writers.items() if convert is not None},
            readers=tuple((at, convert) for at, convert in enumerate(readers) if convert),
        )

    def values(self, given: dict[str, Any]) -> Any:
        """The given values as the driver wants them."""
        if given.keys() != self.open_names:
            raise TypeError(f"this question is about {sorted(self.open_names)}")
        every = {**self.fixed, **given}
        for name, convert in self.writers.items():
            every[name] = convert(every[name])
        return every if self.names is None else [every[name] for name in self.names]

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row of the driver's, with every value as the column's type has it."""
        found = list(row)
        for at, convert in self.readers:
            found[at] = convert(found[at])
        return found


@lru_cache(maxsize=256)
def _compiled(question: Question[Any], dialect: Dialect, *, is_limited: bool) -> _Compiled:
    statement = question.statement
    return _Compiled.of(limited_by_parameter(statement) if is_limited else statement, dialect)
