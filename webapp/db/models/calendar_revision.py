"""How often a practitioner's calendar has changed: the one small row that a 304 needs."""

import datetime as dt

from sqlmodel import Field

from webapp.db.columns import UtcDateTime, tenant_key
from webapp.db.scope import TenantOwned


class CalendarRevision(TenantOwned, table=True):
    """Kept by db/calendar_revisions.py; nobody else writes it.

    `revision` rises with every transaction after which the calendar may look different; `wholes`
    only when any of its events may (a name, a setting). `whole_at` is when that last happened.
    """

    __table_args__ = (tenant_key("member_id", "member"),)

    member_id: str = Field(primary_key=True)
    revision: int = 0
    wholes: int = 0
    changed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    whole_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
