"""One booking at a time for each practitioner, whoever books: staff, or a client online."""

from sqlmodel import Session, select

from webapp.db.models import Member


def take(session: Session, *, member_id: str) -> Member | None:
    """The practitioner, with one booking at a time for each, on PostgreSQL as well.

    None for somebody without a calendar. Rows that name the practitioner can still be added
    elsewhere: with the stronger lock two transactions could wait for each other.
    """
    member = session.exec(
        select(Member).where(Member.id == member_id).with_for_update(key_share=True)
    ).first()
    return member if member and member.has_calendar and member.is_active else None
