"""What should be watched at Google, and what is, across the installation or of one practitioner."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, bindparam, delete, update
from sqlmodel import Session, col, select

from webapp.db.models import (
    GoogleConnection,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
    WatchChannel,
)
from webapp.db.queries.open_connections import is_open
from webapp.sync.watching import CALENDAR_LIST, ChannelState

_RELIED_ON = (
    select(WatchChannel)
    .where(
        WatchChannel.resource == bindparam("which"),
        WatchChannel.state == ChannelState.OPEN,
        col(WatchChannel.greeted_at).is_not(None),
    )
    .order_by(col(WatchChannel.created_at).desc())
    .limit(1)
    .with_for_update()
)


def wanted(session: Session) -> list[tuple[str, str]]:
    """Connection and resource: every calendar that was synced once, and the list of calendars of
    everybody who has chosen two-way."""
    calendars = session.exec(
        select(SyncedCalendar.connection_id, SyncedCalendar.id).where(
            col(SyncedCalendar.is_on).is_(True),
            col(SyncedCalendar.is_missing).is_(False),
            col(SyncedCalendar.paused_at).is_(None),
            col(SyncedCalendar.google_id).is_not(None),
            col(SyncedCalendar.last_success_at).is_not(None),
        )
    )
    lists = session.exec(
        select(GoogleConnection.id)
        .join(SyncSettings, col(SyncSettings.member_id) == col(GoogleConnection.member_id))
        .where(
            col(SyncSettings.is_enabled).is_(True),
            SyncSettings.mode == SyncMode.TWO_WAY,
            col(GoogleConnection.calendars_listed_at).is_not(None),
        )
    )
    return [*calendars, *((connection_id, CALENDAR_LIST) for connection_id in lists)]


def connected(session: Session) -> Sequence[tuple[str, dt.datetime]]:
    """Every connection that Google lets us in with, and since when."""
    return session.exec(
        select(GoogleConnection.id, GoogleConnection.connected_at).where(is_open())
    ).all()


def all_channels(session: Session) -> Sequence[WatchChannel]:
    """Every channel that is remembered."""
    return session.exec(select(WatchChannel)).all()


def heard_calendars(session: Session, *, now: dt.datetime) -> set[str]:
    """Ids of the calendars of which Google tells us by itself, as a message has proved."""
    return set(
        session.exec(
            select(WatchChannel.resource).where(
                *_is_heard(now), WatchChannel.resource != CALENDAR_LIST
            )
        )
    )


def heard_lists(session: Session, *, now: dt.datetime) -> dict[str, dt.datetime | None]:
    """Connections whose list of calendars Google tells us of, and when it last did."""
    rows = session.exec(
        select(WatchChannel.connection_id, WatchChannel.woke_at).where(
            *_is_heard(now), WatchChannel.resource == CALENDAR_LIST
        )
    )
    return dict(rows.all())


def is_told(session: Session, *, connection_id: str, now: dt.datetime) -> bool:
    """Whether Google tells us of this account's calendars, as messages have proved: of all that it
    watches at all."""
    rows = session.exec(
        select(WatchChannel.greeted_at).where(
            WatchChannel.connection_id == connection_id,
            WatchChannel.state == ChannelState.OPEN,
            col(WatchChannel.expires_at) > now,
        )
    ).all()
    return bool(rows) and all(greeted_at is not None for greeted_at in rows)


def relied_on(session: Session, *, calendar_id: str) -> WatchChannel | None:
    """The channel because of which a calendar is looked at more rarely."""
    return session.exec(_RELIED_ON, params={"which": calendar_id}).first()


def note_polls(session: Session, *, calendar_ids: Iterable[str], now: dt.datetime) -> None:
    """These are looked at although no message came, in the caller's transaction."""
    session.exec(
        update(WatchChannel)
        .where(col(WatchChannel.resource).in_(list(calendar_ids)))
        .values(polled_at=now)
        .execution_options(synchronize_session=False)
    )


def is_any_due(session: Session, *, now: dt.datetime) -> bool:
    """Whether any channel's messages have waited long enough for others."""
    found = session.exec(select(WatchChannel.id).where(*_is_due(now)).limit(1)).first()
    return found is not None


def due_channels(session: Session, *, now: dt.datetime) -> Sequence[WatchChannel]:
    """Channels whose messages have waited long enough for others, locked."""
    return session.exec(
        select(WatchChannel).where(*_is_due(now)).with_for_update(skip_locked=True)
    ).all()


def locked_connection(session: Session, *, connection_id: str) -> GoogleConnection | None:
    """A connection that Google lets us in with; one tends its channels at a time."""
    return session.exec(
        select(GoogleConnection)
        .where(
            GoogleConnection.id == connection_id,
            is_open(),
        )
        .with_for_update()
    ).first()


def locked_channel(session: Session, *, channel_id: str) -> WatchChannel | None:
    """One channel, for a change."""
    return session.exec(
        select(WatchChannel).where(WatchChannel.id == channel_id).with_for_update()
    ).first()


def delete_channels(session: Session, *, ids: Iterable[str]) -> None:
    """Forgets channels, in the caller's transaction."""
    session.exec(delete(WatchChannel).where(col(WatchChannel.id).in_(list(ids))))


def _is_due(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return col(WatchChannel.wakes_at) <= now, col(WatchChannel.state) == ChannelState.OPEN


def _is_heard(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(WatchChannel.state) == ChannelState.OPEN,
        col(WatchChannel.greeted_at).is_not(None),
        col(WatchChannel.expires_at) > now,
    )
