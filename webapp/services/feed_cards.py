"""What the sync page shows of each calendar address, gathered once. Reads only."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from webapp.config import Settings
from webapp.db.models import FeedLink, Member
from webapp.domain.feed_links import NEARLY_TOO_LARGE, SHOWN_FOR, TOO_LARGE
from webapp.services import feed_links, feed_reading
from webapp.services.feed_reading import Reader


@dataclass(frozen=True, slots=True)
class FeedCard:
    """One link with its address, who reads it, and whether it nears or passes what Google takes.

    Unless `is_shown`, the address has dots for its proof, and `webcal` is "".
    """

    link: FeedLink
    is_shown: bool
    address: str
    webcal: str
    readers: list[Reader]
    is_nearly_too_large: bool
    is_too_large: bool


def gather(
    session: Session, *, settings: Settings, member: Member, now: dt.datetime, shown: str
) -> list[FeedCard]:
    """The member's links that work, the practice's last.

    In full are those that were made or reset a moment ago, and the one whose id is `shown`.
    """
    links = feed_links.of_member(session, member_id=member.id)
    readers = feed_reading.readers(session, link_ids=[one.id for one in links], now=now)
    cards = []
    for link in sorted(links, key=lambda one: one.is_practice):
        is_shown = link.id == shown or now - (link.reset_at or link.created_at) < SHOWN_FOR
        address = feed_links.address if is_shown else feed_links.masked
        cards.append(
            FeedCard(
                link=link,
                is_shown=is_shown,
                address=address(settings, link),
                webcal=feed_links.webcal(settings, link) if is_shown else "",
                readers=readers.get(link.id, []),
                is_nearly_too_large=NEARLY_TOO_LARGE < link.octets <= TOO_LARGE,
                is_too_large=link.octets > TOO_LARGE,
            )
        )
    return cards
