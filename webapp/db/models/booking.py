"""Online booking: how a practitioner can be booked, and who has asked for which time."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field

from webapp.db.columns import UtcDateTime, enum_column, new_id, tenant_key
from webapp.db.scope import TenantOwned
from webapp.domain.bookable_hours import Stored
from webapp.domain.booking_pause import WhenUnread


class BookingSettings(TenantOwned, table=True):
    """One row per practitioner, off by default. `slug` is their part of the booking page's address.

    `hours` are wall-clock times in the member's own zone (domain/bookable_hours.py). Nobody books
    less than `lead_hours` or more than `ahead_weeks` ahead. `phone` is what the page offers while
    booking is paused; `calendar_words` is what stands in the client's own calendar.
    """

    __table_args__ = (
        UniqueConstraint("member_id"),
        UniqueConstraint("practice_id", "slug"),
        tenant_key("member_id", "member"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    slug: str
    is_open: bool = False
    hours: Stored = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    session_minutes: int = 50
    step_minutes: int = 30
    pause_minutes: int = 0
    lead_hours: int = 12
    ahead_weeks: int = 8
    when_unread: WhenUnread = Field(default=WhenUnread.PAUSE, sa_column=enum_column(WhenUnread))
    phone: str = ""
    calendar_words: str = "Appointment"


class BookingState(StrEnum):
    """Pending until the link in the mail is used; there is no way back (S55)."""

    PENDING = "pending"
    CONFIRMED = "confirmed"


class Booking(TenantOwned, table=True):
    """One time that somebody asked for on a booking page.

    `form_key` and `token_hash` are digests: of the form that was sent, and of the secret in the
    mail. Until `held_until` nobody else is offered the time; until `confirm_by` the link works.
    `time_zone` is the client's. Confirmed, it has made the appointment `appointment_id`. Name and
    address are what was typed; they are forgotten later (services/booking_upkeep.py).
    """

    __table_args__ = (
        UniqueConstraint("practice_id", "form_key"),
        UniqueConstraint("token_hash"),
        tenant_key("member_id", "member"),
        tenant_key("appointment_id", "appointment"),
        Index("booking_of_member", "member_id", "starts_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str
    appointment_id: str | None = Field(default=None, index=True)
    state: BookingState = Field(default=BookingState.PENDING, sa_column=enum_column(BookingState))
    starts_at: dt.datetime = Field(sa_type=UtcDateTime)
    ends_at: dt.datetime = Field(sa_type=UtcDateTime)
    time_zone: str
    given_name: str
    family_name: str = ""
    email: str = Field(index=True)
    form_key: str
    token_hash: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    held_until: dt.datetime = Field(sa_type=UtcDateTime)
    confirm_by: dt.datetime = Field(sa_type=UtcDateTime)
    confirmed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
