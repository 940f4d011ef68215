"""The practice and the people who sign in to it."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.db.columns import UtcDateTime, enum_column, new_id
from webapp.db.scope import TenantOwned
from webapp.domain.roles import Role


class Practice(SQLModel, table=True):
    """One tenant. `time_zone` is an IANA name. `slug` is its part of the booking pages' addresses;
    it has one as soon as somebody in it can be booked online, and keeps it."""

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    time_zone: str
    slug: str | None = Field(default=None, unique=True)
    has_internal_ids: bool = True
    is_full_name_allowed: bool = True
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class Member(TenantOwned, table=True):
    """Somebody who signs in; each browser that does so is a `BrowserSession`.

    `is_operator` opens the pages of the whole installation (services/operators.py).
    """

    __table_args__ = (UniqueConstraint("practice_id", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    email: str = Field(unique=True, index=True)
    name: str
    role: Role = Field(sa_column=enum_column(Role))
    has_calendar: bool = True
    time_zone: str
    password_hash: str
    is_active: bool = True
    is_operator: bool = False
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
