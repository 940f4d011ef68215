"""The audit log: one row per act that changes what leaves the app (R144). No client names in it."""

import datetime as dt

from sqlmodel import Session

from webapp.db import audit_chain
from webapp.db.models import AuditEntry, Member


def record(
    session: Session, *, by: Member, action: str, now: dt.datetime, subject: str = ""
) -> None:
    """Adds an entry to the caller's transaction: both happen, or neither."""
    entry = AuditEntry(
        practice_id=by.practice_id, member_id=by.id, action=action, subject=subject, at=now
    )
    audit_chain.append(session, entry)
