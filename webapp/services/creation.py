"""Our calendar in Google: made once, whatever is lost on the way (R60 to R63).

Google takes no id of ours for a calendar, so its description carries a marker, and the account's
list is searched for it before one is made: after a lost answer, a killed worker or a new connection
the same calendar goes on (GOOGLE.md 2.2).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from webapp.domain.product import NAME
from webapp.google.calendar import CalendarClient
from webapp.services import synced_calendars
from webapp.services.sync_context import SyncContext


def ensure_calendar(context: SyncContext) -> None:
    """Finds the default calendar that an earlier try or connection made, or makes it. Commits.

    Raises `GoogleError` when Google refuses; then nothing is half-set and the next try goes on.
    """
    with context.reading() as (_, calendar):
        if calendar.google_id is not None:
            return
        marker, time_zone = calendar.marker, calendar.time_zone
    entry = _find(context.client, marker) or context.client.create_calendar(
        name=NAME,
        time_zone=time_zone,
        description=synced_calendars.description_with(marker),
    )
    with context.writing() as (session, calendar):
        calendar.google_id = entry["id"]
        calendar.time_zone = entry.get("timeZone", time_zone)
        session.commit()


def all_entries(client: CalendarClient) -> Iterator[Mapping[str, Any]]:
    """Every entry of the account's calendar list."""
    page_token: str | None = None
    while True:
        page = client.calendars(page_token=page_token)
        yield from page.items
        page_token = page.next_page_token
        if not page_token:
            return


def _find(client: CalendarClient, marker: str) -> Mapping[str, Any] | None:
    for entry in all_entries(client):
        if synced_calendars.marker_of(entry) == marker:
            return entry
    return None
