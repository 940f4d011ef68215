"""A Google calendar of a connected account, as a tile shows it and as the workers see it."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned

ONLY_LIVE_DEFAULTS = text("role = 'default' AND NOT is_missing")


class CalendarRole(StrEnum):
    """Default: made by us, takes our events. Other: read only, its events come in."""

    DEFAULT = "default"
    OTHER = "other"


class SyncedCalendar(TenantOwned, table=True):
    """One calendar. `google_id` is None until the default calendar exists in Google.

    `requested` and `completed` count wishes to sync; whoever wants one adds to `requested` in its
    own transaction (level-triggered, RELIABILITY.md 1.3). `lease_*` say which worker may act:
    every write of a worker carries its `lease_epoch`. `marker` finds our calendar again when the
    answer to its creation was lost (R62).

    `is_new`: it turned up in Google after the account was first listed, and nobody has said yet
    whether it blocks booking (U11). `is_of_app`: made by this product for somebody else, here or
    elsewhere (F60). `chosen_hue` is "" for the colour that Google has. `gone_count` of `gone_of`
    coming events are missing in Google, and a person is asked before they go (R125).
    `read_anew_at`: when all of it was last read because Google had dropped `sync_token`;
    `reads_again_at`: dropped again within the hour, so that it is not read before then (F39).
    `paused_at`: its practitioner wants nobody to look at it for now; it stays on, and its events
    stay.
    """

    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        UniqueConstraint("connection_id", "google_id"),
        Index("synced_calendar_in_google", "practice_id", "google_id"),
        tenant_key("member_id", "member"),
        tenant_key("connection_id", "google_connection"),
        Index(
            "one_default_calendar_per_member",
            "member_id",
            unique=True,
            sqlite_where=ONLY_LIVE_DEFAULTS,
            postgresql_where=ONLY_LIVE_DEFAULTS,
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str = Field(index=True)
    connection_id: str = Field(index=True)
    google_id: str | None = None
    marker: str = ""
    role: CalendarRole = Field(sa_column=enum_column(CalendarRole))
    name: str
    colour: str = ""
    access_role: str = "owner"
    time_zone: str = ""
    is_primary: bool = False
    is_on: bool = False
    is_missing: bool = False
    is_new: bool = False
    is_of_app: bool = False
    blocks_booking: bool = True
    all_day_blocks: bool = True
    unanswered_blocks: bool = True
    shows_details: bool = True
    chosen_hue: str = ""
    paused_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    requested: int = 0
    completed: int = 0
    sync_token: str = ""
    sync_format: str = ""
    read_anew_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    reads_again_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_success_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    event_count: int = 0
    gone_count: int = 0
    gone_of: int = 0
    failure: str = ""
    failed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    next_attempt_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_owner: str = ""
    lease_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_epoch: int = 0
    crashes: int = 0
