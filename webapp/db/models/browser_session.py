"""Browsers in which somebody is signed in (RELIABILITY.md S6)."""

import datetime as dt

from sqlmodel import Field

from webapp.db.columns import UtcDateTime, tenant_key
from webapp.db.scope import TenantOwned


class BrowserSession(TenantOwned, table=True):
    """One sign-in of one browser. Without its row a cookie opens nothing, however it was copied.

    `digest` is the SHA-256 of the random secret that the cookie carries, so that nobody who reads
    this table can sign in with it.
    """

    __table_args__ = (tenant_key("member_id", "member"),)

    digest: str = Field(primary_key=True)
    member_id: str = Field(index=True)
    began_at: dt.datetime = Field(sa_type=UtcDateTime)
