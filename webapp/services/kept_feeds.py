"""The bytes of the feeds that this process answered last, brought up to date event by event.

A feed is complete or refused, never partial: what is missing from it would be deleted on people's
phones.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from webapp.db.engine import Database
from webapp.db.queries.feed_states import State, state_now, state_of
from webapp.db.questions import Ask, Unanswered, Within, asked_in
from webapp.db.scope import Scope
from webapp.feeds.assembly import Assembly
from webapp.feeds.tokens import read_token
from webapp.services import feed_filling
from webapp.services.feed_memory import FeedMemory
from webapp.services.feeds import Feed, day

Headers = list[tuple[str, str]]
Answers = dict[tuple[bool, int], Headers]


@dataclass(slots=True)
class KeptFeed:
    """One feed as it was when it was last asked for.

    `state` is how its address stood then, None when that cannot be told in one row. `headers` are
    those of the answers given since, by whether they were packed and by status; `earlier_headers`
    those of before single events changed.
    """

    feed: Feed
    etag: str
    state: State | None
    assembly: Assembly
    texts: Sequence[bytes]
    octets: int
    packed: bytes = b""
    headers: Answers = field(default_factory=dict)
    earlier_headers: Answers = field(default_factory=dict)

    def parts(self, *, is_packed: bool) -> Sequence[bytes]:
        """Its bytes in a row of parts; the packed ones once they have been asked for."""
        return [self.packed] if is_packed else self.texts


MEMORY: FeedMemory[KeptFeed] = FeedMemory()


def body_of(session: Session, feed: Feed, *, is_packed: bool) -> Sequence[bytes]:
    """The feed's bytes in a row of parts, gzipped with `is_packed`.

    Only what changed since the last time is read. Raises `UnknownTimeZone`.
    """

    def renewed(kept: KeptFeed | None) -> KeptFeed:
        return _packed(_renewed(session, feed, kept), is_packed=is_packed)

    return _keep(feed.standing.link.id, renewed).parts(is_packed=is_packed)


def as_it_is_now(
    database: Database, *, key: bytes, token: str, now: dt.datetime, is_packed: bool
) -> KeptFeed | None:
    """The feed behind `token`, when this process keeps it and single events changed at most.

    One narrow row tells whether any did, one more question reads those. None says nothing: then
    `feeds.read` it.
    """
    named = read_token(key, token)
    kept = MEMORY.peek(named[0]) if named else None
    if named is None or kept is None or kept.feed.today != day(now):
        return None
    try:
        with database.glancing() as within:
            return _looked_after(kept, named, within, is_packed=is_packed)
    except (_Overtaken, Unanswered, ValueError):
        return None


def kept_for(feed: Feed) -> KeptFeed | None:
    """What this process keeps of `feed`, unless it is another one by now."""
    kept = MEMORY.peek(feed.standing.link.id)
    now = state_of(feed.standing), feed.today
    return kept if kept is not None and (kept.state, kept.feed.today) == now else None


def octets_of(link_id: str) -> int | None:
    """How long the feed is, if this process has sent it."""
    kept = MEMORY.peek(link_id)
    return kept.octets if kept is not None else None


def _renewed(session: Session, feed: Feed, kept: KeptFeed | None) -> KeptFeed:
    """At length: followed from where it was, or begun anew when everything may look different."""
    if kept is not None and _is_as_a_whole(kept.feed) == _is_as_a_whole(feed):
        since = kept.feed.standing.revisions
        if since == feed.standing.revisions:
            return kept
        if feed_filling.follow(asked_in(session), feed, kept.assembly, since=since) is not None:
            return _kept(feed, kept.assembly)
    return _kept(feed, feed_filling.begun(session, feed))


def _looked_after(
    kept: KeptFeed, named: tuple[str, int], within: Within, *, is_packed: bool
) -> KeptFeed | None:
    state = state_now(within(Scope.installation()), link_id=named[0])
    before = kept.state
    if state is None or before is None or state.generation != named[1]:
        return None
    if state[:-1] != before[:-1]:
        return None
    if state == before and (kept.packed or not is_packed):
        return kept
    ask = within(Scope.practice(kept.feed.standing.link.practice_id))
    return _caught_up(kept, ask, is_packed=is_packed)


def _caught_up(known: KeptFeed, ask: Ask, *, is_packed: bool) -> KeptFeed:
    """`known` with the events that changed.

    Raises `_Overtaken` when it is no longer the one that is kept, or more has changed.
    """

    def renewed(kept: KeptFeed | None) -> KeptFeed:
        if kept is not known:
            raise _Overtaken
        since = kept.feed.standing.revisions
        feed = feed_filling.follow(ask, kept.feed, kept.assembly, since=since)
        if feed is None:
            raise _Overtaken
        earlier = kept.earlier_headers | kept.headers
        now = replace(_kept(feed, kept.assembly), earlier_headers=earlier)
        return _packed(now, is_packed=is_packed)

    return _keep(known.feed.standing.link.id, renewed)


class _Overtaken(Exception):
    """Somebody else was faster, or more has changed than single events."""


def _keep(link_id: str, renewed: Callable[[KeptFeed | None], KeptFeed]) -> KeptFeed:
    return MEMORY.renew(link_id, renewed, lambda one: 2 * one.octets)


def _kept(feed: Feed, assembly: Assembly) -> KeptFeed:
    texts = assembly.texts()
    octets = sum(map(len, texts))
    return KeptFeed(feed, feed.etag, state_of(feed.standing), assembly, texts, octets)


def _packed(kept: KeptFeed, *, is_packed: bool) -> KeptFeed:
    if is_packed and not kept.packed:
        kept.packed = kept.assembly.packed()
    return kept


def _is_as_a_whole(feed: Feed) -> tuple[object, ...]:
    return feed.standing.wholes, feed.today
