"""What one practitioner lets out of the app, and by which way."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.domain.naming import Display


class SyncMode(StrEnum):
    """One-way: a calendar address. Two-way: Google both ways."""

    ONE_WAY = "one_way"
    TWO_WAY = "two_way"


class SyncSettings(TenantOwned, table=True):
    """One row per practitioner, off by default (R15).

    `version` rises with every change that alters what may leave the app, so that a writer can
    tell whether what it rendered is still allowed (I13). `is_open_to_practice`: the owner's feed
    of the whole practice may show more than "Busy".
    """

    __table_args__ = (UniqueConstraint("member_id"), tenant_key("member_id", "member"))

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    is_enabled: bool = False
    display: Display = Field(default=Display.INTERNAL_ID, sa_column=enum_column(Display))
    mode: SyncMode | None = Field(default=None, sa_column=enum_column(SyncMode, nullable=True))
    includes_location: bool = False
    is_open_to_practice: bool = False
    full_name_acknowledged_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    full_name_acknowledged_by: str | None = None
    version: int = 1
