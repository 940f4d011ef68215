"""Rings again for whatever waits, and on time for who waits until a time."""

import datetime as dt

from jobs import scope
from webapp.db.scope import Scope
from webapp.services import wakeups


def run() -> None:
    """One sweep over the whole installation."""
    with scope.tools().database.writing(Scope.installation()) as session:
        wakeups.sweep(
            session,
            now=dt.datetime.now(dt.UTC),
            poll_seconds=scope.settings().poll_seconds,
        )


def ring_due() -> None:
    """Rings for the calendars whose waiting has ended; costs one query."""
    with scope.tools().database.reading(Scope.installation()) as session:
        wakeups.ring_due(session, now=dt.datetime.now(dt.UTC))
