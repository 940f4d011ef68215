"""Connections for questions alone (questions.py), beside the pool that sessions share.

The pool's care (a ping, a transaction and its end) costs PostgreSQL three trips more than the
question itself, and the process as much as the question. Here each connection waits for its next
question as it is: one that has died is noticed by the question, whose asker has another way.
"""

from collections import deque
from typing import Any

from sqlalchemy import Engine


class Glances:
    """Open connections, as many as ever asked at once. Safe for several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._idle: deque[Any] = deque()

    def take(self) -> Any:
        """The driver's connection. Raises what the pool or the driver raises.

        On SQLite everything that is asked from here on is of one moment; on PostgreSQL each answer
        is of its own, as in a session there.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._opened()
        if self._is_sqlite:
            connection.execute("BEGIN")
        return connection

    def give_back(self, connection: Any) -> None:
        """For the next question, unless it is of no use any more."""
        try:
            connection.rollback()
        except self._engine.dialect.loaded_dbapi.Error:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Closes those that nobody is using."""
        while self._idle:
            self._idle.pop().close()

    def _opened(self) -> Any:
        """A connection as the engine opens them, which is ours from now on."""
        lent = self._engine.raw_connection()
        connection: Any = lent.driver_connection
        lent.detach()
        if not self._is_sqlite:
            connection.autocommit = True
        return connection
