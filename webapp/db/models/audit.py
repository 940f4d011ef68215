"""Who changed what about the sync, and when. Appended to, never changed; no client names (R144)."""

import datetime as dt

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, new_id
from webapp.db.scope import TenantOwned


class AuditEntry(TenantOwned, table=True):
    """One act. `action` is a dotted past-tense name, `subject` an id or a setting's value.

    `position` counts from 1 within the practice, `digest` covers the entry and the one before
    (db/audit_chain.py). Added with `audit_chain.append` alone.
    """

    __table_args__ = (
        UniqueConstraint("practice_id", "position"),
        Index("audit_entry_of_member", "member_id", "at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    action: str
    subject: str = ""
    at: dt.datetime = Field(sa_type=UtcDateTime)
    position: int = 0
    digest: str = ""
