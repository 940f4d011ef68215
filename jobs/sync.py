"""Brings one calendar up to date; what takes long is passed on to `long_sync`."""

from jobs import scope
from webapp.services import sync


def run(calendar_id: str) -> None:
    """`calendar_id` is a SyncedCalendar's id."""
    sync.sync_calendar(scope.tools(), calendar_id=calendar_id, owner=scope.owner(), is_quick=True)
