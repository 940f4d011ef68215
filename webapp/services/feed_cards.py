"""What the sync page shows of each calendar address, gathered once. Reads only."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from webapp.config import Settings
from webapp.db.models import FeedLink, Member
from webapp.domain.feed_links import NEARLY_TOO_LARGE, TOO_LARGE
from webapp.services import feed_links, feed_reading
from webapp.services.feed_reading import Reader


@dataclass(frozen=True, slots=True)
class FeedCard:
    """One link with its address, who reads it, and whether it nears or passes what Google takes."""

    link: FeedLink
    address: str
    webcal: str
    readers: list[Reader]
    is_nearly_too_large: bool
    is_too_large: bool


def gather(
    session: Session, *, settings: Settings, member: Member, now: dt.datetime
) -> list[FeedCard]:
    """The member's links that work, the practice's last."""
    links = feed_links.of_member(session, member_id=member.id)
    readers = feed_reading.readers(session, link_ids=[one.id for one in links], now=now)
    return [
        FeedCard(
            link=link,
            address=feed_links.address(settings, link),
            webcal=feed_links.webcal(settings, link),
            readers=readers.get(link.id, []),
            is_nearly_too_large=NEARLY_TOO_LARGE < link.octets <= TOO_LARGE,
            is_too_large=link.octets > TOO_LARGE,
        )
        for link in sorted(links, key=lambda one: one.is_practice)
    ]
