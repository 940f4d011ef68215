"""Google's messages: heard, believed or not, and turned into wishes. Google is not asked here.

A message says that something changed and nothing else, so many of them are one look: the first
leads to one at once, those soon after it together to one more when they have stopped coming, or
after a while (F87). One that comes during a look leads to another, so none is lost; one that
repeats an old one costs a look at most (F88).
"""

import datetime as dt
import hmac
import logging

from sqlmodel import Session

from webapp.db.models import WatchChannel
from webapp.db.queries import watching as queries
from webapp.google.channels import PushMessage
from webapp.ops import events
from webapp.services import channel_wishes
from webapp.services.channel_wishes import Ring
from webapp.sync.watching import ChannelState

QUIET_FOR = dt.timedelta(seconds=2)
"""Messages closer to each other than this are answered together (GOOGLE.md 8.2: 1 to 5 s)."""

LONGEST_PATIENCE = dt.timedelta(seconds=15)
"""However many more come, the look is not later than this after the last one."""

MOST_UNTOLD = 3

STEP = dt.timedelta(seconds=0.5)
"""A storm of messages writes the row no more often than this."""

log = logging.getLogger(__name__)


def receive(session: Session, *, message: PushMessage, now: dt.datetime) -> bool:
    """Notes a message that carries its channel's secret. Commits, then rings.

    False when there is no such channel any more: stopped, expired, another resource (F89).
    """
    channel = queries.locked_channel(session, channel_id=message.channel_id)
    if channel is None or not _speaks(channel, message, now):
        session.rollback()
        return False
    rings = _noted(session, channel, message, now)
    session.commit()
    channel_wishes.ring(rings)
    return True


def is_any_due(session: Session, *, now: dt.datetime) -> bool:
    """Whether messages have waited long enough: asked every second, nearly always no."""
    return queries.is_any_due(session, now=now)


def wake_due(session: Session, *, now: dt.datetime) -> int:
    """Wishes the looks whose messages have waited long enough. Commits, then rings; how often.

    `session` is of the whole installation.
    """
    rings = [
        channel_wishes.look(session, channel, now=now)
        for channel in queries.due_channels(session, now=now)
    ]
    session.commit()
    return channel_wishes.ring(rings)


def note_untold(session: Session, *, calendar_id: str) -> None:
    """A look found changes. If only time had led to it, Google's message was lost (F90).

    In the caller's transaction. A channel that lost three in a row is not relied on until a message
    comes through again: its calendar is looked at as often as if there were none.
    """
    channel = queries.relied_on(session, calendar_id=calendar_id)
    if channel is None or channel.polled_at is None:
        return
    if channel.woke_at is not None and channel.woke_at >= channel.polled_at:
        return
    channel.untold += 1
    log.warning(events.PUSH_MISSED, extra={"calendar_id": calendar_id, "count": channel.untold})
    if channel.untold >= MOST_UNTOLD:
        channel.greeted_at = None


def _speaks(channel: WatchChannel, message: PushMessage, now: dt.datetime) -> bool:
    """Whether this channel may still tell us something."""
    if channel.state not in (ChannelState.OPENING, ChannelState.OPEN):
        return False
    if channel.expires_at is not None and channel.expires_at <= now:
        return False
    known = channel.resource_id or message.resource_id
    return hmac.compare_digest(known.encode(), message.resource_id.encode())


def _noted(
    session: Session, channel: WatchChannel, message: PushMessage, now: dt.datetime
) -> list[Ring]:
    channel.greeted_at, channel.untold = channel.greeted_at or now, 0
    if channel.state is ChannelState.OPENING:
        return _opened_by(session, channel, message, now)
    return [] if message.is_greeting else _woken(session, channel, now)


def _opened_by(
    session: Session, channel: WatchChannel, message: PushMessage, now: dt.datetime
) -> list[Ring]:
    """The message came before Google's answer, or instead of it (F92)."""
    if message.expires_at is None:
        return []
    return channel_wishes.confirm(
        session,
        channel,
        resource_id=message.resource_id,
        expires_at=message.expires_at,
        now=now,
    )


def _woken(session: Session, channel: WatchChannel, now: dt.datetime) -> list[Ring]:
    """A look at once, or a little later together with others."""
    woke_at = channel.woke_at
    if channel.wakes_at is None and (woke_at is None or now - woke_at >= QUIET_FOR):
        return [channel_wishes.look(session, channel, now=now)]
    due = min(now + QUIET_FOR, (woke_at or now) + LONGEST_PATIENCE)
    if channel.wakes_at is None or due - channel.wakes_at >= STEP:
        channel.wakes_at = due
    return []
