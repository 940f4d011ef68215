"""Services against a migrated database with the cast in it."""

from tests.db.conftest import database, now, world

__all__ = ["database", "now", "world"]
