"""The calendar address of a practitioner: made once, shown on the sync page, reset when it leaked.

The address itself is never stored: it is worked out from the row and the installation's secret
(feeds/tokens.py).
"""

import datetime as dt

from sqlmodel import Session, col, select

from webapp.config import Settings
from webapp.db.models import FeedLink, Member
from webapp.domain.keys import Purpose, derived_key
from webapp.feeds.tokens import address_token
from webapp.services import audit


def address(settings: Settings, link: FeedLink) -> str:
    """The https address that other programs read. Works like a password: never log it."""
    token = address_token(_key(settings), link.id, link.generation)
    return f"{settings.external_url}/feeds/{token}.ics"


def webcal(settings: Settings, link: FeedLink) -> str:
    """The same address with the scheme that calendar programs open by themselves."""
    return f"webcal://{address(settings, link).partition('://')[2]}"


def of_member(session: Session, *, member_id: str) -> FeedLink | None:
    """The member's link, None until one was made."""
    return session.exec(
        select(FeedLink)
        .where(FeedLink.member_id == member_id, col(FeedLink.revoked_at).is_(None))
        .order_by(col(FeedLink.created_at), col(FeedLink.id))
    ).first()


def ensure(session: Session, *, member: Member, now: dt.datetime) -> FeedLink:
    """The member's link, made when there is none. Joins the caller's transaction."""
    found = of_member(session, member_id=member.id)
    if found is not None:
        return found
    link = FeedLink(practice_id=member.practice_id, member_id=member.id, created_at=now)
    session.add(link)
    audit.record(session, by=member, action="feed.created", now=now)
    return link


def reset(session: Session, *, by: Member, now: dt.datetime) -> FeedLink:
    """Gives `by` a new address; the old one stops at once (R43). Commits."""
    link = ensure(session, member=by, now=now)
    if link not in session.new:
        link.generation += 1
        link.reset_at, link.last_read_at, link.last_reader = now, None, ""
        session.add(link)
        audit.record(session, by=by, action="feed.reset", now=now)
    session.commit()
    return link


def _key(settings: Settings) -> bytes:
    return derived_key(settings.secret_key, Purpose.FEEDS)
