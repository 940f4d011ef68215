"""The browsers in which somebody is signed in: begun, found again, ended here (S6, S9).

A cookie is only a name for a row. Signing out takes the row away, and with it every copy of the
cookie; so do a changed password, "sign out everywhere else" and a deactivation.
"""

import datetime as dt
import secrets

from sqlalchemy import bindparam, delete
from sqlmodel import Session, col, func, select

from webapp.db.models import BrowserSession, Member
from webapp.domain.keys import digest
from webapp.services import audit

LONGEST = dt.timedelta(hours=12)
"""However busy somebody is, they sign in anew after this (web/login.py)."""

_MEMBER_OF = (
    select(Member)
    .join(BrowserSession, col(BrowserSession.member_id) == col(Member.id))
    .where(BrowserSession.digest == bindparam("digest"), col(Member.is_active).is_(True))
)
"""Put together once: every request asks it, and that took longer than the answer."""


def begin(session: Session, *, member: Member, now: dt.datetime) -> str:
    """The secret of a new session, 256 random bits, for the cookie. Commits.

    Rows that are too old to open anything go on the way.
    """
    secret = secrets.token_urlsafe(32)
    session.exec(delete(BrowserSession).where(col(BrowserSession.began_at) < now - LONGEST))
    session.add(
        BrowserSession(
            digest=digest(secret),
            practice_id=member.practice_id,
            member_id=member.id,
            began_at=now,
        )
    )
    session.commit()
    return secret


def member_of(session: Session, *, secret: str) -> Member | None:
    """Whose session it is; None when it was ended or they do not work here any more. One query."""
    return session.exec(_MEMBER_OF, params={"digest": digest(secret)}).first()


def end(session: Session, *, secret: str) -> None:
    """Ends one session and every copy of its cookie. Commits."""
    session.exec(delete(BrowserSession).where(col(BrowserSession.digest) == digest(secret)))
    session.commit()


def end_all(session: Session, *, member_id: str, but: str = "") -> None:
    """Ends all of a member's sessions, except that of the secret `but`; in the caller's
    transaction."""
    session.exec(
        delete(BrowserSession).where(
            col(BrowserSession.member_id) == member_id,
            col(BrowserSession.digest) != digest(but),
        )
    )


def end_others(session: Session, *, by: Member, secret: str, now: dt.datetime) -> None:
    """Signs `by` out everywhere but in the browser with `secret`. Commits."""
    end_all(session, member_id=by.id, but=secret)
    audit.record(session, by=by, action="sessions.ended", now=now)
    session.commit()


def count(session: Session, *, member: Member, now: dt.datetime) -> int:
    """In how many browsers this member may be signed in, this one included."""
    return session.exec(
        select(func.count(col(BrowserSession.digest))).where(
            BrowserSession.member_id == member.id, col(BrowserSession.began_at) >= now - LONGEST
        )
    ).one()
