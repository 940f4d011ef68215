"""How this server hears of what changes in Google: told at once, or by asking now and then."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.queries import watching
from webapp.domain.words import every


@dataclass(frozen=True, slots=True)
class News:
    """Of one connection. `every_seconds` is how often Google is asked in any case."""

    is_told: bool
    every_seconds: int

    @property
    def often(self) -> str:
        """ "every 15 minutes"."""
        return every(self.every_seconds)


def gather(
    session: Session,
    *,
    connection_id: str,
    now: dt.datetime,
    poll_seconds: int,
    pushed_poll_seconds: int,
) -> News:
    """Told only when each calendar that can be watched is, and a message has got through (F93)."""
    is_told = watching.is_told(session, connection_id=connection_id, now=now)
    return News(is_told, pushed_poll_seconds if is_told else poll_seconds)
