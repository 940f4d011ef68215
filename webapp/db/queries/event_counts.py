"""How many events one practitioner has here: their own, and those from Google (R114); and how many
of Google's one calendar has."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from webapp.db.models import Appointment, GoogleEvent, SyncedCalendar


@dataclass(frozen=True, slots=True)
class EventCounts:
    """A series counts once, on either side."""

    own: int
    google: int


def event_counts(session: Session, *, member_id: str) -> EventCounts:
    """The counts now, within the caller's transaction."""
    own = select(func.count(col(Appointment.id))).where(
        Appointment.member_id == member_id, col(Appointment.cancelled_at).is_(None)
    )
    google = (
        select(func.count(col(GoogleEvent.id)))
        .join(SyncedCalendar, col(SyncedCalendar.id) == col(GoogleEvent.calendar_id))
        .where(SyncedCalendar.member_id == member_id, GoogleEvent.recurring_google_id == "")
    )
    return EventCounts(session.exec(own).one(), session.exec(google).one())


def events_in(session: Session, *, calendar_id: str) -> int:
    """How many events of Google's one calendar has here; a cancelled occurrence is none."""
    live = select(func.count(col(GoogleEvent.id))).where(
        GoogleEvent.calendar_id == calendar_id, col(GoogleEvent.is_cancelled).is_(False)
    )
    return session.exec(live).one()
