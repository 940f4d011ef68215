"""Carrying out a departure: what Google has to hear, one recorded step at a time (F64, I16).

Each step is safe to repeat: a channel that is gone, a calendar that is gone and access that is gone
are what was wanted. So a worker may die anywhere, and the next one goes on at the step. Google's
silence ends a try; a day of it ends the trying, and the page says what is left to do by hand.
"""

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import closing, suppress
from typing import TypeVar

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp.config import Settings
from webapp.db.models import ConnectionState, Departure, GoogleConnection, SyncedCalendar
from webapp.db.scope import Scope
from webapp.domain.connection_states import ConnectionEvent, arrow
from webapp.domain.departures import FINAL, DepartureKind, Outcome, Step, is_over, next_step, steps
from webapp.google import oauth
from webapp.google.calendar import CalendarClient
from webapp.google.errors import Gone, GoogleError, GrantGone, Missing, PermissionMissing, Refused
from webapp.ops import events
from webapp.services.google_access import token_of
from webapp.services.later_events import has_later_events
from webapp.services.sync_context import SyncTools

TRIED_FOR = dt.timedelta(days=1)
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=1)
CALL_LASTS = dt.timedelta(seconds=60)
"""Longer than any call may take (google/deadline.py)."""

Thing = TypeVar("Thing")

log = logging.getLogger(__name__)

_UNFINISHED = (
    select(Departure)
    .where(Departure.id == bindparam("which"), col(Departure.finished_at).is_(None))
    .with_for_update()
)


def carry_on(tools: SyncTools, settings: Settings, *, departure_id: str) -> bool:
    """One try at everything that is left. False when there is nothing, or it has to wait."""
    departure = _due(tools, departure_id)
    if departure is None:
        return False
    _try(tools, settings, departure)
    if tools.clock() - departure.asked_at >= TRIED_FOR:
        _give_up(tools, departure, but=Step.GIVE_BACK)
        _try(tools, settings, departure)
        _give_up(tools, departure)
        _try(tools, settings, departure)
    _end_try(tools, departure)
    return True


def waiting(session: Session, *, now: dt.datetime) -> list[str]:
    """Ids of the departures of the whole installation that something is due for."""
    return list(
        session.exec(
            select(Departure.id).where(
                col(Departure.finished_at).is_(None), Departure.next_attempt_at <= now
            )
        )
    )


def planned(departure: Departure) -> tuple[Step, ...]:
    """The steps of this departure, in order."""
    return steps(departure.kind, removes_calendar=departure.removes_calendar)


def _due(tools: SyncTools, departure_id: str) -> Departure | None:
    with tools.database.reading(Scope.installation()) as session:
        return session.exec(
            select(Departure).where(
                Departure.id == departure_id,
                col(Departure.finished_at).is_(None),
                Departure.next_attempt_at <= tools.clock(),
            )
        ).first()


def _try(tools: SyncTools, settings: Settings, departure: Departure) -> None:
    tried: set[Step] = set()
    while (step := _next(tools, departure, tried)) is not None:
        tried.add(step)
        _record(tools, departure, step, _outcome(tools, settings, departure, step))


def _next(tools: SyncTools, departure: Departure, tried: set[Step]) -> Step | None:
    """The next step, announced in the row: nobody connects the account while Google is asked."""
    with tools.database.writing(Scope.practice(departure.practice_id)) as session:
        row = _row(session, departure)
        step = next_step(planned(row), row.outcomes, tried=tried) if row else None
        if row is not None and step is not None:
            row.acting_until = tools.clock() + CALL_LASTS
            session.commit()
    return step


def _outcome(tools: SyncTools, settings: Settings, departure: Departure, step: Step) -> str:
    try:
        return _take(tools, settings, departure, step)
    except (GrantGone, PermissionMissing, Refused):
        return _unheard(step)
    except GoogleError as failed:
        log.warning(
            events.DEPARTURE_WAITS, extra={"step": step.value, "error": type(failed).__name__}
        )
        return Outcome.WAITING


def _take(tools: SyncTools, settings: Settings, departure: Departure, step: Step) -> Outcome:
    """Does one step. Raises `GoogleError`."""
    match step:
        case Step.STOP_CHANNELS:
            return _stop_channels(tools, departure)
        case Step.REMOVE_CALENDAR:
            return _remove_calendars(tools, departure)
        case Step.GIVE_BACK:
            return _give_back(tools, settings, departure)
        case _:
            return Outcome.DONE


def _stop_channels(tools: SyncTools, departure: Departure) -> Outcome:
    """Before the access is given back: afterwards we may not ask any more (GOOGLE.md 1.6)."""
    if not departure.channels:
        return Outcome.NOT_NEEDED
    with closing(_client(tools, departure)) as client:
        for channel_id, resource_id in departure.channels:
            _unless_gone(lambda names: client.stop_channel(*names), (channel_id, resource_id))
    return Outcome.DONE


def _remove_calendars(tools: SyncTools, departure: Departure) -> Outcome:
    wanted = [one for one in departure.calendars if not _is_used_again(tools, departure, one)]
    asked_at, now = departure.asked_at, tools.clock()
    with closing(_client(tools, departure)) as client:
        for google_id in wanted:
            if has_later_events(client, google_id, asked_at=asked_at, now=now):
                return Outcome.BY_HAND
            _unless_gone(client.delete_calendar, google_id)
    return Outcome.DONE if wanted else Outcome.NOT_NEEDED


def _unless_gone(end: Callable[[Thing], None], thing: Thing) -> None:
    """What is gone already is what was wanted."""
    with suppress(Missing, Gone):
        end(thing)


def _give_back(tools: SyncTools, settings: Settings, departure: Departure) -> Outcome:
    """Revokes the grant unless somebody of this installation lives on it (GOOGLE.md 1.6)."""
    with tools.database.reading(Scope.installation()) as session:
        others = session.exec(
            select(GoogleConnection.id).where(
                GoogleConnection.google_sub == departure.google_sub,
                GoogleConnection.state != ConnectionState.NOT_CONNECTED,
            )
        ).first()
    if others is not None:
        return Outcome.NOT_NEEDED
    token = token_of(departure, settings)
    if not token:
        return Outcome.BY_HAND
    oauth.revoke(settings, token)
    return Outcome.DONE


def _record(tools: SyncTools, departure: Departure, step: Step, outcome: str) -> None:
    with tools.database.writing(Scope.practice(departure.practice_id)) as session:
        row = _row(session, departure)
        if row is None or row.outcomes.get(step) in FINAL:
            return
        row.outcomes = {**row.outcomes, step: outcome}
        if step is Step.GIVE_BACK and outcome == Outcome.DONE:
            _close_channels(row)
        row.acting_until = None
        if step is Step.GIVE_BACK:
            _move(row, outcome)
        if step is Step.ERASE_KEY:
            row.sealed_token = ""
        session.commit()


def _close_channels(row: Departure) -> None:
    """Without our access they fall silent by themselves (GOOGLE.md 1.6)."""
    if row.outcomes.get(Step.STOP_CHANNELS) == Outcome.WAITING:
        row.outcomes = {**row.outcomes, Step.STOP_CHANNELS: Outcome.NOT_NEEDED}


def _move(row: Departure, outcome: str) -> None:
    """Where the access stands now, by the table."""
    is_heard = outcome in (Outcome.DONE, Outcome.NOT_NEEDED)
    event = ConnectionEvent.GIVEN_BACK if is_heard else ConnectionEvent.GOOGLE_SILENT
    row.state = arrow(row.state, event).to
    row.cause = event
    if outcome == Outcome.BY_HAND:
        _let_go(row)


def _let_go(row: Departure) -> None:
    row.state = arrow(row.state, ConnectionEvent.DAY_OVER).to
    row.cause = ConnectionEvent.DAY_OVER


def _give_up(tools: SyncTools, departure: Departure, *, but: Step | None = None) -> None:
    """What Google has not heard in a day is left to the person, and said."""
    with tools.database.writing(Scope.practice(departure.practice_id)) as session:
        row = _row(session, departure)
        if row is None:
            return
        left = [s for s in planned(row) if s not in (but, Step.ERASE_KEY)]
        unheard = [s for s in left if row.outcomes.get(s) not in FINAL]
        row.outcomes = row.outcomes | {step: _unheard(step) for step in unheard}
        if Step.GIVE_BACK in unheard:
            _let_go(row)
        session.commit()


def _unheard(step: Step) -> str:
    """Messages end by themselves, and here nobody listens; the rest is for the person to do."""
    return Outcome.NOT_NEEDED if step is Step.STOP_CHANNELS else Outcome.BY_HAND


def _end_try(tools: SyncTools, departure: Departure) -> None:
    """Over, or another try after a while."""
    now = tools.clock()
    with tools.database.writing(Scope.practice(departure.practice_id)) as session:
        row = _row(session, departure)
        if row is None:
            return
        row.acting_until = None
        if is_over(planned(row), row.outcomes):
            row.finished_at, row.sealed_token = now, ""
        else:
            row.next_attempt_at = now + min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT)
            row.attempts += 1
        session.commit()


def _client(tools: SyncTools, departure: Departure) -> CalendarClient:
    """With the departure's own key, or that of the connection that rests.

    Raises `GrantGone` when there is neither.
    """
    if departure.kind is DepartureKind.DISCONNECT:
        return tools.open_client(departure)
    with tools.database.reading(Scope.practice(departure.practice_id)) as session:
        connection = session.exec(
            select(GoogleConnection).where(
                GoogleConnection.member_id == departure.member_id,
                GoogleConnection.google_sub == departure.google_sub,
            )
        ).first()
    if connection is None:
        raise GrantGone("disconnected")
    return tools.open_client(connection)


def _is_used_again(tools: SyncTools, departure: Departure, google_id: str) -> bool:
    """Its row went when the removal was asked for; another one means that somebody came back."""
    with tools.database.reading(Scope.practice(departure.practice_id)) as session:
        found = session.exec(
            select(SyncedCalendar.id).where(SyncedCalendar.google_id == google_id)
        ).first()
    return found is not None


def _row(session: Session, departure: Departure) -> Departure | None:
    """The unfinished row, locked for this transaction."""
    return session.exec(_UNFINISHED, params={"which": departure.id}).first()
