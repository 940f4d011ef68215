"""Own events: client appointments and non-client events, single and series."""

import datetime as dt

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, new_id, tenant_key
from webapp.db.scope import TenantOwned


class Appointment(TenantOwned, table=True):
    """A single event or the master of a series.

    Timed: `starts_at` and `ends_at` (UTC) with `time_zone`. All-day: `starts_on` and `ends_on`
    (exclusive). With `client_id` it is a client appointment, else a non-client event with a
    `title`. `rule` is an RRULE value or "". `version` rises with every change (edit conflicts);
    `sequence` with every change that others can see. `feed_revision` is the revision of the
    practitioner's calendar that changed it last (db/calendar_revisions.py). `service` and `notes`
    never leave the app. `starts_offset` and `ends_offset` are the seconds by which the wall clock
    was ahead of UTC when the times were written: the wall time is what was meant (F86).
    """

    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        tenant_key("member_id", "member"),
        tenant_key("client_id", "client", ondelete="NO ACTION"),
        Index("appointment_of_member", "member_id", "starts_at"),
        Index("appointment_on_days", "member_id", "starts_on"),
        Index(
            "appointment_series",
            "member_id",
            "repeats_until",
            sqlite_where=text("rule <> ''"),
            postgresql_where=text("rule <> ''"),
        ),
        Index("appointment_of_revision", "member_id", "feed_revision"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    client_id: str | None = Field(default=None, index=True)
    title: str = ""
    service: str = ""
    notes: str = ""
    location: str = ""
    is_busy: bool = True
    starts_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    starts_offset: int | None = None
    ends_offset: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    time_zone: str
    rule: str = ""
    repeats_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
    sequence: int = 0
    feed_revision: int = 0
    split_from_id: str | None = None
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    changed_at: dt.datetime = Field(sa_type=UtcDateTime)
    cancelled_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class AppointmentException(TenantOwned, table=True):
    """One occurrence of a series that was cancelled or moved.

    `original_start` names it: an ISO instant in UTC ("2026-12-03T13:00:00+00:00") for timed
    series, an ISO date for all-day ones. It is moved when it has a start, else cancelled. Offsets
    are as in `Appointment`, in the zone of the series.
    """

    __table_args__ = (
        UniqueConstraint("appointment_id", "original_start"),
        tenant_key("appointment_id", "appointment"),
        Index("appointment_exception_start", "starts_at", "practice_id"),
        Index("appointment_exception_day", "starts_on", "practice_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    appointment_id: str
    original_start: str
    original_offset: int | None = None
    starts_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    starts_offset: int | None = None
    ends_offset: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
