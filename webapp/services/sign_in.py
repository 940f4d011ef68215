"""Is this person who they say they are, and still the one? And: changing one's own password.

Unknown people cost as much time as known ones, and hear the same sentence (S4). Whoever wants a
password looked at while very many do hears so instead (services/hashing_turns.py).
"""

import datetime as dt
import logging

from sqlmodel import Session, select

from webapp.db.models import Member, Practice
from webapp.domain.errors import Invalid
from webapp.ops import events
from webapp.services import audit, browser_sessions, passwords
from webapp.services.hashing_turns import HashingTurns

REFUSAL = "This e-mail address and password do not fit together."

hashing = HashingTurns()
"""This process's."""

log = logging.getLogger(__name__)
_NOBODY = passwords.hash_password("nobody has this password")


def member_for(session: Session, *, email: str, password: str, now: dt.datetime) -> Member | None:
    """The active member with this address and password, or None. `session` sees every practice.

    A hash made with older costs is renewed on the way. Commits. Raises `TooManyAtOnce`.
    """
    member = session.exec(select(Member).where(Member.email == email.strip().casefold())).first()
    session.rollback()  # Nobody else waits for the database while the hash is computed.
    is_right = _is_correct(password, member.password_hash if member else _NOBODY)
    if member is None or not is_right or not member.is_active:
        log.warning(events.SIGN_IN_REFUSED, extra={"member_id": member.id if member else ""})
        return None
    if passwords.needs_rehash(member.password_hash):
        member.password_hash = passwords.hash_password(password)
        session.add(member)
        session.commit()
    log.info(events.SIGNED_IN, extra={"member_id": member.id, "practice_id": member.practice_id})
    return member


def confirms(by: Member, *, password: str) -> bool:
    """Whether `by`, who is signed in already, knows their password. Raises `TooManyAtOnce`."""
    is_right = _is_correct(password, by.password_hash)
    said = events.CONFIRMED if is_right else events.CONFIRMATION_REFUSED
    log.log(logging.INFO if is_right else logging.WARNING, said, extra={"member_id": by.id})
    return is_right


def change_password(
    session: Session, *, by: Member, now: dt.datetime, current: str, new: str
) -> Member:
    """Sets `by`'s new password and ends all their sessions, the caller's included, who signs in
    anew with the member returned. Raises `Invalid` and `TooManyAtOnce`. Commits."""
    member = session.exec(select(Member).where(Member.id == by.id)).one()
    practice = session.exec(select(Practice).where(Practice.id == by.practice_id)).one()
    if not _is_correct(current, member.password_hash):
        raise Invalid({"current": "This is not your present password."})
    if problem := passwords.problem(new, practice_name=practice.name):
        raise Invalid({"new": problem})
    member.password_hash = passwords.hash_password(new)
    session.add(member)
    browser_sessions.end_all(session, member_id=member.id)
    audit.record(session, by=member, action="password.changed", now=now)
    session.commit()
    log.info(events.PASSWORD_CHANGED, extra={"member_id": member.id})
    return member


def _is_correct(password: str, password_hash: str) -> bool:
    with hashing.one():
        return passwords.is_correct(password, password_hash)
