"""A watch channel: Google's promise to tell us when one calendar, or the list of them, changes."""

import datetime as dt

from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.sync.watching import ChannelState


class WatchChannel(TenantOwned, table=True):
    """One channel; `id` is also its id at Google, never used twice (GOOGLE.md 8.1).

    `resource` is a SyncedCalendar's id, or "" for the calendar list; no foreign key, as a channel
    may have to be ended after its calendar has gone. `resource_id` is Google's name for it, "" as
    long as we do not know it. No secret is kept: it is derived from the id (google/channels.py).
    Until `due_at` nothing has to be done about it (sync/watching.py). `greeted_at` is when the
    first message got through to us, which proves that Google can reach this server. `woke_at` is
    when a message last led to a look, `wakes_at` when those that came soon after it will.
    `polled_at` is when a look was last wished without a message, and `untold` counts those that
    found something all the same (F90).
    """

    __table_args__ = (tenant_key("connection_id", "google_connection"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    connection_id: str = Field(index=True)
    resource: str
    address: str
    state: ChannelState = Field(sa_column=enum_column(ChannelState))
    resource_id: str = ""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    due_at: dt.datetime = Field(sa_type=UtcDateTime)
    expires_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    greeted_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    woke_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    wakes_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    polled_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    untold: int = 0
