"""Calendar addresses that other programs subscribe to, and which programs read them."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.domain.naming import Display


class FeedLink(TenantOwned, table=True):
    """One address. No secret is stored: it is an HMAC over id and generation (feeds/tokens.py).

    A reset raises `generation`, which ends the old address at once. `display` None follows the
    practitioner's own choice; `version` rises when the link shows its events in another way.
    With `is_practice` it shows everybody's calendar to an owner. `octets` is how long it last was.
    """

    __table_args__ = (UniqueConstraint("practice_id", "id"), tenant_key("member_id", "member"))

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str = Field(index=True)
    name: str = ""
    generation: int = 1
    version: int = 1
    display: Display | None = Field(default=None, sa_column=enum_column(Display, nullable=True))
    is_busy_only: bool = False
    has_location: bool = True
    is_practice: bool = False
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    changed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    reset_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    warned_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_read_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    octets: int = 0


class FeedReader(TenantOwned, table=True):
    """One family of programs that reads a link; `name` is as people know it ("Google")."""

    __table_args__ = (
        UniqueConstraint("link_id", "name"),
        tenant_key("link_id", "feed_link"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    link_id: str
    name: str
    first_read_at: dt.datetime = Field(sa_type=UtcDateTime)
    last_read_at: dt.datetime = Field(sa_type=UtcDateTime)
