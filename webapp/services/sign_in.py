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


def member_for(session: Session, *, email: str, password: str) -> Member | None:
    """The active member with this address and password, detached, or None.

    `session` sees every practice, reads, and is at rest while the hash is computed. Raises
    `TooManyAtOnce`.
    """
    member = session.exec(select(Member).where(Member.email == email.strip().casefold())).first()
    session.expunge_all()
    session.rollback()
    is_right = _is_correct(password, member.password_hash if member else _NOBODY)
    if member is None or not is_right or not member.is_active:
        log.warning(events.SIGN_IN_REFUSED, extra={"member_id": member.id if member else ""})
        return None
    log.info(events.SIGNED_IN, extra={"member_id": member.id, "practice_id": member.practice_id})
    return member


def renew_hash(session: Session, *, member: Member, password: str) -> None:
    """Makes a hash anew that was made with older costs; in the caller's transaction."""
    if passwords.needs_rehash(member.password_hash):
        member.password_hash = passwords.hash_password(password)
        session.add(member)


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
    if not _is_correct(current, by.password_hash):
        raise Invalid({"current": "This is not your present password."})
    named = select(Practice.name).where(Practice.id == by.practice_id)
    practice_name = session.exec(named).one()
    session.rollback()  # Nobody waits for the database while the hash is computed.
    if problem := passwords.problem(new, practice_name=practice_name):
        raise Invalid({"new": problem})
    new_hash = passwords.hash_password(new)
    member = session.exec(select(Member).where(Member.id == by.id)).one()
    member.password_hash = new_hash
    session.add(member)
    browser_sessions.end_all(session, member_id=member.id)
    audit.record(session, by=member, action="password.changed", now=now)
    session.commit()
    log.info(events.PASSWORD_CHANGED, extra={"member_id": member.id})
    return member


def _is_correct(password: str, password_hash: str) -> bool:
    with hashing.one():
        return passwords.is_correct(password, password_hash)
