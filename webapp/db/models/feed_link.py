"""Calendar addresses that other programs subscribe to."""

import datetime as dt

from sqlmodel import Field

from webapp.db.columns import UtcDateTime, new_id, tenant_key
from webapp.db.scope import TenantOwned


class FeedLink(TenantOwned, table=True):
    """One address. No secret is stored: it is an HMAC over id and generation (feeds/tokens.py).

    A reset raises `generation`, which ends the old address at once.
    """

    __table_args__ = (tenant_key("member_id", "member"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str = Field(index=True)
    name: str = ""
    generation: int = 1
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    reset_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_read_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_reader: str = ""
