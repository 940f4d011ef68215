"""Rings again for whatever waits."""

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
