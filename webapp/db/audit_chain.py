"""Audit entries are a chain: each holds a digest of itself and of the one before (S40).

One chain for each practice. Entries are added last, when a transaction commits: they take the lock
of their practice's chain while every other lock is held already, so that no two transactions can
wait for each other, and none is ever numbered twice. Whoever changes, removes or slips in an entry
in the database breaks the chain, and `flask audit verify` names the place.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import bindparam, event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, col, select

from webapp.db.models import AuditEntry, Practice

UNWRITTEN = "unwritten_audit_entries"

_LOCK = (
    select(Practice.id).where(Practice.id == bindparam("practice")).with_for_update(key_share=True)
)
_LAST = (
    select(AuditEntry)
    .where(AuditEntry.practice_id == bindparam("practice"))
    .order_by(col(AuditEntry.position).desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a practice's chain does not hold: the first entry that is not as it was written."""

    practice_id: str
    position: int


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a practice's chain, to be kept elsewhere: it proves what there was by then."""

    practice_id: str
    position: int
    digest: str


def append(session: Session, entry: AuditEntry) -> None:
    """Adds `entry` to the transaction; it gets its place when that commits."""
    if not session.in_transaction():
        session.begin()  # Else there would be nothing that a rollback could take back.
    session.info.setdefault(UNWRITTEN, []).append(entry)


def unwritten(session: Session) -> list[AuditEntry]:
    """What will be added when the transaction commits."""
    entries: list[AuditEntry] = session.info.get(UNWRITTEN, [])
    return entries


def follow(sessions: type[Session]) -> None:
    """Links the entries of a session when it commits, and forgets them when it rolls back."""
    event.listen(sessions, "before_commit", _link)
    event.listen(sessions, "after_soft_rollback", _forget)


def breaks(session: Session) -> Iterator[Break]:
    """The first break of every chain in the session's scope that has one."""
    entries = session.exec(
        select(AuditEntry).order_by(col(AuditEntry.practice_id), col(AuditEntry.position))
    )
    for practice_id, chain in groupby(entries, key=lambda entry: entry.practice_id):
        position = _first_break(chain)
        if position is not None:
            yield Break(practice_id, position)


def heads(session: Session) -> list[Head]:
    """The newest entry of every chain in the session's scope."""
    newest: dict[str, AuditEntry] = {}
    for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.position))):
        newest[entry.practice_id] = entry
    return [Head(one.practice_id, one.position, one.digest) for one in newest.values()]


def digest_of(entry: AuditEntry, before: str) -> str:
    """SHA-256 over everything that the entry says and the digest of the one before, "" at first."""
    said = [
        before,
        entry.practice_id,
        entry.position,
        entry.id,
        entry.member_id,
        entry.action,
        entry.subject,
        entry.at.isoformat(),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _link(session: Session) -> None:
    if session.in_nested_transaction():
        return
    if not unwritten(session):
        return
    session.flush()
    entries: list[AuditEntry] = session.info.pop(UNWRITTEN)
    for practice_id, own in groupby(
        sorted(entries, key=lambda entry: entry.practice_id), key=lambda entry: entry.practice_id
    ):
        _append_all(session, practice_id, own)


def _append_all(session: Session, practice_id: str, entries: Iterable[AuditEntry]) -> None:
    named = {"practice": practice_id}
    session.exec(_LOCK, params=named).one()
    last = session.exec(_LAST, params=named).first()
    position, before = (last.position, last.digest) if last else (0, "")
    for entry in entries:
        position += 1
        entry.position = position
        entry.digest = before = digest_of(entry, before)
        session.add(entry)


def _forget(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:
        session.info.pop(UNWRITTEN, None)


def _first_break(chain: Iterable[AuditEntry]) -> int | None:
    before = ""
    for number, entry in enumerate(chain, 1):
        if entry.position != number or entry.digest != digest_of(entry, before):
            return number
        before = entry.digest
    return None
