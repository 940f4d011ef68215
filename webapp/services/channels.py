"""Google's promises to tell us: opened, renewed before they end, ended when nobody wants them.

Level-triggered like the sync itself: `tend` compares what should be watched with the channels
there are and takes the next steps (`sync/watching.py`), so switching a calendar off, going one-way
or another address need no code of their own. Without an address that Google can reach nothing is
wanted, and polling does it alone (F93). No transaction is open while Google is spoken to.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from sqlmodel import Session, select

from webapp.db.models import GoogleConnection, SyncedCalendar, WatchChannel
from webapp.db.queries import watching as queries
from webapp.db.scope import Scope
from webapp.google.calendar import CalendarClient
from webapp.google.channels import ChannelWish, OpenedChannel, token_for
from webapp.google.errors import Gone, GoogleError, Missing, Refused
from webapp.ops import events
from webapp.queue import Bell
from webapp.services import channel_wishes
from webapp.services.sync_context import SyncTools
from webapp.sync.watching import CALENDAR_LIST, Channel, ChannelState, Plan, plan

TRY_AGAIN_AFTER = dt.timedelta(minutes=5)
ASK_AGAIN_AFTER = dt.timedelta(days=1)
"""A calendar that is not watched today (holidays, birthdays) will hardly be tomorrow."""

ROUNDS = 2
"""In the first the new channels are opened, in the second the old ones ended."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A channel that Google may still hold open, by its two names there."""

    id: str
    resource_id: str


def ring_untended(session: Session, *, address: str, now: dt.datetime) -> int:
    """Rings for every connection whose channels are not as they should be. How often it rang.

    `session` is of the whole installation; three queries, whatever there is.
    """
    plans = _plans(session, address=address, now=now)
    session.rollback()
    return channel_wishes.ring([(Bell.CHANNELS, key) for key, steps in plans.items() if steps])


def tend(tools: SyncTools, *, connection_id: str) -> None:
    """Brings the channels of one connection to what they should be. Never raises for what Google
    answers: what could not be done now is due again later."""
    for _ in range(ROUNDS):
        with tools.database.writing(Scope.installation()) as session:
            connection = queries.locked_connection(session, connection_id=connection_id)
            if connection is None:
                return
            steps = _plans(session, address=tools.push.address, now=tools.clock()).get(
                connection_id, Plan()
            )
            opening = [_noted(session, tools, connection, resource) for resource in steps.to_open]
            ending = _taken_out(session, steps.to_end, now=tools.clock())
            session.commit()
        if not steps:
            return
        with closing(tools.open_client(connection)) as client:
            for channel in opening:
                _open(tools, client, channel)
            _end(tools, client, ending)


def take_down(session: Session, *, connection: GoogleConnection) -> list[Ended]:
    """Forgets the channels of a connection that ends, in the caller's transaction; then `stop`
    them while the access is still there (F64)."""
    rows = session.exec(select(WatchChannel).where(WatchChannel.connection_id == connection.id))
    ended = []
    for row in rows.all():
        if row.resource_id:
            ended.append(Ended(row.id, row.resource_id))
        session.delete(row)
    return ended


def stop(client: CalendarClient, ended: Iterable[Ended]) -> list[Ended]:
    """Tells Google to end these; those that it did not hear of. Never raises: without the access
    they are cut off, and what they still say is not listened to (GOOGLE.md 8.3)."""
    unheard = []
    for channel in ended:
        try:
            client.stop_channel(channel.id, channel.resource_id)
        except (Missing, Gone):
            continue
        except GoogleError as failed:
            log.warning(events.CHANNEL_FAILED, extra={"error": type(failed).__name__})
            unheard.append(channel)
    return unheard


def _plans(session: Session, *, address: str, now: dt.datetime) -> dict[str, Plan]:
    """The next steps of every connection that Google lets us in with, by its id."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for connection_id, resource in queries.wanted(session) if address else ():
        wanted[connection_id].add(resource)
    channels: dict[str, list[Channel]] = defaultdict(list)
    for row in queries.all_channels(session):
        channels[row.connection_id].append(_facts(row))
    return {
        connection_id: plan(
            wanted[connection_id], channels[connection_id], address=address, since=since, now=now
        )
        for connection_id, since in queries.connected(session)
    }


def _facts(row: WatchChannel) -> Channel:
    return Channel(row.id, row.resource, row.state, row.address, row.created_at, row.due_at)


def _noted(
    session: Session, tools: SyncTools, connection: GoogleConnection, resource: str
) -> WatchChannel:
    """The row before the call: Google's first message may overtake its answer (F92)."""
    row = WatchChannel(
        practice_id=connection.practice_id,
        connection_id=connection.id,
        resource=resource,
        address=tools.push.address,
        state=ChannelState.OPENING,
        created_at=tools.clock(),
        due_at=tools.clock() + TRY_AGAIN_AFTER,
    )
    session.add(row)
    return row


def _taken_out(session: Session, ids: Iterable[str], *, now: dt.datetime) -> list[Ended]:
    """Rows that go; those that Google has to be told about wait in their state until it was."""
    ended = []
    for channel_id in ids:
        row = session.exec(select(WatchChannel).where(WatchChannel.id == channel_id)).one()
        if row.resource_id and row.expires_at is not None and row.expires_at > now:
            row.state, row.due_at = ChannelState.ENDING, now + TRY_AGAIN_AFTER
            ended.append(Ended(row.id, row.resource_id))
        else:
            session.delete(row)
    return ended


def _open(tools: SyncTools, client: CalendarClient, channel: WatchChannel) -> None:
    google_id = _google_id(tools, channel)
    if google_id is None and channel.resource != CALENDAR_LIST:
        return  # Somebody left meanwhile: the calendar has gone, and the channel's row with it.
    wish = ChannelWish(
        channel_id=channel.id,
        calendar_id=google_id,
        address=channel.address,
        token=token_for(tools.push.key, channel.id),
    )
    try:
        opened = client.watch(wish)
    except Refused as refused:
        log.info(events.CHANNEL_REFUSED, extra={"reason": refused.reason})
        _remember_refusal(tools, channel)
    except GoogleError as failed:
        log.warning(events.CHANNEL_FAILED, extra={"error": type(failed).__name__})
    else:
        _settle(tools, client, channel, opened)


def _google_id(tools: SyncTools, channel: WatchChannel) -> str | None:
    """None for the list of calendars, and for a calendar that is not there any more (F71)."""
    if channel.resource == CALENDAR_LIST:
        return None
    with tools.database.reading(Scope.practice(channel.practice_id)) as session:
        return session.exec(
            select(SyncedCalendar.google_id).where(SyncedCalendar.id == channel.resource)
        ).first()


def _remember_refusal(tools: SyncTools, channel: WatchChannel) -> None:
    """Polled from now on, without asking each time (GOOGLE.md 9, Q17)."""
    with tools.database.writing(Scope.practice(channel.practice_id)) as session:
        row = queries.locked_channel(session, channel_id=channel.id)
        if row is not None:
            row.state, row.due_at = ChannelState.REFUSED, tools.clock() + ASK_AGAIN_AFTER
        session.commit()


def _settle(
    tools: SyncTools, client: CalendarClient, channel: WatchChannel, opened: OpenedChannel
) -> None:
    """Open, unless somebody disconnected meanwhile: then it ends at once."""
    with tools.database.writing(Scope.practice(channel.practice_id)) as session:
        row = queries.locked_channel(session, channel_id=channel.id)
        rings = (
            channel_wishes.confirm(
                session,
                row,
                resource_id=opened.resource_id,
                expires_at=opened.expires_at,
                now=tools.clock(),
            )
            if row is not None
            else []
        )
        session.commit()
    if row is None:
        stop(client, [Ended(channel.id, opened.resource_id)])
        return
    log.info(events.CHANNEL_OPENED, extra={"calendar_id": channel.resource})
    channel_wishes.ring(rings)


def _end(tools: SyncTools, client: CalendarClient, ending: list[Ended]) -> None:
    unheard = {channel.id for channel in stop(client, ending)}
    gone = [channel.id for channel in ending if channel.id not in unheard]
    if gone:
        with tools.database.writing(Scope.installation()) as session:
            queries.delete_channels(session, ids=gone)
            session.commit()
