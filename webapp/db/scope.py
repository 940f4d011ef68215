"""Whose rows a session may see. A query on tenant-owned rows without a scope raises.

Every tenant-owned model inherits `TenantOwned`. A session carries one `Scope`: a practice, or,
for the few doors that do not know the practice yet (sign-in, feed addresses, the sweeper), the
whole installation, which has to be asked for by name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import Delete, Insert, Select, String, Table, Update, bindparam, event, literal
from sqlalchemy.orm import ORMExecuteState, UOWTransaction, declared_attr, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.visitors import ExternallyTraversible, iterate
from sqlmodel import Field, Session, SQLModel

TENANT = "practice_id"
SCOPE_PARAMETER = "practice_of_the_scope"
_PRACTICE_OF_THE_SCOPE: Any = bindparam(SCOPE_PARAMETER, type_=String)


class TenantOwned(SQLModel):
    """A row that belongs to one practice.

    No index on `practice_id` alone: as every query asks for it, SQLite would prefer that index to
    the narrower one that fits the rest of the question (tests/db/test_indexes.py).
    """

    practice_id: str = Field(foreign_key="practice.id", ondelete="CASCADE")

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - SQLAlchemy calls it on the class.
        """SyncRun lives in sync_run."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Rows hold names and secrets: a printed row shows nothing but its id."""
        return [("id", getattr(self, "id", None))]


@dataclass(frozen=True, slots=True)
class Scope:
    """One practice, or (only through `installation`) all of them."""

    practice_id: str | None

    @classmethod
    def installation(cls) -> Self:
        """Every practice: for doors that find out which practice they are about."""
        return cls(practice_id=None)

    @classmethod
    def practice(cls, practice_id: str) -> Self:
        """One practice and nothing else."""
        return cls(practice_id=practice_id)


class ScopeMissing(RuntimeError):
    """A query or a write touched tenant-owned rows in a session without a scope."""


class ScopeViolated(RuntimeError):
    """A row of another practice was about to be written."""


def guard(sessions: type[Session]) -> None:
    """Puts every session of a class under guard; each needs a scope of its own."""
    event.listen(sessions, "do_orm_execute", _limit_query)
    event.listen(sessions, "before_flush", _check_writes)


def enter(session: Session, scope: Scope) -> None:
    """Sets or narrows the scope of `session`. Rows loaded before are forgotten."""
    session.expunge_all()
    session.info["scope"] = scope


def check_practice(session: Session, practice_id: str) -> None:
    """For writes that no listener sees. Raises `ScopeMissing` or `ScopeViolated`."""
    scope: Scope | None = session.info.get("scope")
    if scope is None:
        raise ScopeMissing("this write needs a practice scope")
    if scope.practice_id not in (None, practice_id):
        raise ScopeViolated("these rows belong to another practice")


def _limit_query(state: ORMExecuteState) -> None:
    scope: Scope | None = state.session.info.get("scope")
    if scope is None:
        if _touches_tenant_rows(state):
            raise ScopeMissing("this query needs a practice scope")
        return
    if scope.practice_id is None:
        return
    if not state.is_orm_statement:
        raise ScopeMissing("inside a practice only queries on models can be limited to it")
    if isinstance(state.statement, Insert | Update):
        _check_bulk_write(state, state.statement, scope.practice_id)
    if isinstance(state.statement, Update | Delete):
        state.statement = _limited_write(state.statement, scope.practice_id)
    elif not isinstance(state.statement, Insert):
        state.statement = _limited(state.statement)
        state.parameters = {**_named(state.parameters), SCOPE_PARAMETER: scope.practice_id}


@lru_cache(maxsize=1024)
def _limited(statement: Any) -> Any:
    """The question within the practice that `SCOPE_PARAMETER` will name; the same one again when
    it is asked again, whoever asks.

    SQLAlchemy finds what it compiled by a key that it works out once for each statement: for one
    that is made once and asked often, that takes half the time of asking.
    """
    return statement.options(_LIMITED_BY_PARAMETER)


def _named(parameters: Any) -> Mapping[str, Any]:
    if isinstance(parameters, Sequence):
        raise ScopeMissing("inside a practice a question is asked once, not for a list")
    return parameters or {}


@lru_cache(maxsize=512)
def _limited_write(statement: Any, practice_id: str) -> Any:
    """The change within its limits. SQLAlchemy also applies it to the rows that a session has
    loaded, for which the practice itself has to be in it."""
    return statement.options(*_criteria(practice_id))


def limited_by_parameter(statement: Select[Any]) -> Select[Any]:
    """The statement within the practice that its parameter `SCOPE_PARAMETER` will name.

    For statements that are compiled once, whoever asks (questions.py). Raises `ScopeMissing` for
    one with a table that the limit cannot reach, as it is not there as a model.
    """
    limited: Select[Any] = _limited(statement)
    text = str(limited.compile())
    for table, alias in re.findall(r"(?:FROM|JOIN|,) (\w+)(?: AS (\w+))?", text):
        name = alias or table
        if _is_owned(table) and f"{name}.{TENANT} = :{SCOPE_PARAMETER}" not in text:
            raise ScopeMissing(f"only questions on models can be limited, not on {table}")
    return limited


def _is_of_the_scope(model: Any) -> Any:
    return getattr(model, "practice_id", literal("")) == _PRACTICE_OF_THE_SCOPE


_LIMITED_BY_PARAMETER = with_loader_criteria(TenantOwned, _is_of_the_scope, include_aliases=True)


def _is_owned(table: str) -> bool:
    found = SQLModel.metadata.tables.get(table)
    return found is not None and TENANT in found.columns


@lru_cache(maxsize=1024)
def _criteria(practice_id: str) -> tuple[ExecutableOption, ...]:
    """One limit for every tenant-owned model, wherever in the statement it occurs.

    A callable, because only that is applied to the alias of a model in the ON of a join, and kept,
    because making them anew for each query costs more than a short query itself.
    """

    def is_ours(model: Any) -> Any:
        # The base class has no column; it is asked once, for the shape of the limit.
        return getattr(model, "practice_id", literal("")) == practice_id

    return (with_loader_criteria(TenantOwned, is_ours, include_aliases=True),)


def _check_bulk_write(state: ORMExecuteState, statement: Insert | Update, practice_id: str) -> None:
    """No criteria reach the values of a statement that writes many rows at once."""
    if isinstance(statement, Insert) and statement.select is not None:
        raise ScopeViolated("rows that come from a query cannot be checked")
    for row in _written_values(state, statement):
        if row.get(TENANT, practice_id) != practice_id:
            raise ScopeViolated("these rows belong to another practice")
        if isinstance(statement, Insert) and TENANT not in row:
            raise ScopeViolated("these rows do not say which practice they belong to")


def _written_values(state: ORMExecuteState, statement: Insert | Update) -> list[dict[str, Any]]:
    """Column name to value, for each row that the statement names."""
    named = {_name(key): getattr(value, "value", value) for key, value in _values(statement)}
    rows = [
        {_name(key): value for key, value in row.items()}
        for rows in statement._multi_values
        for row in rows
        if isinstance(row, dict)
    ]
    given = state.parameters or {}
    rows += [dict(row) for row in ([given] if isinstance(given, Mapping) else given)]
    return [{**named, **row} for row in rows] or [named]


def _values(statement: Insert | Update) -> list[tuple[Any, Any]]:
    return list((statement._values or {}).items())


def _name(column: Any) -> str:
    return str(getattr(column, "key", column))


def _touches_tenant_rows(state: ORMExecuteState) -> bool:
    """Statements that name no known table (text) count as touching: they fail closed."""
    statement = state.statement
    if not isinstance(statement, ExternallyTraversible):
        return True
    tables = [part for part in iterate(statement) if isinstance(part, Table)]
    return not tables or any(TENANT in table.columns for table in tables)


def _check_writes(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    scope: Scope | None = session.info.get("scope")
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, TenantOwned):
            continue
        if scope is None:
            raise ScopeMissing("this write needs a practice scope")
        if scope.practice_id is not None and row.practice_id != scope.practice_id:
            raise ScopeViolated("this row belongs to another practice")
