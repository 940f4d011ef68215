"""What is on its way to Google, and what was last agreed with Google."""

from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, false, text
from sqlmodel import Field

from webapp.db.columns import new_id, tenant_key
from webapp.db.scope import TenantOwned

ONLY_OPEN = text("requested > completed")


class Outbox(TenantOwned, table=True):
    """A standing wish: this appointment should look right in this calendar.

    A pointer, never a payload: what is sent is rendered when it is sent. Whoever changes the
    appointment adds to `requested` in the same transaction; the worker sets `completed` to the
    number it saw at its start, so a change during the write is not lost (F65, F67). `is_bulk` marks
    what belongs to a first sync or another rewriting of everything: edits overtake it.
    """

    __table_args__ = (
        UniqueConstraint("calendar_id", "appointment_id"),
        tenant_key("calendar_id", "synced_calendar"),
        Index("outbox_open", "calendar_id", sqlite_where=ONLY_OPEN, postgresql_where=ONLY_OPEN),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    calendar_id: str
    appointment_id: str = Field(index=True)
    requested: int = 1
    completed: int = 0
    is_bulk: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    attempts: int = 0
    failure: str = ""


class EventLink(TenantOwned, table=True):
    """One of our events in Google, and the base: what Google answered when we last agreed.

    `original_start` is "" for a single event or a master, else as in AppointmentException.
    `generation` is committed before an insert, because a deleted id stays reserved at Google for
    ever (GOOGLE.md 3.3). `sent` is what we last wanted there, committed before an insert and with
    the answer of an update; `base` is Google's answer to it, None until there was one. They are
    two columns because Google rewrites what it is given: a wish is compared with `sent`, Google's
    event with `base`, and neither difference can loop (GOOGLE.md 9 Q8). `google_sequence` is
    echoed in updates, as a lower one is refused (GOOGLE.md 3.4). `has_exceptions` of a master:
    Google may hold exceptions of this series, also some that we have never seen or put back.
    """

    __table_args__ = (
        UniqueConstraint("calendar_id", "appointment_id", "original_start"),
        UniqueConstraint("calendar_id", "google_id"),
        tenant_key("calendar_id", "synced_calendar"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    calendar_id: str
    appointment_id: str = Field(index=True)
    original_start: str = ""
    generation: int = 1
    google_id: str
    etag: str = ""
    base: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    sent: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    google_sequence: int = 0
    has_exceptions: bool = False
