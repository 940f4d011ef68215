"""A look before the repair of a restored backup: what differs in Google, and nothing done (F83).

The same code as in a real pass takes note of a complete listing, in a transaction that is never
committed; then the next writes of every event are counted instead of sent. Google is only read.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import CalendarRole, GoogleConnection, GoogleEvent, Member, SyncedCalendar
from webapp.db.queries.open_connections import is_open
from webapp.db.scope import Scope
from webapp.google import mapping
from webapp.google.errors import GoogleError
from webapp.google.listing import Asked
from webapp.services import agreement, apply_own, outbox, push
from webapp.services.leases import Lease
from webapp.services.sync_context import SyncContext, SyncTools
from webapp.services.whole_listing import whole_listing
from webapp.sync.outgoing import Verb, Write
from webapp.sync.staging import Staged


@dataclass(frozen=True, slots=True)
class Difference:
    """One practitioner's calendar of ours in Google against the backup; counts are of events.

    `to_write` are made or put right there, `to_take_away` are deleted there, `unknown` are there
    and not in the backup: they stay. `failure` names why Google could not be read, or is "".
    """

    email: str
    to_write: int = 0
    to_take_away: int = 0
    unknown: int = 0
    failure: str = ""


def look(tools: SyncTools) -> list[Difference]:
    """What `restoring.compare_everything` would change, by practitioner; changes nothing."""
    with tools.database.reading(Scope.installation()) as session:
        found = session.exec(
            select(SyncedCalendar, GoogleConnection, Member.email)
            .join(GoogleConnection, col(GoogleConnection.id) == col(SyncedCalendar.connection_id))
            .join(Member, col(Member.id) == col(SyncedCalendar.member_id))
            .where(
                SyncedCalendar.role == CalendarRole.DEFAULT,
                col(SyncedCalendar.is_on).is_(True),
                col(SyncedCalendar.google_id).is_not(None),
                is_open(),
            )
            .order_by(Member.email)
        ).all()
    return [_difference(tools, *each) for each in found]


def _difference(
    tools: SyncTools, calendar: SyncedCalendar, connection: GoogleConnection, email: str
) -> Difference:
    lease = Lease(calendar.id, calendar.practice_id, calendar.lease_epoch, tools.lease_seconds)
    with closing(tools.open_client(connection)) as client:
        try:
            items = whole_listing(client, calendar.google_id or "", asked=Asked.OWN)
        except GoogleError as failed:
            return Difference(email, failure=type(failed).__name__)
        context = SyncContext(tools, lease, client, marker=calendar.marker)
        with tools.database.writing(Scope.practice(calendar.practice_id)) as session:
            found = _compared(session, context, email, items)
            session.rollback()
    return found


def _compared(session: Session, context: SyncContext, email: str, items: Staged) -> Difference:
    """Takes note of `items` as a pass does, in the caller's transaction, which is not kept."""
    calendar = session.exec(
        select(SyncedCalendar).where(SyncedCalendar.id == context.calendar_id)
    ).one()
    sorting = apply_own.apply(session, context, calendar, items, is_full=True)
    session.flush()
    plans = _next_writes(session, context, calendar)
    known = set(
        session.exec(select(GoogleEvent.google_id).where(GoogleEvent.calendar_id == calendar.id))
    )
    there = {item["id"] for item in items if item.get("status") != mapping.CANCELLED}
    return Difference(
        email,
        to_write=sum(map(_is_written, plans)),
        to_take_away=sum(not _is_written(plan) for plan in plans),
        unknown=len(there - sorting.ours - known),
    )


def _next_writes(
    session: Session, context: SyncContext, calendar: SyncedCalendar
) -> list[Sequence[Write]]:
    """What a push would do next, for each of our events that is not as it should be."""
    links = agreement.links_of(session, calendar_id=calendar.id)
    in_window = outbox.in_window(session, member_id=calendar.member_id, now=context.now())
    ids = list(dict.fromkeys([*in_window, *links]))
    wishes = push.render(session, calendar, ids)
    plans = [push.next_writes(one, wishes[one], links.get(one, {})) for one in ids]
    return [plan for plan in plans if plan]


def _is_written(plan: Sequence[Write]) -> bool:
    """Whether the event is there afterwards; a series may have to go to come again."""
    return any(write.verb is not Verb.DELETE or not write.is_last for write in plan)
