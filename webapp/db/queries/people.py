"""Practitioners and clients of a practice, as lists and choosers show them."""

from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import Session, col, select

from webapp.db.models import Client, Member
from webapp.db.snapshots import client_names
from webapp.domain.naming import ClientName
from webapp.domain.people import name_inside


@dataclass(frozen=True, slots=True)
class ListedClient:
    """A client record with the names of its people."""

    record: Client
    name: ClientName

    @property
    def full_name(self) -> str:
        """As it reads inside the app."""
        return name_inside(self.name)


def practitioners(session: Session, *, also: str = "") -> list[Member]:
    """Everybody who has a calendar and still works here, by name; and the member with the id
    `also`, whose sessions have stayed."""
    return list(
        session.exec(
            select(Member)
            .where(
                col(Member.has_calendar).is_(True),
                or_(col(Member.is_active).is_(True), col(Member.id) == also),
            )
            .order_by(col(Member.name), col(Member.id))
        )
    )


def clients(session: Session) -> list[ListedClient]:
    """Every client who is not archived, by name."""
    records = session.exec(select(Client).where(col(Client.archived_at).is_(None))).all()
    names = client_names(session, [record.id for record in records])
    listed = [ListedClient(record, names[record.id]) for record in records]
    return sorted(listed, key=lambda each: (each.full_name.casefold(), each.record.internal_id))


def client(session: Session, *, client_id: str) -> ListedClient | None:
    """One client record, archived ones included."""
    record = session.exec(select(Client).where(Client.id == client_id)).first()
    if record is None:
        return None
    return ListedClient(record, client_names(session, [record.id])[record.id])
