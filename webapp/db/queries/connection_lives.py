"""How long access to Google lasted each time, by the audit log: the trace of a Testing project."""

import datetime as dt
from itertools import pairwise

from sqlmodel import Session, col, select

from webapp.db.models import AuditEntry

BEGAN, ENDED = "google.connected", "google.reconnect_needed"


def lives(session: Session) -> list[dt.timedelta]:
    """From each connecting to Google's ending it, where nothing came in between."""
    entries = session.exec(
        select(AuditEntry)
        .where(col(AuditEntry.action).in_([BEGAN, ENDED, "google.disconnected"]))
        .order_by(col(AuditEntry.member_id), col(AuditEntry.at))
    ).all()
    return [
        last.at - first.at
        for first, last in pairwise(entries)
        if first.member_id == last.member_id and (first.action, last.action) == (BEGAN, ENDED)
    ]
