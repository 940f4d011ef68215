"""Deactivating a practitioner, and taking them back (R131, F71, S6).

All of it is the owner's one click, in one transaction: sign-in ends, workers are fenced, Google's
events leave, addresses end. What Google has yet to hear is a departure like any other
(services/departures.py). Own appointments stay; nothing more can be booked with this person.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp import queue
from webapp.config import Settings
from webapp.db.models import (
    ConnectionState,
    Departure,
    GoogleConnection,
    Member,
    SyncSettings,
)
from webapp.db.queries.event_counts import EventCounts, event_counts
from webapp.domain.connection_states import ConnectionEvent
from webapp.domain.errors import Invalid, NotAllowed, NotFound
from webapp.domain.roles import Role, is_only_owner
from webapp.queue import Bell
from webapp.services import audit, browser_sessions, departures, feed_links, google_connection

LAST_OWNER = "{name} is the only owner. A practice needs one who can sign in."
WITH_ACCESS = (ConnectionState.CONNECTED, ConnectionState.RESTING)


@dataclass(frozen=True, slots=True)
class Effects:
    """What a deactivation does, to be read before. `refusal` says why it cannot be, or is ""."""

    member: Member
    counts: EventCounts
    addresses: int
    has_google: bool
    has_calendar_in_google: bool
    refusal: str = ""


def effects(session: Session, *, by: Member, member_id: str) -> Effects:
    """What deactivating this colleague would do now. Raises `NotAllowed` and `NotFound`."""
    members = _members(session, by)
    member = _of(members, member_id)
    connection = google_connection.of_member(session, member_id=member.id)
    return Effects(
        member=member,
        counts=event_counts(session, member_id=member.id),
        addresses=len(feed_links.of_member(session, member_id=member.id)),
        has_google=connection is not None,
        has_calendar_in_google=_has_calendar(session, connection),
        refusal=_refusal(member, members),
    )


def create(
    session: Session,
    *,
    by: Member,
    member_id: str,
    settings: Settings,
    now: dt.datetime,
    removes_calendar: bool = False,
) -> Member:
    """Deactivates a colleague, or oneself while another owner is there. Commits, then rings.

    Somebody who is deactivated already stays so. Raises `NotAllowed` for everybody but an owner,
    `NotFound` outside the practice, and `Invalid` for the last owner.
    """
    members = _members(session, by, is_locked=True)
    member = _of(members, member_id)
    if not member.is_active:
        return member
    if refusal := _refusal(member, members):
        raise Invalid({"": refusal})
    departure = end(
        session, member=member, settings=settings, removes_calendar=removes_calendar, now=now
    )
    audit.record(session, by=by, action="member.deactivated", subject=member.id, now=now)
    session.commit()
    if departure is not None:
        queue.ring(Bell.DEPARTURES, departure.id)
    return member


def delete(session: Session, *, by: Member, member_id: str, now: dt.datetime) -> Member:
    """Lets a colleague sign in again; sync stays off until they allow it. Commits. Raises as
    `create`."""
    member = _of(_members(session, by, is_locked=True), member_id)
    if not member.is_active:
        member.is_active = True
        session.add(member)
        audit.record(session, by=by, action="member.activated", subject=member.id, now=now)
    session.commit()
    return member


def end(
    session: Session,
    *,
    member: Member,
    settings: Settings,
    removes_calendar: bool,
    now: dt.datetime,
) -> Departure | None:
    """Ends everything of `member` in the caller's transaction, who rings for what is returned."""
    connection = departures.locked_connection(session, member)
    departure = None
    if connection is not None:
        departure = departures.leave_account(
            session,
            by=member,
            connection=connection,
            settings=settings,
            event=ConnectionEvent.DEACTIVATED,
            removes_calendar=removes_calendar,
            now=now,
        )
    feed_links.revoke_all(session, member_id=member.id, now=now)
    for choice in session.exec(select(SyncSettings).where(SyncSettings.member_id == member.id)):
        choice.is_enabled, choice.version = False, choice.version + 1
    browser_sessions.end_all(session, member_id=member.id)
    member.is_active = False
    session.add(member)
    return departure


def _members(session: Session, by: Member, *, is_locked: bool = False) -> dict[str, Member]:
    """Everybody of the owner's practice. With `is_locked`, whoever else changes one of them waits:
    two owners cannot deactivate each other. Raises `NotAllowed`."""
    if by.role is not Role.OWNER:
        raise NotAllowed()
    query = select(Member).where(Member.practice_id == by.practice_id).order_by(col(Member.id))
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    members = {member.id: member for member in session.exec(query)}
    if not members[by.id].is_active:
        raise NotAllowed()
    return members


def _of(members: Mapping[str, Member], member_id: str) -> Member:
    if member_id not in members:
        raise NotFound()
    return members[member_id]


def _refusal(member: Member, members: Mapping[str, Member]) -> str:
    is_needed = is_only_owner(member, among=members.values())
    return LAST_OWNER.format(name=member.name) if is_needed else ""


def _has_calendar(session: Session, connection: GoogleConnection | None) -> bool:
    """Whether a calendar of ours is in Google that we could remove."""
    if connection is None or connection.state not in WITH_ACCESS:
        return False
    return bool(departures.calendars_of_ours(session, connection))
