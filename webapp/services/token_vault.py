"""Google tokens at rest: sealed, bound to their row, renewed by one process at a time (S18, F23).

Nothing but the worker's client and the connection service opens them. No transaction is open while
Google is asked for a new token: the right to ask is a lease in the row, by the wall clock, because
another process's crash has to end it.
"""

import base64
import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import or_, update
from sqlmodel import col, select

from webapp.db.engine import Database
from webapp.db.models import GoogleConnection
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.google.errors import GrantGone, Unavailable

FORMAT = "v1:"
LEASE_SECONDS = 40.0
"""Longer than any call to the token endpoint may take (google/deadline.py)."""
PAUSE_SECONDS = 0.05
DISCONNECTED = "disconnected"
UNREADABLE = "token_unreadable"


class TokenUnreadable(Exception):
    """The sealed text was made with another key, for another row, or was tampered with."""


class TokenVault:
    """Seals tokens with a key of their own. The row's id and practice travel inside (3.7)."""

    def __init__(self, secret_key: str) -> None:
        key = derived_key(secret_key, Purpose.TOKENS)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, token: Mapping[str, Any], *, connection_id: str, practice_id: str) -> str:
        """What the row stores."""
        bound = {"connection": connection_id, "practice": practice_id, "token": dict(token)}
        return FORMAT + self._fernet.encrypt(json.dumps(bound).encode()).decode()

    def unseal(self, sealed: str, *, connection_id: str, practice_id: str) -> dict[str, Any]:
        """The token. Raises `TokenUnreadable`, also for one that was moved to another row."""
        try:
            bound = json.loads(self._fernet.decrypt(sealed.removeprefix(FORMAT)))
        except (InvalidToken, ValueError):
            raise TokenUnreadable() from None
        if (bound["connection"], bound["practice"]) != (connection_id, practice_id):
            raise TokenUnreadable()
        token: dict[str, Any] = bound["token"]
        return token


class StoredToken:
    """The `TokenStore` of one connection (google/transport.py)."""

    def __init__(self, vault: TokenVault, database: Database, connection: GoogleConnection) -> None:
        self._vault = vault
        self._database = database
        self._connection_id = connection.id
        self._practice_id = connection.practice_id
        self._version = connection.token_version

    def load(self) -> dict[str, Any]:
        """The newest token. Raises `GrantGone` when it was erased or cannot be read any more."""
        with self._database.reading(self._scope) as session:
            row = session.exec(
                select(GoogleConnection).where(GoogleConnection.id == self._connection_id)
            ).first()
        if row is None:
            raise GrantGone(DISCONNECTED)
        self._version = row.token_version
        try:
            return self._vault.unseal(
                row.sealed_token, connection_id=row.id, practice_id=row.practice_id
            )
        except TokenUnreadable:
            raise GrantGone(UNREADABLE) from None

    def save(self, token: dict[str, Any]) -> None:
        """Stores `token` unless a newer one than was loaded is there (F23)."""
        sealed = self._vault.seal(
            token, connection_id=self._connection_id, practice_id=self._practice_id
        )
        is_saved = self._update(
            col(GoogleConnection.token_version) == self._version,
            sealed_token=sealed,
            token_version=self._version + 1,
        )
        self._version += is_saved

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One process at a time. Raises `Unavailable` when the other one does not finish."""
        until = self._take()
        try:
            yield
        finally:
            self._update(col(GoogleConnection.refreshing_until) == until, refreshing_until=None)

    @property
    def _scope(self) -> Scope:
        return Scope.practice(self._practice_id)

    def _take(self) -> dt.datetime:
        gives_up_at = time.monotonic() + LEASE_SECONDS
        while time.monotonic() < gives_up_at:
            now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
            until = now + dt.timedelta(seconds=LEASE_SECONDS)
            is_free = or_(
                col(GoogleConnection.refreshing_until).is_(None),
                col(GoogleConnection.refreshing_until) < now,
            )
            if self._update(is_free, refreshing_until=until):
                return until
            self.load()
            time.sleep(PAUSE_SECONDS)
        raise Unavailable("token_busy")

    def _update(self, condition: Any, **values: Any) -> bool:
        """Whether the row was there and met `condition`, and so has the new values now."""
        with self._database.writing(self._scope) as session:
            changed = session.exec(
                update(GoogleConnection)
                .where(col(GoogleConnection.id) == self._connection_id, condition)
                .values(**values)
                .execution_options(synchronize_session=False)
            )
            session.commit()
        return bool(changed.rowcount)
