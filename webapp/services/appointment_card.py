"""One session of an own event, gathered for its card and its form. Reads only."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import (
    Appointment,
    Booking,
    CalendarRole,
    EventLink,
    Member,
    Outbox,
    SyncedCalendar,
    SyncSettings,
)
from webapp.db.queries.people import ListedClient
from webapp.db.queries.people import client as listed_client
from webapp.db.snapshots import start_from_text, start_text
from webapp.domain import recurrence
from webapp.domain.calendar_entries import Entry, EntryKind, when_text
from webapp.domain.errors import NotFound
from webapp.domain.naming import Display, name_outside
from webapp.domain.series_edits import shown_at, takes_place
from webapp.domain.timespan import Span, Start, start_of
from webapp.domain.visibility import Sight, can
from webapp.services import appointments, series_edits


@dataclass(frozen=True, slots=True)
class AppointmentCard:
    """What somebody who may change the session sees of it.

    `original_start` is "" for a single event. `name_in_google` is "" when it is not in Google.
    `booked_online` is what a client typed on the booking page.
    """

    row: Appointment
    member: Member
    span: Span
    original_start: str
    client: ListedClient | None
    rule_text: str
    can_see_notes: bool
    name_in_google: str
    booked_online: Booking | None
    is_waiting: bool
    failure: str

    @property
    def title(self) -> str:
        """As inside the app."""
        return self.client.full_name if self.client else self.row.title

    @property
    def when(self) -> str:
        """Day and times where the practitioner is."""
        shown = Entry(kind=EntryKind.OWN, title="", span=self.span)
        return when_text(shown, self.member.time_zone)

    @property
    def is_series(self) -> bool:
        """Whether a change has to say how far it reaches."""
        return bool(self.row.rule)


def gather(
    session: Session, *, by: Member, appointment_id: str, original_start: str = ""
) -> AppointmentCard:
    """The card of one session; of the first when `original_start` is "". Raises `NotFound`."""
    row = appointments.find(session, by=by, appointment_id=appointment_id)
    series = series_edits.read(session, row=row)
    start = (start_from(original_start) if row.rule else None) or start_of(series.span)
    if row.rule and original_start and not takes_place(series, start):
        raise NotFound
    client = listed_client(session, client_id=row.client_id) if row.client_id else None
    link, wish = _sync(session, row)
    return AppointmentCard(
        row=row,
        member=session.exec(select(Member).where(Member.id == row.member_id)).one(),
        span=shown_at(series, start),
        original_start=start_text(start) if row.rule else "",
        client=client,
        rule_text=recurrence.rule_text(row.rule, series.span),
        can_see_notes=can(Sight.NOTES, viewer_id=by.id, role=by.role, member_id=row.member_id),
        name_in_google=_name_outside(session, row, client) if link else "",
        booked_online=session.exec(select(Booking).where(Booking.appointment_id == row.id)).first(),
        is_waiting=wish is not None and not wish.failure,
        failure=wish.failure if wish else "",
    )


def start_from(text: str) -> Start | None:
    """The occurrence that an address or a form names, None for "". Raises `NotFound`."""
    try:
        start = start_from_text(text)
    except ValueError as unreadable:
        raise NotFound from unreadable
    if isinstance(start, dt.datetime) and start.tzinfo is None:
        raise NotFound
    return start


def _sync(session: Session, row: Appointment) -> tuple[EventLink | None, Outbox | None]:
    """Its link to Google's event, and the wish that is not fulfilled yet."""
    calendars = select(SyncedCalendar.id).where(
        SyncedCalendar.member_id == row.member_id,
        SyncedCalendar.role == CalendarRole.DEFAULT,
        col(SyncedCalendar.is_on).is_(True),
    )
    link = session.exec(
        select(EventLink).where(
            col(EventLink.calendar_id).in_(calendars),
            EventLink.appointment_id == row.id,
            EventLink.etag != "",
        )
    ).first()
    wish = session.exec(
        select(Outbox).where(
            col(Outbox.calendar_id).in_(calendars),
            Outbox.appointment_id == row.id,
            col(Outbox.requested) > Outbox.completed,
        )
    ).first()
    return link, wish


def _name_outside(session: Session, row: Appointment, client: ListedClient | None) -> str:
    if client is None:
        return row.title
    settings = session.exec(
        select(SyncSettings).where(SyncSettings.member_id == row.member_id)
    ).first()
    return name_outside(client.name, settings.display if settings else Display.INTERNAL_ID)
