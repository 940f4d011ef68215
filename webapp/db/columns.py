"""Column types that keep promises the databases do not: aware times, sealed secrets, real enums.

SQLite drops time zones silently and PostgreSQL does not (STACK.md B5), so times go through
`UtcDateTime` and a naive one is refused.
"""

import datetime as dt
import secrets
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, ForeignKeyConstraint
from sqlalchemy import Enum as SaEnum
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

ID_BYTES = 16

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# Every model imports this module before it defines a table, so each constraint has a name that a
# later migration can say.
SQLModel.metadata.naming_convention = CONSTRAINT_NAMES


class UtcDateTime(TypeDecorator[dt.datetime]):
    """Aware UTC in, aware UTC out, on every database. Raises ValueError for a naive datetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """SQLite gets the text that SQLAlchemy would write, made in a third of the time: a first
        pull writes forty thousand times."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Stores UTC."""
        return _as_utc(value) if value is not None else None

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Always aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _sqlite_text(value: dt.datetime | None) -> str | None:
    """Without the offset, which SQLite would not read."""
    return _as_utc(value).isoformat(" ", "microseconds")[:26] if value is not None else None


def _as_utc(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is None:
        raise ValueError("naive datetime refused")
    return value.astimezone(dt.UTC)


def new_id() -> str:
    """A random 128-bit identifier in hex: says nothing about how many there are."""
    return secrets.token_hex(ID_BYTES)


def new_ids(count: int) -> list[str]:
    """As many at once, from one draw."""
    drawn, width = secrets.token_hex(ID_BYTES * count), 2 * ID_BYTES
    return [drawn[begin : begin + width] for begin in range(0, len(drawn), width)]


def enum_column(choices: type[StrEnum], *, nullable: bool = False) -> Column[Any]:
    """A column that holds the values of `choices` and that the database checks."""
    return Column(enum_type(choices), nullable=nullable)


def enum_type(choices: type[StrEnum]) -> SaEnum:
    """The portable type: text with a check constraint, not PostgreSQL's native enum."""
    return SaEnum(
        choices,
        name=choices.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def tenant_key(column: str, table: str, *, ondelete: str = "CASCADE") -> ForeignKeyConstraint:
    """A foreign key that cannot point into another practice (RELIABILITY.md 3.5)."""
    return ForeignKeyConstraint(
        ["practice_id", column], [f"{table}.practice_id", f"{table}.id"], ondelete=ondelete
    )
