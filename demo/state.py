"""The demo's folder `.demo/`: database, emulator state, the generated secret, one log per program.

One demo at a time may use a folder; a lock that ends with the process sees to it.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Another demo holds the folder."""


@dataclass(frozen=True)
class StateFolder:
    """Where everything lies that a second start finds again."""

    path: Path

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.path / 'practice.sqlite3'}"

    @property
    def google(self) -> Path:
        """The emulator's calendars and accounts."""
        return self.path / "google.json"

    @property
    def mails(self) -> Path:
        """Where the app's mails are written instead of being sent."""
        return self.path / "mails"

    def log(self, name: str) -> Path:
        """The log of the program called `name`."""
        return self.path / "logs" / f"{name}.log"

    def secret_key(self) -> str:
        """The key that signs sessions and seals tokens: made once, readable by its owner alone."""
        path = self.path / "secret_key"
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(48))
        return path.read_text()


@contextmanager
def held(path: Path) -> Iterator[StateFolder]:
    """Make the folder if need be and hold it; raises AlreadyRunning when another demo does."""
    (path / "logs").mkdir(parents=True, exist_ok=True, mode=0o700)
    with (path / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"A demo is already running in {path}.") from None
        for log in (path / "logs").iterdir():
            log.unlink()
        yield StateFolder(path)
