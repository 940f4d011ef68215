"""Leaving Google: what the person's own click does, at once and in one transaction.

Workers are fenced, calendars stop, Google's events and the key leave the connection: none of it
needs Google, Redis or a worker (F64). What Google has yet to hear is written down as a `Departure`,
which services/departing.py carries out (docs/decisions/0014). Nobody's grant is revoked while a
colleague uses the same account, because that would end theirs as well (GOOGLE.md 1.6).
"""

import datetime as dt

from sqlmodel import Session, col, select

from webapp import queue
from webapp.config import Settings
from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    Departure,
    GoogleConnection,
    Member,
    SyncedCalendar,
)
from webapp.db.queries.event_counts import event_counts
from webapp.domain.connection_states import ConnectionEvent, arrow
from webapp.domain.departures import DepartureKind, Outcome, Step
from webapp.domain.errors import NotAllowed, NotConnected, NotFound
from webapp.queue import Bell
from webapp.services import audit, channels, synced_calendars
from webapp.services.google_access import token_of
from webapp.services.token_vault import TokenVault

NEEDS_NOBODY_BACK = (Step.GIVE_BACK, Step.REMOVE_CALENDAR)
"""What is not done any more when the practitioner comes back to the account."""

IN_USE = frozenset(
    {ConnectionState.CONNECTED, ConnectionState.RECONNECT_NEEDED, ConnectionState.RESTING}
)


def disconnect(
    session: Session,
    *,
    by: Member,
    settings: Settings,
    now: dt.datetime,
    keeps_events: bool = False,
    removes_calendar: bool = False,
) -> Departure:
    """Ends the connection; the choices are what stays here and what goes there (U13, R128).

    Own events stay, here and (unless the calendar is to be removed) in Google. Commits, then
    rings for what Google has to hear. Raises `NotFound`.
    """
    connection = locked_connection(session, by)
    if connection is None or connection.state not in IN_USE:
        raise NotFound()
    departure = _leave_for_good(
        session,
        by=by,
        connection=connection,
        settings=settings,
        now=now,
        event=ConnectionEvent.DISCONNECTED,
        keeps_events=keeps_events,
        removes_calendar=removes_calendar,
    )
    audit.record(session, by=by, action="google.disconnected", subject=departure.id, now=now)
    session.commit()
    queue.ring(Bell.DEPARTURES, departure.id)
    return departure


def leave_account(
    session: Session,
    *,
    by: Member,
    connection: GoogleConnection,
    settings: Settings,
    now: dt.datetime,
    event: ConnectionEvent = ConnectionEvent.ANOTHER_ACCOUNT,
    removes_calendar: bool = False,
) -> Departure | None:
    """Another account takes its place, or `by`, whose connection it is, was deactivated (R131).

    The caller commits and rings. None when nothing is left to tell Google.
    """
    if connection.state not in IN_USE:
        _forget(session, connection, by=by, now=now)
        return None
    return _leave_for_good(
        session,
        by=by,
        connection=connection,
        settings=settings,
        now=now,
        event=event,
        removes_calendar=removes_calendar,
    )


def leave_two_way(
    session: Session,
    *,
    by: Member,
    kind: DepartureKind,
    removes_calendar: bool,
    now: dt.datetime,
) -> Departure | None:
    """Stops and clears everything of Google's here; the access rests (R113 to R115).

    Part of the caller's transaction, who rings for the departure. None without a connection.
    """
    connection = locked_connection(session, by)
    if connection is None or connection.state is ConnectionState.RESTING:
        return None
    if connection.state not in IN_USE:
        _forget(session, connection, by=by, now=now)
        return None
    departure = _departure(
        session,
        connection,
        kind=kind,
        event=ConnectionEvent.TWO_WAY_LEFT,
        removes_calendar=removes_calendar,
        now=now,
    )
    if removes_calendar:
        _forget_default(session, by)
    _stop(session, departure, by=by, keeps_events=False, now=now)
    connection.state = departure.state
    connection.cause, connection.state_since = ConnectionEvent.TWO_WAY_LEFT, now
    return departure


def return_to_account(session: Session, *, account: str, now: dt.datetime) -> None:
    """Departures from `account` keep their hands off what is used again (GOOGLE.md 1.6).

    Part of the caller's transaction. Raises `NotConnected` while a call of theirs is under way.
    """
    for departure in session.exec(
        select(Departure).where(
            Departure.google_sub == account, col(Departure.finished_at).is_(None)
        )
    ):
        if departure.acting_until is not None and departure.acting_until > now:
            raise NotConnected("Google is just being told that you left. Try again in a minute.")
        if departure.kind is DepartureKind.DISCONNECT:
            departure.state = arrow(departure.state, ConnectionEvent.GRANTED).to
            departure.cause = ConnectionEvent.GRANTED
        kept: dict[str, str] = dict.fromkeys(NEEDS_NOBODY_BACK, Outcome.NOT_NEEDED)
        departure.outcomes = kept | _settled(departure)
        session.add(departure)


def newest(session: Session, *, member_id: str) -> Departure | None:
    """The member's latest departure, or None."""
    return session.exec(
        select(Departure)
        .where(Departure.member_id == member_id)
        .order_by(col(Departure.asked_at).desc(), col(Departure.id))
    ).first()


def locked_connection(session: Session, by: Member) -> GoogleConnection | None:
    """The connection; connecting and leaving wait for each other on the member's row.

    Raises `NotAllowed` for somebody who was deactivated in this very moment (F71).
    """
    if not session.exec(select(Member.is_active).where(Member.id == by.id).with_for_update()).one():
        raise NotAllowed()
    return session.exec(select(GoogleConnection).where(GoogleConnection.member_id == by.id)).first()


def _forget(
    session: Session, connection: GoogleConnection, *, by: Member, now: dt.datetime
) -> None:
    """What was kept of an account that was left before."""
    synced_calendars.clear_google(session, member=by, now=now)
    session.delete(connection)
    session.flush()


def _leave_for_good(
    session: Session,
    *,
    by: Member,
    connection: GoogleConnection,
    settings: Settings,
    now: dt.datetime,
    event: ConnectionEvent,
    keeps_events: bool = False,
    removes_calendar: bool = False,
) -> Departure:
    """The key moves to the departure, and the connection's row goes with all that hangs on it."""
    departure = _departure(
        session,
        connection,
        kind=DepartureKind.DISCONNECT,
        event=event,
        removes_calendar=removes_calendar,
        now=now,
    )
    if token := token_of(connection, settings):
        departure.sealed_token = TokenVault.of(settings).seal(
            token, connection_id=departure.id, practice_id=departure.practice_id
        )
    _stop(session, departure, by=by, keeps_events=keeps_events, now=now)
    session.flush()
    if keeps_events and departure.google_after:
        _forget_default(session, by)
        connection.sealed_token, connection.state = "", ConnectionState.NOT_CONNECTED
        connection.cause, connection.state_since = event, now
    else:
        session.delete(connection)
    session.flush()
    return departure


def _departure(
    session: Session,
    connection: GoogleConnection,
    *,
    kind: DepartureKind,
    event: ConnectionEvent,
    removes_calendar: bool,
    now: dt.datetime,
) -> Departure:
    before = event_counts(session, member_id=connection.member_id)
    calendars = calendars_of_ours(session, connection) if removes_calendar else []
    departure = Departure(
        practice_id=connection.practice_id,
        member_id=connection.member_id,
        kind=kind,
        state=arrow(connection.state, event).to,
        cause=event,
        google_sub=connection.google_sub,
        email=connection.email,
        removes_calendar=bool(calendars),
        calendars=calendars,
        channels=[
            [ended.id, ended.resource_id]
            for ended in channels.take_down(session, connection=connection)
        ],
        own_before=before.own,
        google_before=before.google,
        own_after=before.own,
        google_after=before.google,
        asked_at=now,
        next_attempt_at=now,
    )
    session.add(departure)
    return departure


def _stop(
    session: Session, departure: Departure, *, by: Member, keeps_events: bool, now: dt.datetime
) -> None:
    """Fences the workers and clears what came from Google, or keeps it as it is; counts anew."""
    if keeps_events:
        synced_calendars.stop_all(session, member=by, now=now)
    else:
        synced_calendars.clear_google(session, member=by, now=now)
    session.flush()
    after = event_counts(session, member_id=by.id)
    departure.own_after, departure.google_after = after.own, after.google
    cleared = Outcome.NOT_NEEDED if keeps_events else Outcome.DONE
    departure.outcomes = {Step.STOP_SYNC: Outcome.DONE, Step.CLEAR_EVENTS: cleared}


def calendars_of_ours(session: Session, connection: GoogleConnection) -> list[str]:
    """Google's ids of what we made in this account and could remove."""
    rows = session.exec(
        select(SyncedCalendar.google_id).where(
            SyncedCalendar.connection_id == connection.id,
            SyncedCalendar.role == CalendarRole.DEFAULT,
            col(SyncedCalendar.is_missing).is_(False),
        )
    )
    return [google_id for google_id in rows if google_id]


def _forget_default(session: Session, member: Member) -> None:
    """Coming back makes another calendar, or finds this one again by its marker (R62)."""
    for calendar in session.exec(
        select(SyncedCalendar).where(
            SyncedCalendar.member_id == member.id, SyncedCalendar.role == CalendarRole.DEFAULT
        )
    ):
        session.delete(calendar)


def _settled(departure: Departure) -> dict[str, str]:
    return {
        step: outcome for step, outcome in departure.outcomes.items() if outcome != Outcome.WAITING
    }
