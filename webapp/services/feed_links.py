"""The calendar addresses of a practitioner: named, each with what it shows, revoked one by one.

The address itself is never stored: it is worked out from the row and the installation's secret
(feeds/tokens.py). Who reads an address is services/feed_reading.py.
"""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from webapp.config import Settings
from webapp.db.models import FeedLink, Member, SyncSettings
from webapp.domain.errors import Invalid, NotAllowed, NotFound
from webapp.domain.feed_links import MOST_LINKS, allowed_displays
from webapp.domain.keys import Purpose, derived_key
from webapp.domain.naming import Display
from webapp.domain.plain_text import one_line
from webapp.domain.roles import Role
from webapp.feeds.tokens import address_token, public_part
from webapp.services import audit

FIRST_NAME = "My calendar"
LONGEST_NAME = 60
DOTS = "•" * 8


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """What a link is called and shows. `display` None follows the practitioner's own choice."""

    name: str
    display: Display | None = None
    is_busy_only: bool = False
    has_location: bool = True
    is_practice: bool = False


def address(settings: Settings, link: FeedLink) -> str:
    """The https address that other programs read. Works like a password: never log it."""
    token = address_token(_key(settings), link.id, link.generation)
    return f"{settings.external_url}/feeds/{token}.ics"


def masked(settings: Settings, link: FeedLink) -> str:
    """The address with dots for its proof: enough to tell two apart, and no secret."""
    token = address_token(_key(settings), link.id, link.generation)
    return f"{settings.external_url}/feeds/{public_part(token)}{DOTS}.ics"


def webcal(settings: Settings, link: FeedLink) -> str:
    """The same address with the scheme that calendar programs open by themselves."""
    parts = urlsplit(address(settings, link))
    return parts._replace(scheme="webcal").geturl()


def of_member(session: Session, *, member_id: str) -> list[FeedLink]:
    """The member's links that work, oldest first."""
    return list(
        session.exec(
            select(FeedLink)
            .where(FeedLink.member_id == member_id, col(FeedLink.revoked_at).is_(None))
            .order_by(col(FeedLink.created_at), col(FeedLink.id))
        )
    )


def ensure(session: Session, *, member: Member, now: dt.datetime) -> FeedLink:
    """The member's first link, made when there is none. Joins the caller's transaction."""
    found = [one for one in of_member(session, member_id=member.id) if not one.is_practice]
    return found[0] if found else _added(session, LinkChoice(FIRST_NAME), by=member, now=now)


def add(session: Session, *, by: Member, choice: LinkChoice, now: dt.datetime) -> FeedLink:
    """A new address for `by`. Commits.

    Raises `Invalid` (field `name` or `display`) and, for a practice's feed, `NotAllowed` for
    everybody but its owner.
    """
    if choice.is_practice and by.role is not Role.OWNER:
        raise NotAllowed()
    there = of_member(session, member_id=by.id)
    if len(there) >= MOST_LINKS:
        raise Invalid({"name": f"You have {MOST_LINKS} addresses. Remove one first."})
    _check(session, choice, by=by)
    link = _added(session, choice, by=by, now=now)
    session.commit()
    return link


def change(
    session: Session, *, by: Member, link_id: str, choice: LinkChoice, now: dt.datetime
) -> FeedLink:
    """Another name, or another way to show events, at the next read. Commits. Raises as `add`."""
    link = find(session, by=by, link_id=link_id)
    _check(session, choice, by=by)
    before = _shows(link)
    _put(link, choice)
    if _shows(link) != before:
        link.version += 1
        link.changed_at = now
        audit.record(session, by=by, action="feed.changed", now=now)
    session.add(link)
    session.commit()
    return link


def reset(session: Session, *, by: Member, link_id: str, now: dt.datetime) -> FeedLink:
    """Gives a link a new address; the old one stops at once (R43). Commits. Raises `NotFound`."""
    link = find(session, by=by, link_id=link_id)
    link.generation += 1
    link.reset_at, link.last_read_at, link.warned_at = now, None, None
    session.add(link)
    audit.record(session, by=by, action="feed.reset", now=now)
    session.commit()
    return link


def revoke(session: Session, *, by: Member, link_id: str, now: dt.datetime) -> None:
    """Ends one address for good, at the very next request. Commits. Raises `NotFound`."""
    link = find(session, by=by, link_id=link_id)
    link.revoked_at = now
    session.add(link)
    audit.record(session, by=by, action="feed.revoked", now=now)
    session.commit()


def revoke_all(session: Session, *, member_id: str, now: dt.datetime) -> int:
    """Ends every address of one member in the caller's transaction; how many (R131)."""
    links = of_member(session, member_id=member_id)
    for link in links:
        link.revoked_at = now
        session.add(link)
    return len(links)


def note_shown(session: Session, *, by: Member, link_id: str, now: dt.datetime) -> None:
    """Writes down that `by` had an address shown again. Commits. Raises `NotFound`."""
    find(session, by=by, link_id=link_id)
    audit.record(session, by=by, action="feed.shown", now=now)
    session.commit()


def find(session: Session, *, by: Member, link_id: str) -> FeedLink:
    """A link of `by` that works. Raises `NotFound` for anybody else's."""
    link = session.exec(
        select(FeedLink).where(
            FeedLink.id == link_id,
            FeedLink.member_id == by.id,
            col(FeedLink.revoked_at).is_(None),
        )
    ).first()
    if link is None:
        raise NotFound()
    return link


def _added(session: Session, choice: LinkChoice, *, by: Member, now: dt.datetime) -> FeedLink:
    link = FeedLink(practice_id=by.practice_id, member_id=by.id, created_at=now)
    link.is_practice = choice.is_practice
    _put(link, choice)
    session.add(link)
    audit.record(session, by=by, action="feed.created", now=now)
    return link


def _check(session: Session, choice: LinkChoice, *, by: Member) -> None:
    found = {}
    if not 0 < len(one_line(choice.name)) <= LONGEST_NAME:
        found["name"] = f"Give it a name of at most {LONGEST_NAME} characters."
    settings = session.exec(select(SyncSettings).where(SyncSettings.member_id == by.id)).first()
    own = settings.display if settings else Display.INTERNAL_ID
    if choice.display is not None and choice.display not in allowed_displays(own):
        found["display"] = "An address can never show more than your own choice above."
    if found:
        raise Invalid(found)


def _put(link: FeedLink, choice: LinkChoice) -> None:
    link.name = one_line(choice.name)
    link.display, link.is_busy_only = choice.display, choice.is_busy_only
    link.has_location = choice.has_location


def _shows(link: FeedLink) -> tuple[object, ...]:
    return link.display, link.is_busy_only, link.has_location


def _key(settings: Settings) -> bytes:
    return derived_key(settings.secret_key, Purpose.FEEDS)
