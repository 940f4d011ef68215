"""Is everything there that the product needs? Plain words, without names or addresses."""

from sqlalchemy.exc import SQLAlchemyError

from webapp.db import migrate
from webapp.db.engine import Database
from webapp.queue.doorbell import Doorbell


def missing(*, database: Database, doorbell: Doorbell, expected_workers: int) -> list[str]:
    """One sentence for each thing that is not ready; empty when all is well."""
    return [*_database(database), *_queue(doorbell, expected_workers)]


def _database(database: Database) -> list[str]:
    try:
        waiting = len(migrate.pending(database.engine))
    except SQLAlchemyError:
        return ["The database does not answer."]
    return [f"The database needs {waiting} migration(s): run flask db upgrade."] if waiting else []


def _queue(doorbell: Doorbell, expected_workers: int) -> list[str]:
    if not doorbell.is_answering():
        return ["The queue server does not answer. Saving works; syncing waits."]
    working = doorbell.worker_count() if expected_workers else 0
    if working < expected_workers:
        return [f"{working} of {expected_workers} workers are running."]
    return []
