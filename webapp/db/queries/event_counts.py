"""How many events one practitioner has here: their own, and those from Google (R114); and how many
of Google's one calendar has."""

from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from webapp.db.models import Appointment, GoogleEvent, SyncedCalendar

_OWN = select(func.count(col(Appointment.id))).where(
    Appointment.member_id == bindparam("member"), col(Appointment.cancelled_at).is_(None)
)
_GOOGLE = (
    select(func.count(col(GoogleEvent.id)))
    .join(SyncedCalendar, col(SyncedCalendar.id) == col(GoogleEvent.calendar_id))
    .where(SyncedCalendar.member_id == bindparam("member"), GoogleEvent.recurring_google_id == "")
)
_LIVE = select(func.count(col(GoogleEvent.id))).where(
    GoogleEvent.calendar_id == bindparam("which"), col(GoogleEvent.is_cancelled).is_(False)
)


@dataclass(frozen=True, slots=True)
class EventCounts:
    """A series counts once, on either side."""

    own: int
    google: int


def event_counts(session: Session, *, member_id: str) -> EventCounts:
    """The counts now, within the caller's transaction."""
    own, google = (session.exec(one, params={"member": member_id}).one() for one in (_OWN, _GOOGLE))
    return EventCounts(own, google)


def events_in(session: Session, *, calendar_id: str) -> int:
    """How many events of Google's one calendar has here; a cancelled occurrence is none."""
    return session.exec(_LIVE, params={"which": calendar_id}).one()
