"""What a channel is good for: a wish to look at what it is about. Rows only, Google is not asked.

A look is wished as every other one: a number that rises in the calendar's row, or, for the list of
calendars, a time in the channel's row that is later than the last listing. Whoever rings the bell
rings again if it was not heard (services/wakeups.py).
"""

import datetime as dt

from sqlalchemy import update
from sqlmodel import Session, col

from webapp import queue
from webapp.db.models import SyncedCalendar, WatchChannel
from webapp.queue import Bell
from webapp.sync.watching import CALENDAR_LIST, ChannelState, renewal_at

Ring = tuple[Bell, str]
"""A bell and the id to ring it with, after the commit."""


def look(session: Session, channel: WatchChannel, *, now: dt.datetime) -> Ring:
    """Wishes a look in the caller's transaction. Many wishes before it are one look."""
    channel.woke_at, channel.wakes_at = now, None
    session.add(channel)
    if channel.resource == CALENDAR_LIST:
        return Bell.CALENDARS, channel.connection_id
    session.exec(
        update(SyncedCalendar)
        .where(col(SyncedCalendar.id) == channel.resource, col(SyncedCalendar.is_on).is_(True))
        .values(requested=SyncedCalendar.requested + 1)
        .execution_options(synchronize_session=False)
    )
    return Bell.SYNC, channel.resource


def confirm(
    session: Session,
    channel: WatchChannel,
    *,
    resource_id: str,
    expires_at: dt.datetime,
    now: dt.datetime,
) -> list[Ring]:
    """Google's answer or its first message says that the channel is open, whichever comes first.

    Then what it is about is looked at once, for what changed before it was open (F91, F92).
    """
    if channel.state is not ChannelState.OPENING:
        return []
    channel.state, channel.resource_id = ChannelState.OPEN, resource_id
    channel.expires_at = expires_at
    channel.due_at = renewal_at(now, expires_at, spread=_spread(channel))
    return [look(session, channel, now=now)]


def ring(rings: list[Ring]) -> int:
    """Rings them; how many were heard."""
    return sum(queue.ring(bell, subject) for bell, subject in rings)


def _spread(channel: WatchChannel) -> float:
    """0 to 1, by the chance that made the id."""
    return int(channel.id[:4], 16) / 0xFFFF
