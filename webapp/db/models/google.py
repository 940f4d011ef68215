"""A practitioner's connection to a Google account."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned


class ConnectionState(StrEnum):
    """Whether Google lets us in."""

    CONNECTED = "connected"
    RECONNECT_NEEDED = "reconnect_needed"


class GoogleConnection(TenantOwned, table=True):
    """One Google account per practitioner (R55). The account is keyed by `google_sub` (S16).

    `sealed_token` is the OAuth token as JSON, encrypted with the row's id inside; `token_version`
    rises with each new one. Until `refreshing_until` one process alone may ask Google for a new
    one (services/token_vault.py). `reason` is the sentence that says why a reconnect is needed.
    """

    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        UniqueConstraint("member_id"),
        tenant_key("member_id", "member"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    google_sub: str = Field(index=True)
    email: str
    granted_scopes: str
    sealed_token: str
    token_version: int = 1
    refreshing_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: ConnectionState = Field(sa_column=enum_column(ConnectionState))
    reason: str = ""
    state_since: dt.datetime = Field(sa_type=UtcDateTime)
    connected_at: dt.datetime = Field(sa_type=UtcDateTime)
    calendars_listed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
