"""Client records: one internal ID, one person or several (a couple, a group)."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned


class ClientKind(StrEnum):
    """How many people one record stands for."""

    INDIVIDUAL = "individual"
    COUPLE = "couple"
    GROUP = "group"


class Client(TenantOwned, table=True):
    """A client record. The internal ID is unique in its practice."""

    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        UniqueConstraint("practice_id", "internal_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    internal_id: str
    kind: ClientKind = Field(sa_column=enum_column(ClientKind))
    phone: str = ""
    email: str = ""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    archived_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class ClientPerson(TenantOwned, table=True):
    """One person of a client record, in the order in which they are named."""

    __table_args__ = (tenant_key("client_id", "client"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    client_id: str = Field(index=True)
    position: int = 0
    given_name: str
    family_name: str = ""
    preferred_name: str = ""
