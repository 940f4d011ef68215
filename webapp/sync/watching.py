"""Which watch channels to open and which to end, so that every wanted resource has one (pure).

A channel lives for days and cannot be prolonged (GOOGLE.md 8.1, 8.2). So a new one is opened well
before the old one ends, and the old one is ended only when the new one is open: for a while both
speak, which costs a look more, and no message falls between them.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

CALENDAR_LIST = ""
"""Stands for the account's calendar list, where the other resources are ids of calendars."""

EARLIEST_RENEWAL, LATEST_RENEWAL = 0.6, 0.75
"""Shares of a channel's life after which its successor is due, spread so that they do not bunch."""


class ChannelState(StrEnum):
    """Where a channel is in its life."""

    OPENING = "opening"
    """Noted here before Google is asked, as its first message may come before the answer (F92)."""
    OPEN = "open"
    REFUSED = "refused"
    """Google does not watch this resource: it is polled, and asked about again later."""
    ENDING = "ending"
    """Google could not be told to stop it; its messages count no more."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What is known of one channel. Until `due_at` nothing has to be done about it."""

    id: str
    resource: str
    state: ChannelState
    address: str
    created_at: dt.datetime
    due_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do next: resources to open a channel for, ids of channels to end."""

    to_open: tuple[str, ...] = ()
    to_end: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.to_open or self.to_end)


def plan(
    wanted: Collection[str],
    channels: Sequence[Channel],
    *,
    address: str,
    since: dt.datetime,
    now: dt.datetime,
) -> Plan:
    """The next steps for one account.

    `address` is where messages have to go now. Channels from before `since`, when access was
    given (again), are dead: Google cuts them off with the old grant (GOOGLE.md 8.3).
    """
    serving: dict[str, Channel] = {}
    for channel in sorted(channels, key=lambda each: each.created_at):
        is_good = channel.address == address and channel.created_at >= since
        if is_good and channel.due_at > now and channel.state is not ChannelState.ENDING:
            serving[channel.resource] = channel
    return Plan(
        to_open=tuple(sorted(resource for resource in wanted if resource not in serving)),
        to_end=tuple(
            channel.id
            for channel in channels
            if channel.resource not in wanted
            or _has_successor(channel, serving.get(channel.resource))
            if not (channel.state is ChannelState.ENDING and channel.due_at > now)
        ),
    )


def renewal_at(opened_at: dt.datetime, expires_at: dt.datetime, *, spread: float) -> dt.datetime:
    """When the successor of a channel is due; `spread` is 0 to 1, by chance (F91)."""
    share = EARLIEST_RENEWAL + spread * (LATEST_RENEWAL - EARLIEST_RENEWAL)
    return opened_at + (expires_at - opened_at) * share


def _has_successor(channel: Channel, serving: Channel | None) -> bool:
    """Whether another one is open in its place; what never opened makes way for any."""
    if serving is None or channel.id == serving.id:
        return False
    return serving.state is ChannelState.OPEN or channel.state is not ChannelState.OPEN
