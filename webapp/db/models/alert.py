"""Troubles that a practitioner was told about by mail, until they are mended (R127, U7)."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.domain.troubles import TroubleKind


class Alert(TenantOwned, table=True):
    """One trouble. `subject` is the id of the connection or calendar; `told` counts the mails.

    `next_at` is when the next mail is due, None after the last one. The row goes when the trouble
    is mended, so that the next one begins with a mail at once.
    """

    __table_args__ = (
        UniqueConstraint("subject", "kind"),
        tenant_key("member_id", "member"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    subject: str
    kind: TroubleKind = Field(sa_column=enum_column(TroubleKind))
    since: dt.datetime = Field(sa_type=UtcDateTime)
    told: int = 0
    next_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
