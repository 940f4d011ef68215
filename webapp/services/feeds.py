"""Serving a feed: from an address to the bytes that a subscriber gets (HOUSE.md 10 d).

Titles come from `sync/desired.py`, as they do for Google, so the two can never disagree. A feed is
complete or refused, never partial: what is missing from it would be deleted on people's phones.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.metadata import version

from sqlmodel import Session

from webapp.db.engine import Database
from webapp.db.models import Appointment
from webapp.db.queries.feed_states import State, state_now, state_of
from webapp.db.queries.feeds import (
    FeedCalendar,
    FeedStanding,
    changed_appointments,
    feed_appointments,
    feed_standing,
)
from webapp.db.scope import Scope, enter
from webapp.domain.product import FEED_AHEAD_DAYS, SYNCED_PAST_DAYS
from webapp.feeds.assembly import Assembly
from webapp.feeds.render import FORMAT, FeedHead
from webapp.feeds.tokens import read_token
from webapp.services.feed_content import feed_items
from webapp.services.feed_memory import FeedMemory

Headers = list[tuple[str, str]]


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
class KeptFeed:
    """One feed as it was when it was last asked for.

    `state` is how its address stood then, None when that cannot be told in one row. `headers` are
    those of the answers that were given since, by whether they were packed and by status.
    """

    link_id: str
    generation: int
    state: State | None
    wholes: tuple[object, ...]
    revisions: tuple[int, ...]
    today: dt.datetime
    assembly: Assembly
    texts: Sequence[bytes]
    octets: int
    packed: Sequence[bytes] = ()
    headers: dict[tuple[bool, int], Headers] = field(default_factory=dict)


MEMORY: FeedMemory[KeptFeed] = FeedMemory()


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
    today = _day(now)
    return Feed(
        standing=standing,
        today=today,
        etag=_etag(standing, today),
        changed_at=max(standing.changed_at, today),  # the window moves at midnight
    )


def body_of(session: Session, feed: Feed, *, is_packed: bool) -> Sequence[bytes]:
    """The feed's bytes in a row of parts, gzipped with `is_packed`.

    Only what changed since the last time is read.
    """

    def renewed(kept: KeptFeed | None) -> KeptFeed:
        kept = _followed(session, feed, kept)
        if is_packed and not kept.packed:
            kept.packed = kept.assembly.packed()
        return kept

    kept = MEMORY.renew(feed.standing.link.id, renewed, lambda one: 2 * one.octets)
    return kept.packed if is_packed else kept.texts


def unchanged(database: Database, *, key: bytes, token: str, now: dt.datetime) -> KeptFeed | None:
    """The feed behind `token` when this process keeps it just as it would be read now.

    One narrow row tells. None says nothing: then `read` it.
    """
    named = read_token(key, token)
    kept = MEMORY.peek(named[0]) if named else None
    if named is None or kept is None or kept.state is None or kept.today != _day(now):
        return None
    state = state_now(database, link_id=named[0])
    return kept if state == kept.state and state[0] == named[1] else None


def kept_for(feed: Feed) -> KeptFeed | None:
    """What this process keeps of `feed`, unless it is another one by now."""
    kept = MEMORY.peek(feed.standing.link.id)
    is_same = kept is not None and (kept.state, kept.today) == (state_of(feed.standing), feed.today)
    return kept if is_same else None


def octets_of(link_id: str) -> int | None:
    """How long the feed is, if this process has sent it."""
    kept = MEMORY.peek(link_id)
    return kept.octets if kept is not None else None


def _day(now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(now.astimezone(dt.UTC).date(), dt.time(), tzinfo=dt.UTC)


def _followed(session: Session, feed: Feed, kept: KeptFeed | None) -> KeptFeed:
    standing = feed.standing
    is_same_whole = kept is not None and kept.wholes == standing.wholes and kept.today == feed.today
    if kept is None or not is_same_whole:
        assembly = Assembly(_head(standing))
        _begin(session, feed, assembly)
    elif kept.revisions != standing.revisions:
        assembly = kept.assembly
        _follow(session, feed, assembly, since=kept.revisions)
    else:
        return kept
    texts = assembly.texts()
    octets = sum(map(len, texts))
    return KeptFeed(
        link_id=standing.link.id,
        generation=standing.link.generation,
        state=state_of(standing),
        wholes=standing.wholes,
        revisions=standing.revisions,
        today=feed.today,
        assembly=assembly,
        texts=texts,
        octets=octets,
    )


def _begin(session: Session, feed: Feed, assembly: Assembly) -> None:
    """Every event in the window."""
    after, before = _window(feed)
    for calendar in feed.standing.calendars:
        rows = feed_appointments(session, member_id=calendar.member.id, after=after, before=before)
        _put(session, feed, assembly, calendar, rows)


def _follow(session: Session, feed: Feed, assembly: Assembly, *, since: tuple[int, ...]) -> None:
    """The events that changed after the revisions `since`, one for each calendar."""
    after, before = _window(feed)
    for calendar, revision in zip(feed.standing.calendars, since, strict=True):
        found = changed_appointments(
            session, member_id=calendar.member.id, since=revision, after=after, before=before
        )
        for row, _is_shown in found:
            assembly.put(row.id, ())
        shown = [row for row, is_shown in found if is_shown]
        _put(session, feed, assembly, calendar, shown)


def _put(
    session: Session,
    feed: Feed,
    assembly: Assembly,
    calendar: FeedCalendar,
    rows: Sequence[Appointment],
) -> None:
    for key, items in feed_items(session, rows, standing=feed.standing, calendar=calendar):
        assembly.put(key, items)


def _window(feed: Feed) -> tuple[dt.datetime, dt.datetime]:
    return (
        feed.today - dt.timedelta(days=SYNCED_PAST_DAYS),
        feed.today + dt.timedelta(days=FEED_AHEAD_DAYS + 1),
    )


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
