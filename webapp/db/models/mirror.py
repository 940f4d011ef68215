"""Events that were made in Google: read-only copies for the calendar and for booking."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, new_id, tenant_key
from webapp.db.scope import TenantOwned

ONLY_UNWANTED = text("removal_wished_at IS NOT NULL")
"""Every pass asks for them, of calendars with thousands of events that nobody wants gone."""


class GoogleEvent(TenantOwned, table=True):
    """One event of a synced Google calendar: single, master, or exception of a series.

    `first_starts_at` and `last_ends_at` (UTC, None when endless) bound everything the row can
    generate, so that a range of the calendar costs what the range holds. An exception has
    `recurring_google_id` and `original_start` (an ISO instant in UTC, or an ISO date);
    `is_cancelled` exceptions keep their place in the series empty. `problem` says why the rule or
    zone could not be read in full. `gone_since`: Google does not have it any more, and a person is
    asked before it goes (R125). `kept_at`: somebody wants it here although Google does not have it.
    `removal_wished_at`: somebody wants it gone from Google, as it is a copy of an own event, or as
    the own event `replaced_by_id` has taken its place: then it is not shown here any more.
    """

    __table_args__ = (
        UniqueConstraint("calendar_id", "google_id"),
        tenant_key("calendar_id", "synced_calendar"),
        Index("google_event_range", "calendar_id", "last_ends_at", "first_starts_at"),
        Index("google_event_exception", "calendar_id", "recurring_google_id"),
        Index("google_event_place", "calendar_id", "original_start", "recurring_google_id"),
        Index(
            "google_event_unwanted",
            "calendar_id",
            sqlite_where=ONLY_UNWANTED,
            postgresql_where=ONLY_UNWANTED,
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    calendar_id: str
    google_id: str
    recurring_google_id: str = ""
    original_start: str = ""
    is_cancelled: bool = False
    etag: str = ""
    summary: str = ""
    location: str = ""
    html_link: str = ""
    is_private: bool = False
    is_free: bool = False
    event_type: str = "default"
    status: str = "confirmed"
    response: str = ""
    starts_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    time_zone: str = ""
    recurrence: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    first_starts_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_ends_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    problem: str = ""
    gone_since: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    kept_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    removal_wished_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    replaced_by_id: str | None = None


class RemovedEvent(TenantOwned, table=True):
    """What left the app because Google did not have it any more; can be restored for a while (U5).

    `kept` holds the other columns of the `GoogleEvent` as JSON, with no more text than was stored
    of it. All that one pass or one answer removed has one `removed_at`.
    """

    __table_args__ = (
        tenant_key("calendar_id", "synced_calendar"),
        Index("removed_event_of_calendar", "calendar_id", "removed_at"),
        Index("removed_event_age", "removed_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    calendar_id: str
    google_id: str
    recurring_google_id: str = ""
    last_ends_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    removed_at: dt.datetime = Field(sa_type=UtcDateTime)
    kept: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
