"""Google tokens at rest: sealed, bound to their row, renewed by one process at a time (S18, F23).

Nothing but the worker's client and the connection's services open them. No transaction is open
while Google is asked for a new token: the right to ask is a lease in the row, by the wall clock,
because another process's crash has to end it.
"""

import base64
import datetime as dt
import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import or_, update
from sqlmodel import col, select

from webapp.config import Settings
from webapp.db.engine import Database
from webapp.db.models import Departure, GoogleConnection
from webapp.db.scope import Scope
from webapp.domain.connection_losses import UNREADABLE
from webapp.domain.keys import Purpose, derived_key
from webapp.google.errors import GrantGone, Unavailable

FORMAT = "v1:"
"""Then the name of the key, a colon, and the sealed text."""
LEASE_SECONDS = 40.0
"""Longer than any call to the token endpoint may take (google/deadline.py)."""
PAUSE_SECONDS = 0.05
DISCONNECTED = "disconnected"

Holder = GoogleConnection | Departure
"""What holds a token: a connection, or a departure until its access is given back."""


class TokenUnreadable(Exception):
    """The sealed text was made with another key, for another row, or was tampered with."""


class TokenVault:
    """Seals tokens with the newest key. The row's id and practice travel inside (3.7).

    The keys are `token_keys`, newest first, and after them one derived from SECRET_KEY: an older
    key opens what it sealed until services/key_rotation.py has sealed everything anew (F85).
    """

    def __init__(self, secret_key: str, *, token_keys: Sequence[str] = ()) -> None:
        keys = [derived_key(secret, Purpose.TOKENS) for secret in (*token_keys, secret_key)]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
        self.newest = hashlib.sha256(keys[0]).hexdigest()[:8]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The vault of this installation."""
        return cls(settings.secret_key, token_keys=settings.token_keys)

    @property
    def prefix(self) -> str:
        """With this begins whatever the newest key has sealed."""
        return f"{FORMAT}{self.newest}:"

    def seal(self, token: Mapping[str, Any], *, connection_id: str, practice_id: str) -> str:
        """What the row stores."""
        bound = {"connection": connection_id, "practice": practice_id, "token": dict(token)}
        return self.prefix + self._fernet.encrypt(json.dumps(bound).encode()).decode()

    def unseal(self, sealed: str, *, connection_id: str, practice_id: str) -> dict[str, Any]:
        """The token. Raises `TokenUnreadable`, also for one that was moved to another row."""
        try:
            bound = json.loads(self._fernet.decrypt(sealed.rpartition(":")[2]))
        except (InvalidToken, ValueError):
            raise TokenUnreadable() from None
        if (bound["connection"], bound["practice"]) != (connection_id, practice_id):
            raise TokenUnreadable()
        token: dict[str, Any] = bound["token"]
        return token


class StoredToken:
    """The `TokenStore` of one row (google/transport.py)."""

    def __init__(self, vault: TokenVault, database: Database, holder: Holder) -> None:
        self._vault = vault
        self._database = database
        self._rows: Any = type(holder)
        self._id = holder.id
        self._practice_id = holder.practice_id
        self._version = holder.token_version

    def load(self) -> dict[str, Any]:
        """The newest token. Raises `GrantGone` when it was erased or cannot be read any more."""
        with self._database.reading(self._scope) as session:
            row = session.exec(select(self._rows).where(self._rows.id == self._id)).first()
        if row is None or not row.sealed_token:
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
        sealed = self._vault.seal(token, connection_id=self._id, practice_id=self._practice_id)
        is_saved = self._update(
            col(self._rows.token_version) == self._version,
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
            self._update(col(self._rows.refreshing_until) == until, refreshing_until=None)

    @property
    def _scope(self) -> Scope:
        return Scope.practice(self._practice_id)

    def _take(self) -> dt.datetime:
        gives_up_at = time.monotonic() + LEASE_SECONDS
        while time.monotonic() < gives_up_at:
            now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
            until = now + dt.timedelta(seconds=LEASE_SECONDS)
            is_free = or_(
                col(self._rows.refreshing_until).is_(None),
                col(self._rows.refreshing_until) < now,
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
                update(self._rows)
                .where(col(self._rows.id) == self._id, condition)
                .values(**values)
                .execution_options(synchronize_session=False)
            )
            session.commit()
        return bool(changed.rowcount)
