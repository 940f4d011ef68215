"""What the sync page says about the latest time that Google was left: step by step, with counts."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import (
    ConnectionState,
    Departure,
    GoogleConnection,
    Member,
    SyncMode,
    SyncSettings,
)
from webapp.domain.departures import (
    FINAL,
    TO_DO,
    DepartureKind,
    Outcome,
    Step,
    sentence,
)
from webapp.domain.errors import NotFound
from webapp.services import departures
from webapp.services.departing import planned

SHOWN_FOR = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step in plain words. `outcome` is "" for what is still to do, `is_next` for its first."""

    step: Step
    outcome: str
    text: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class DepartureCard:
    """One departure as of now; `retry_at` (aware UTC) is None unless Google was silent."""

    departure: Departure
    lines: list[StepLine]
    retry_at: dt.datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.departure.finished_at is not None

    @property
    def is_waiting(self) -> bool:
        """Whether Google was silent and is asked again later."""
        return not self.is_over and self.retry_at is not None

    @property
    def has_handwork(self) -> bool:
        """Whether something is left for the person to do at Google."""
        return any(line.outcome == Outcome.BY_HAND for line in self.lines)


def gather(
    session: Session,
    *,
    member: Member,
    settings: SyncSettings,
    connection: GoogleConnection | None,
    now: dt.datetime,
) -> DepartureCard | None:
    """The newest departure while it says how things stand, for a day after its end."""
    departure = departures.newest(session, member_id=member.id)
    if departure is None or not _is_shown(departure, settings, connection, now):
        return None
    return card(departure, now=now)


def find(session: Session, *, member: Member, departure_id: str, now: dt.datetime) -> DepartureCard:
    """One of the member's own departures. Raises `NotFound` for anybody else's."""
    departure = departures.newest(session, member_id=member.id)
    if departure is None or departure.id != departure_id:
        raise NotFound()
    return card(departure, now=now)


def card(departure: Departure, *, now: dt.datetime) -> DepartureCard:
    """What to say about `departure` as of `now`."""
    is_silent = Outcome.WAITING in departure.outcomes.values()
    return DepartureCard(
        departure=departure,
        lines=_lines(departure),
        retry_at=max(departure.next_attempt_at, now) if is_silent else None,
    )


def _lines(departure: Departure) -> list[StepLine]:
    lines, has_next = [], False
    for step in planned(departure):
        outcome = departure.outcomes.get(step, TO_DO)
        is_next = outcome not in FINAL and not has_next
        has_next = has_next or is_next
        lines.append(StepLine(step, outcome, sentence(step, outcome), is_next))
    return lines


def _is_shown(
    departure: Departure,
    settings: SyncSettings,
    connection: GoogleConnection | None,
    now: dt.datetime,
) -> bool:
    if departure.finished_at is not None and now - departure.finished_at > SHOWN_FOR:
        return False
    match departure.kind:
        case DepartureKind.OFF:
            return not settings.is_enabled
        case DepartureKind.ONE_WAY:
            return settings.is_enabled and settings.mode is SyncMode.ONE_WAY
        case DepartureKind.DISCONNECT:
            is_left = connection is None or connection.state is ConnectionState.NOT_CONNECTED
            return is_left or departure.finished_at is None
