"""Serving a feed: from an address to the bytes that a subscriber gets (HOUSE.md 10 d).

Titles come from `sync/desired.py`, as they do for Google, so the two can never disagree. A feed is
complete or refused, never partial: what is missing from it would be deleted on people's phones.
"""

import datetime as dt
import gzip
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import version

from sqlmodel import Session

from webapp.db.queries.feeds import FeedStanding, changed_ids, feed_appointments, feed_standing
from webapp.db.scope import Scope, enter
from webapp.domain.product import FEED_AHEAD_DAYS, SYNCED_PAST_DAYS
from webapp.feeds.assembly import Assembly
from webapp.feeds.render import FORMAT, FeedHead
from webapp.feeds.tokens import read_token
from webapp.services.feed_content import feed_items
from webapp.services.feed_memory import FeedMemory

FASTEST = 1
"""Of gzip's levels: the text shrinks to a tenth with any of them."""


class Refusal(StrEnum):
    """Why an address shows nothing. Unknown also stands for switched off: nobody can tell (R45)."""

    UNKNOWN = "unknown"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar to hand out. `etag` names its identity representation; `changed_at` is aware UTC.

    `body_of` asks for its bytes: who has them already needs none.
    """

    standing: FeedStanding
    today: dt.datetime
    etag: str
    changed_at: dt.datetime


@dataclass(slots=True)
class _Kept:
    """One feed as it was when it was last asked for."""

    wholes: tuple[object, ...]
    revisions: tuple[int, ...]
    today: dt.datetime
    assembly: Assembly
    body: bytes
    packed: bytes = b""


MEMORY: FeedMemory[_Kept] = FeedMemory()


def read(session: Session, *, key: bytes, token: str, now: dt.datetime) -> Feed | Refusal:
    """The feed behind `token`, as of `now`. The session is in the installation scope and leaves it.

    A forged token is refused without a query. An address that was reset or revoked is `GONE`.
    """
    named = read_token(key, token)
    if named is None:
        return Refusal.UNKNOWN
    standing = feed_standing(session, link_id=named[0])
    if standing is None:
        return Refusal.UNKNOWN
    link = standing.link
    if link.generation != named[1] or link.revoked_at is not None:
        return Refusal.GONE
    enter(session, Scope.practice(link.practice_id))
    if not standing.calendars:
        return Refusal.UNKNOWN
    today = dt.datetime.combine(now.astimezone(dt.UTC).date(), dt.time(), tzinfo=dt.UTC)
    return Feed(
        standing=standing,
        today=today,
        etag=_etag(standing, today),
        changed_at=max(standing.changed_at, today),  # the window moves at midnight
    )


def body_of(session: Session, feed: Feed, *, is_packed: bool) -> bytes:
    """The feed's bytes, gzipped with `is_packed`. Only what changed since the last time is read."""

    def renewed(kept: _Kept | None) -> _Kept:
        kept = _followed(session, feed, kept)
        if is_packed and not kept.packed:
            kept.packed = gzip.compress(kept.body, FASTEST, mtime=0)
        return kept

    kept = MEMORY.renew(feed.standing.link.id, renewed, lambda one: 2 * len(one.body))
    return kept.packed if is_packed else kept.body


def octets_of(link_id: str) -> int | None:
    """How long the feed is, if this process has sent it."""
    kept = MEMORY.peek(link_id)
    return len(kept.body) if kept is not None else None


def _followed(session: Session, feed: Feed, kept: _Kept | None) -> _Kept:
    standing = feed.standing
    is_same_whole = kept is not None and kept.wholes == standing.wholes and kept.today == feed.today
    if kept is None or not is_same_whole:
        return _begun(session, feed)
    if kept.revisions != standing.revisions:
        _put(session, feed, kept.assembly, since=kept.revisions)
        kept.body, kept.packed = kept.assembly.body(), b""
        kept.revisions = standing.revisions
    return kept


def _begun(session: Session, feed: Feed) -> _Kept:
    standing = feed.standing
    assembly = Assembly(_head(standing))
    _put(session, feed, assembly, since=None)
    return _Kept(standing.wholes, standing.revisions, feed.today, assembly, body=assembly.body())


def _put(
    session: Session, feed: Feed, assembly: Assembly, *, since: tuple[int, ...] | None
) -> None:
    """Every event in the window, or those that changed after the revisions `since`."""
    standing = feed.standing
    for number, calendar in enumerate(standing.calendars):
        member_id = calendar.member.id
        if since is not None:
            for gone in changed_ids(session, member_id=member_id, since_revision=since[number]):
                assembly.put(gone, ())
        rows = feed_appointments(
            session,
            member_id=member_id,
            after=feed.today - dt.timedelta(days=SYNCED_PAST_DAYS),
            before=feed.today + dt.timedelta(days=FEED_AHEAD_DAYS + 1),
            since_revision=-1 if since is None else since[number],
        )
        for key, items in feed_items(session, rows, standing=standing, calendar=calendar):
            assembly.put(key, items)


def _head(standing: FeedStanding) -> FeedHead:
    owner, link = standing.owner, standing.link
    whose = "All practitioners" if link.is_practice else owner.name
    return FeedHead(f"{whose}, {standing.practice.name}", owner.time_zone)


def _etag(standing: FeedStanding, today: dt.datetime) -> str:
    """From the revisions alone: no event is read (ICALENDAR.md A4, 5)."""
    link = standing.link
    whole = "_".join(f"{one.settings.version}.{one.wholes}" for one in standing.calendars)
    revisions = "_".join(map(str, standing.revisions))
    return f"{link.id[:12]}-{link.version}-{whole}-{revisions}-{FORMAT}-{today:%Y%m%d}-{_zones()}"


@cache
def _zones() -> str:
    """Which release of the time zone database the times were written with."""
    return version("tzdata")
