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

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Stores UTC; SQLite gets it without an offset, as it would drop that anyway."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime refused")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Always aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def new_id() -> str:
    """A random 128-bit identifier in hex: says nothing about how many there are."""
    return secrets.token_hex(16)


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
