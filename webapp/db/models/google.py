"""A practitioner's connection to a Google account, and what is left to do after leaving one."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.domain.connection_states import LOSSES, ConnectionEvent, ConnectionState
from webapp.domain.departures import DepartureKind

ONLY_UNFINISHED = text("finished_at IS NULL")


class GoogleConnection(TenantOwned, table=True):
    """One Google account per practitioner (R55). The account is keyed by `google_sub` (S16).

    `sealed_token` is the OAuth token as JSON, encrypted with the row's id inside; `token_version`
    rises with each new one. Until `refreshing_until` one process alone may ask Google for a new
    one (services/token_vault.py). `cause` is the ConnectionEvent that led to `state`. `ends_at` is
    when Google said that the grant ends, None for a lasting one. A row that is not connected has
    no token and holds only the events that the practitioner kept.
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
    cause: str = ""
    state_since: dt.datetime = Field(sa_type=UtcDateTime)
    connected_at: dt.datetime = Field(sa_type=UtcDateTime)
    ends_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    calendars_listed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def reason(self) -> str:
        """The sentence that says why a reconnect is needed, or ""."""
        if self.state is not ConnectionState.RECONNECT_NEEDED:
            return ""
        known = {event.value: sentence for event, sentence in LOSSES.items()}
        return known.get(self.cause, LOSSES[ConnectionEvent.REFUSED])


class Departure(TenantOwned, table=True):
    """One time that a practitioner left Google: what was done, and what Google has yet to hear.

    `outcomes` maps domain/departures.Step to its Outcome. `sealed_token` is sealed to this row and
    empty when there is no access to give back, or none any more. `calendars` are Google ids of ours
    to remove, `channels` what Google is to stop sending. The counts are of own events and of
    Google's, before and after. While `acting_until` lies ahead a call to Google is under way.
    """

    __table_args__ = (
        UniqueConstraint("practice_id", "id"),
        tenant_key("member_id", "member"),
        Index("departure_of_member", "member_id", "asked_at"),
        Index(
            "departure_open",
            "next_attempt_at",
            sqlite_where=ONLY_UNFINISHED,
            postgresql_where=ONLY_UNFINISHED,
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    kind: DepartureKind = Field(sa_column=enum_column(DepartureKind))
    state: ConnectionState = Field(sa_column=enum_column(ConnectionState))
    cause: str
    google_sub: str
    email: str
    sealed_token: str = ""
    token_version: int = 1
    refreshing_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    removes_calendar: bool = False
    calendars: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    channels: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    outcomes: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    own_before: int
    google_before: int
    own_after: int
    google_after: int
    attempts: int = 0
    asked_at: dt.datetime = Field(sa_type=UtcDateTime)
    next_attempt_at: dt.datetime = Field(sa_type=UtcDateTime)
    acting_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
