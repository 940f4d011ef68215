"""The newest audit entries about one practitioner's sync."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from webapp.db.models import AuditEntry, Member

NEWEST = 20


def newest_entries(
    session: Session, *, member: Member, actions: Sequence[str], limit: int = NEWEST
) -> list[AuditEntry]:
    """The member's newest entries among `actions`, newest first."""
    return list(
        session.exec(
            select(AuditEntry)
            .where(AuditEntry.member_id == member.id, col(AuditEntry.action).in_(actions))
            .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id))
            .limit(limit)
        )
    )
