"""What each sync did to each event, for its practitioner, for 90 days (PRODUCT.md U6)."""

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.domain.history import Outcome


class HistoryEntry(TenantOwned, table=True):
    """One event and what became of it, written in the transaction that did it.

    It names no title: `appointment_id` (ours) or `google_id` (Google's) leads to the row that has
    one now, so who is erased there is erased here. Neither is set when a whole sync stopped.
    `starts` is when the event was then, `original_start` which time of a series is meant, both
    stored as by `start_text`. `stint` is the epoch of the lease under which it happened: the
    entries of one stint belong together. `run_id` is the run that a person was watching, or "".
    No key holds the calendar, because what we did in Google is told after a disconnect, too; what
    came from Google goes with its events (services/history.py).
    """

    __table_args__ = (
        tenant_key("member_id", "member"),
        Index("history_entry_of_member", "member_id", "at", "id"),
        Index("history_entry_of_calendar", "calendar_id", "stint"),
        Index("history_entry_of_run", "run_id"),
        Index("history_entry_by_age", "at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    calendar_id: str
    stint: int
    run_id: str = ""
    at: dt.datetime = Field(sa_type=UtcDateTime)
    outcome: Outcome = Field(sa_column=enum_column(Outcome))
    appointment_id: str = Field(default="", index=True)
    google_id: str = ""
    original_start: str = ""
    starts: str = ""
    reason: str = ""
