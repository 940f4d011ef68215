"""Alembic's entry: runs the migrations on the connection that `webapp/db/migrate.py` opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, DateTime, String
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import webapp.db.models  # noqa: F401 - makes every table known to the metadata.
from webapp.db.columns import UtcDateTime


def run() -> None:
    """Runs what the command asked for, inside the caller's transaction."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=plain_type,
        transactional_ddl=True,
    )
    context.run_migrations()


def plain_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our column types as plain SQLAlchemy, so that an old migration never needs today's code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return f"sa.{DateTime(timezone=True)!r}"
    if isinstance(item, AutoString):
        return f"sa.{String(item.length)!r}"
    return False


run()
