"""Brings one calendar up to date, however long it takes. The edits of others overtake it."""

from jobs import scope
from webapp.services import sync


def run(calendar_id: str) -> None:
    """`calendar_id` is a SyncedCalendar's id."""
    sync.sync_calendar(scope.tools(), calendar_id=calendar_id, owner=scope.owner())
