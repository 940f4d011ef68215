"""Counts the changes of each practitioner's calendar, in the transaction that makes them.

A feed answers "nothing new" from this count alone, so no writer may forget it: it is raised for
them, before every flush, from the rows about to be written. A statement that would write such rows
at once, past the flush, is refused.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Delete, Insert, Update, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import Session, col, select

from webapp.db import audit_chain
from webapp.db.models import (
    Appointment,
    AppointmentException,
    CalendarRevision,
    Client,
    ClientPerson,
    Member,
    Practice,
    SyncSettings,
)

FOLLOWED = (
    Appointment,
    AppointmentException,
    Client,
    ClientPerson,
    Member,
    Practice,
    SyncSettings,
)
FOLLOWED_TABLES = frozenset(str(model.__tablename__) for model in FOLLOWED)
SEEN_OF_MEMBERS = ("name", "time_zone", "is_active")
SEEN_OF_PRACTICES = ("name",)


class RevisionBypassed(RuntimeError):
    """A statement was about to change what feeds show without being counted."""


@dataclass(slots=True)
class _Changes:
    """What one flush does to calendars: single events by practitioner, and calendars as a whole."""

    events: dict[str, list[Appointment]] = field(default_factory=dict)
    wholes: set[str] = field(default_factory=set)
    practice_ids: dict[str, str] = field(default_factory=dict)
    at: list[dt.datetime] = field(default_factory=list)

    def of(self, row: Any, member_id: str) -> str:
        """Remembers whose row it is."""
        self.practice_ids[member_id] = row.practice_id
        return member_id

    def event(self, row: Appointment) -> None:
        """One event differs."""
        self.events.setdefault(self.of(row, row.member_id), []).append(row)
        self.at.append(row.changed_at)

    def whole(self, row: Any, member_id: str) -> None:
        """Any event of the calendar may differ."""
        self.wholes.add(self.of(row, member_id))


def follow(sessions: type[Session]) -> None:
    """Raises revisions for whatever sessions of a class write, row by row."""
    event.listen(sessions, "before_flush", _raise_revisions)
    event.listen(sessions, "do_orm_execute", _refuse_statements)


def refuse(table: str) -> None:
    """Raises `RevisionBypassed` for a statement that would write rows of a followed table."""
    if table in FOLLOWED_TABLES:
        raise RevisionBypassed(f"write rows of {table} through the session, one by one")


def leap(session: Session, *, member: Member, ahead: int, now: dt.datetime) -> None:
    """Another revision of a whole calendar than it ever had, `ahead` of what is known: the rows
    were restored from a backup, and later ones were handed out. In the caller's transaction."""
    first = {"practice_id": member.practice_id, "member_id": member.id}
    counts = {"revision": CalendarRevision.revision, "wholes": CalendarRevision.wholes}
    times = {"changed_at": now, "whole_at": now}
    higher = {name: count + ahead for name, count in counts.items()}
    _upserted(session, first | dict.fromkeys(counts, ahead) | times, higher | times)


def _refuse_statements(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, Insert | Update | Delete):
        refuse(getattr(statement.table, "name", ""))


def _raise_revisions(session: Session, _context: Any, _instances: Any) -> None:
    changes = _Changes(at=[entry.at for entry in audit_chain.unwritten(session)])
    for row in [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]:
        _note(session, row, changes)
    for member_id in sorted(changes.practice_ids):
        revision = _raised(session, changes, member_id)
        for appointment in changes.events.get(member_id, ()):
            appointment.feed_revision = revision


def _note(session: Session, row: Any, changes: _Changes) -> None:
    match row:
        case Appointment():
            changes.event(row)
            if row in session.deleted:
                changes.whole(row, row.member_id)
        case AppointmentException():
            with session.no_autoflush:
                series = session.get(Appointment, row.appointment_id)
            if series is not None:
                changes.event(series)
        case SyncSettings() if row not in session.new:
            changes.whole(row, row.member_id)
        case Member() if _is_seen(row, SEEN_OF_MEMBERS):
            changes.whole(row, row.id)
        case Client() if row not in session.new:
            _note_client(session, row, row.id, changes)
        case ClientPerson() if not _is_new_client(session, row.client_id):
            _note_client(session, row, row.client_id, changes)
        case Practice() if _is_seen(row, SEEN_OF_PRACTICES):
            with session.no_autoflush:
                members = session.exec(select(Member).where(Member.practice_id == row.id)).all()
            for member in members:
                changes.whole(member, member.id)


def _is_seen(row: Any, names: tuple[str, ...]) -> bool:
    """Whether a row that was there before has one of these columns changed."""
    state = inspect(row)
    return state.persistent and any(state.attrs[name].history.has_changes() for name in names)


def _is_new_client(session: Session, client_id: str) -> bool:
    """Whether this flush adds the client: then no calendar has shown the name yet, and events that
    begin to show it now count for themselves."""
    return any(isinstance(row, Client) and row.id == client_id for row in session.new)


def _note_client(session: Session, row: Any, client_id: str, changes: _Changes) -> None:
    """A client's name stands in the calendars of everybody who sees them."""
    with session.no_autoflush:
        members = session.exec(
            select(Appointment.member_id).where(Appointment.client_id == client_id).distinct()
        ).all()
    for member_id in members:
        changes.whole(row, member_id)


def _raised(session: Session, changes: _Changes, member_id: str) -> int:
    """The new revision of one calendar. Its row is locked until the transaction ends."""
    is_whole = member_id in changes.wholes
    at = max(changes.at, default=None)
    first: dict[str, Any] = {
        "practice_id": changes.practice_ids[member_id],
        "member_id": member_id,
        "revision": 1,
        "wholes": int(is_whole),
        "changed_at": at,
        "whole_at": at if is_whole else None,
    }
    if any(isinstance(row, Member) and row.id == member_id for row in session.new):
        session.add(CalendarRevision(**first))  # after its member, in this same flush
        return 1
    higher: dict[str, Any] = {"revision": CalendarRevision.revision + 1}
    if is_whole:
        higher["wholes"] = CalendarRevision.wholes + 1
    if at is not None:
        higher |= {"changed_at": at, **({"whole_at": at} if is_whole else {})}
    return _upserted(session, first, higher)


def _upserted(session: Session, first: dict[str, Any], higher: dict[str, Any]) -> int:
    """One statement, so that two first changes at the same time are both counted."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    raised = (
        insert(CalendarRevision)
        .values(first)
        .on_conflict_do_update(index_elements=["member_id"], set_=higher)
        .returning(col(CalendarRevision.revision))
    )
    with session.no_autoflush:
        return int(session.execute(raised).scalar_one())
