"""Sync runs that people started, and what a run could not do."""

import datetime as dt

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.domain.run_state import RunState

ONLY_LIVE = text("state IN ('queued', 'running', 'waiting')")


class SyncRun(TenantOwned, table=True):
    """One press of Start Sync or Sync. The partial index allows one live run per calendar, so
    ten clicks make one run (R62, F62). `done` of `total` are events. The runs of one "Re-sync now"
    share a `resync_id`; `is_compared` once Google's complete list was compared for it (R123)."""

    __table_args__ = (
        tenant_key("calendar_id", "synced_calendar"),
        Index("sync_run_of_calendar", "calendar_id", "created_at"),
        Index(
            "one_live_run_per_calendar",
            "calendar_id",
            unique=True,
            sqlite_where=ONLY_LIVE,
            postgresql_where=ONLY_LIVE,
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    calendar_id: str
    started_by: str
    state: RunState = Field(sa_column=enum_column(RunState))
    total: int | None = None
    done: int = 0
    reason: str = ""
    waits_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    resync_id: str = Field(default="", index=True)
    is_compared: bool = False


class SyncProblem(TenantOwned, table=True):
    """One event that could not be brought over, named in its calendar's tile (R71).

    `subject` is Google's event id or our appointment id; `title` is shown to the practitioner
    alone; `reason` is a sentence.
    """

    __table_args__ = (
        UniqueConstraint("calendar_id", "subject"),
        tenant_key("calendar_id", "synced_calendar"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    calendar_id: str
    subject: str
    title: str = ""
    reason: str
    noticed_at: dt.datetime = Field(sa_type=UtcDateTime)
