"""A client appointment in the place of an event that somebody made by hand in Google (R96, D9).

Google knows no clients, so such an event is shown as external. Here it is offered as the beginning
of an appointment, to the practitioner whose calendar it is, and to nobody else. With the booking
the event is wished gone from Google, when the practitioner says so: the same transaction, then
`services/unwanted_events.py`, once Google shows the appointment.
"""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, select

from webapp.db.models import Appointment, GoogleEvent, Member, SyncedCalendar
from webapp.db.queries.google_events import hand_made
from webapp.db.snapshots import row_span
from webapp.domain.appointment_details import Details
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.timespan import Span, TimedSpan
from webapp.domain.wall_clock import wall
from webapp.services import appointments, audit, calendar_locks

SERIES = (
    "A series cannot become a client appointment at once. Book the sessions here, then delete the "
    "series in Google."
)
ALL_DAY = (
    "An appointment needs a time of day, and this has none. Book it here, then delete the event in "
    "Google."
)
OVERNIGHT = (
    "It goes on past midnight, which this form cannot take over. Book it here, then delete the "
    "event in Google."
)
GONE = "It is no longer in Google, or an appointment has taken its place already."
CHANGED = "The event was changed in Google meanwhile. Its new times are below: check them."


@dataclass(frozen=True, slots=True)
class Offer:
    """A hand-made event, and why it cannot become an appointment: `obstacle` is "" when it can.

    `seen` names its times, so that a form tells whether they are still those that it showed.
    """

    event_id: str
    title: str
    span: Span
    seen: str
    obstacle: str


def offer(session: Session, *, by: Member, event_id: str) -> Offer | None:
    """What `by` is offered for one of their own events; None where there is nothing to offer."""
    row = hand_made(session, member=by, event_id=event_id)
    return None if row is None else _offer(row, by.time_zone)


def find(session: Session, *, by: Member, event_id: str) -> Offer:
    """An event that can become an appointment. Raises `NotFound` for any other."""
    found = offer(session, by=by, event_id=event_id)
    if found is None or found.obstacle:
        raise NotFound(GONE)
    return found


def book(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    event_id: str,
    seen: str,
    removes: bool,
    client_id: str,
    span: Span,
    rule: str,
    details: Details,
    form_key: str,
    accepted: str,
) -> Appointment:
    """Books as `appointments.book` does; the event itself is not in the way of it.

    With `removes` the event leaves Google afterwards, unless somebody changes it there first. Sent
    twice, the form books once (F70). Raises what `appointments.book` does, `NotFound` when the
    event is gone, and `Invalid` when it has other times than those that were `seen`.
    """
    calendar_locks.take(session, member_id=by.id)
    appointment_id = appointments.id_of_form(form_key, by=by)
    if not _is_booked(session, appointment_id):
        if find(session, by=by, event_id=event_id).seen != seen:
            raise Invalid({"": CHANGED})
        if removes:
            _wish_gone(session, by, event_id, appointment_id, now)
    return appointments.book(
        session,
        by=by,
        now=now,
        member_id=by.id,
        client_id=client_id,
        span=span,
        rule=rule,
        details=details,
        form_key=form_key,
        accepted=accepted,
        except_id=event_id,
    )


def _offer(row: GoogleEvent, time_zone: str) -> Offer:
    span = row_span(row)
    seen = f"{row.starts_at or row.starts_on}/{row.ends_at or row.ends_on}"
    return Offer(row.id, row.summary, span, seen, _obstacle(row, span, time_zone))


def _obstacle(row: GoogleEvent, span: Span, time_zone: str) -> str:
    if row.recurrence or row.recurring_google_id:
        return SERIES
    if not isinstance(span, TimedSpan):
        return ALL_DAY
    is_one_day = wall(span.starts_at, time_zone).date() == wall(span.ends_at, time_zone).date()
    return "" if is_one_day else OVERNIGHT


def _is_booked(session: Session, appointment_id: str) -> bool:
    found = select(Appointment.id).where(Appointment.id == appointment_id)
    return session.exec(found).first() is not None


def _wish_gone(
    session: Session, by: Member, event_id: str, appointment_id: str, now: dt.datetime
) -> None:
    """Joins the booking's transaction; the calendar before the event, as workers lock them.

    Google is looked at first (`requested`): what somebody has changed there meanwhile stays.
    """
    event = session.exec(select(GoogleEvent).where(GoogleEvent.id == event_id)).one()
    calendar = session.exec(
        select(SyncedCalendar).where(SyncedCalendar.id == event.calendar_id).with_for_update()
    ).one()
    calendar.requested += 1
    event.removal_wished_at, event.replaced_by_id = now, appointment_id
    audit.record(session, by=by, action="google_event.replaced", subject=event.id, now=now)
