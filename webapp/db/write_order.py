"""Rows are written in the order that their foreign keys ask for.

SQLAlchemy orders a flush by relationships alone, and our models have none: they are plain rows. So
each foreign key becomes a relationship that is never loaded and only says who comes first.
"""

from sqlalchemy import ForeignKeyConstraint, Table
from sqlalchemy.orm import Mapper, foreign, relationship
from sqlmodel import SQLModel


def follow_foreign_keys() -> None:
    """Called once, when every model is known (models/__init__.py)."""
    mappers = {mapper.local_table: mapper for mapper in SQLModel._sa_registry.mappers}
    for table, mapper in mappers.items():
        assert isinstance(table, Table)
        for constraint in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
            _follow(mapper, constraint, mappers[constraint.referred_table])


def _follow(
    mapper: Mapper[object], constraint: ForeignKeyConstraint, target: Mapper[object]
) -> None:
    """Of a composite key only the last column counts: all of them hold practice_id."""
    element = constraint.elements[-1]
    mapper.add_property(
        f"_after_{element.parent.name}",
        relationship(
            target.class_,
            primaryjoin=foreign(element.parent) == element.column,
            lazy="raise",
            passive_deletes="all",
        ),
    )
