"""Edits that somebody made in Google to events of ours, and that we put back (R86, R107)."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned


class EditState(StrEnum):
    """Open until the practitioner keeps ours or moves it here too."""

    OPEN = "open"
    KEPT = "kept"
    ADOPTED = "adopted"


class GoogleEdit(TenantOwned, table=True):
    """What Google showed and what we kept. `seen` is None when it was deleted in Google."""

    __table_args__ = (
        tenant_key("member_id", "member"),
        tenant_key("appointment_id", "appointment"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str = Field(index=True)
    appointment_id: str = Field(index=True)
    original_start: str = ""
    seen: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    kept: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    state: EditState = Field(default=EditState.OPEN, sa_column=enum_column(EditState))
    noticed_at: dt.datetime = Field(sa_type=UtcDateTime)
    answered_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
