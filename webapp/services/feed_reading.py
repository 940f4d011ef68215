"""Who reads the calendar addresses, and the end of those that nobody reads (R44, U1).

Of a reader only the family of its program is kept, and when it came; never its address.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from webapp.db.models import FeedLink, FeedReader, Member
from webapp.domain.feed_links import UNREAD_ENDS_AFTER, WARNED_BEFORE, has_stopped
from webapp.feeds.readers import reader_name
from webapp.ops import events
from webapp.services import audit

NOTED_EVERY = dt.timedelta(minutes=5)
MOST_NOTED = 10_000

_noted: dict[tuple[str, int, str], dt.datetime] = {}
"""When this process last wrote down a family's reading, by link and generation."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reader:
    """A family of programs that reads a link; `has_stopped` when it seems to have given up."""

    name: str
    last_read_at: dt.datetime
    has_stopped: bool


@dataclass(frozen=True, slots=True)
class UnreadLink:
    """A link that will soon end, for its owner's mail. The address itself is not in it."""

    email: str
    link_name: str
    ends_on: dt.date


Tell = Callable[[UnreadLink], None]


def is_noted(link_id: str, generation: int, *, user_agent: str, now: dt.datetime) -> bool:
    """Whether this process wrote down a moment ago that such a program came."""
    at = _noted.get((link_id, generation, reader_name(user_agent)))
    return at is not None and dt.timedelta() <= now - at < NOTED_EVERY


def note(
    session: Session,
    *,
    link_id: str,
    user_agent: str,
    now: dt.datetime,
    octets: int | None = None,
) -> None:
    """Remembers when and by which family of programs a link was read, and how long it was. Commits.

    `octets` is None when nothing was sent.
    """
    link = session.get(FeedLink, link_id)
    if link is None:
        return
    link.last_read_at, link.warned_at = now, None
    link.octets = link.octets if octets is None else octets
    name = reader_name(user_agent)
    _note_reader(session, link, name=name, now=now)
    session.add(link)
    session.commit()
    if len(_noted) >= MOST_NOTED:
        _noted.clear()
    _noted[link_id, link.generation, name] = now


def _note_reader(session: Session, link: FeedLink, *, name: str, now: dt.datetime) -> None:
    reader = session.exec(
        select(FeedReader).where(FeedReader.link_id == link.id, FeedReader.name == name)
    ).first()
    if reader is None:
        reader = FeedReader(
            practice_id=link.practice_id,
            link_id=link.id,
            name=name,
            first_read_at=now,
            last_read_at=now,
        )
    reader.last_read_at = now
    session.add(reader)


def readers(
    session: Session, *, link_ids: Iterable[str], now: dt.datetime
) -> dict[str, list[Reader]]:
    """The readers of each link since its last reset, the latest first."""
    found: dict[str, list[Reader]] = {}
    for row, reset_at in session.exec(
        select(FeedReader, FeedLink.reset_at)
        .join(FeedLink, col(FeedLink.id) == FeedReader.link_id)
        .where(col(FeedReader.link_id).in_(list(link_ids)))
        .order_by(col(FeedReader.last_read_at).desc())
    ):
        if reset_at is None or row.last_read_at > reset_at:
            stopped = has_stopped(row.last_read_at, now=now)
            found.setdefault(row.link_id, []).append(Reader(row.name, row.last_read_at, stopped))
    return found


def end_unread(session: Session, *, now: dt.datetime, tell: Tell) -> int:
    """Ends the links that nobody has read for 90 days, two weeks after their owner was told.

    The session is of the whole installation. Commits. How many ended.
    """
    last = func.coalesce(FeedLink.last_read_at, FeedLink.reset_at, FeedLink.created_at)
    unread = session.exec(
        select(FeedLink, Member)
        .join(Member, col(Member.id) == FeedLink.member_id)
        .where(
            col(FeedLink.revoked_at).is_(None),
            last < now - (UNREAD_ENDS_AFTER - WARNED_BEFORE),
        )
    ).all()
    ended = 0
    for link, member in unread:
        if link.warned_at is None:
            ends_on = (now + WARNED_BEFORE).date()
            tell(UnreadLink(member.email, link.name, ends_on))
            link.warned_at = now
        elif link.warned_at <= now - WARNED_BEFORE:
            link.revoked_at = now
            audit.record(session, by=member, action="feed.ended", now=now)
            ended += 1
            log.info(events.FEED_UNREAD_ENDED, extra={"link_id": link.id})
        session.add(link)
    session.commit()
    return ended
