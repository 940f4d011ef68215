"""What Google's answers to a batch mean for our links, wishes and problems.

Every answer of a batch is settled in one transaction. What was answered with "there is another one"
or "it has changed" is read back afterwards (`services/read_back.py`), and what concerns the whole
calendar is raised at the end, when everything else is safe (`services/stops.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from webapp.db.models import EventLink, Outbox, SyncedCalendar
from webapp.google import mapping
from webapp.google.errors import Gone, GoogleError, Missing, Refused
from webapp.services import agreement, history, outbox, problems, progress, stops
from webapp.services.stops import Answer, Planned
from webapp.services.sync_context import SyncContext
from webapp.sync.outgoing import Verb, Write
from webapp.sync.pace import after_clean_batch

MOST_ATTEMPTS = 8
_LINKS = select(EventLink).where(col(EventLink.id).in_(bindparam("ids", expanding=True)))
_OCCURRENCES = select(EventLink).where(
    EventLink.calendar_id == bindparam("which"),
    EventLink.appointment_id == bindparam("appointment"),
    EventLink.original_start != "",
)
OUT_OF_REACH = "Google says that its series does not have this date."


def settle(context: SyncContext, pairs: Sequence[tuple[Planned, Answer]]) -> None:
    """Settles a batch. Raises `LeaseLost`."""
    with context.writing() as (session, calendar):
        links = links_of(session, [one for one, _ in pairs])
        for one, answer in pairs:
            if one.link_id in links:
                _settle_one(session, context, calendar, links[one.link_id], one, answer)
        done = {
            one.write.key.appointment_id: one.completes
            for one, answer in pairs
            if one.completes is not None and not isinstance(answer, GoogleError)
        }
        outbox.complete(session, calendar_id=calendar.id, done=done)
        progress.count_outgoing(session, calendar_id=calendar.id)
        if stops.is_clean([answer for _, answer in pairs]):
            calendar.attempts = after_clean_batch(calendar.attempts)
        session.commit()


def _settle_one(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    one: Planned,
    answer: Answer,
) -> None:
    if isinstance(answer, Gone) and _is_out_of_reach(session, link, one.write):
        give_up(session, context, calendar, link, one.write, OUT_OF_REACH)
    elif isinstance(answer, Gone) or _is_known_absence(one, answer):
        settle_gone(session, context, link, one.write)
    elif isinstance(answer, Refused) and _can_be_revived(link, one.write):
        agreement.begin_next_life(link, context.ids)
    elif isinstance(answer, Refused):
        give_up(session, context, calendar, link, one.write, _complaint(answer))
    elif not isinstance(answer, GoogleError):
        try:
            _settle_done(session, context, calendar, link, one.write, answer)
        except mapping.Unreadable as unreadable:
            give_up(session, context, calendar, link, one.write, unreadable.reason)


def _complaint(refused: Refused) -> str:
    return problems.refusal(refused.reason, refused.field)


def _is_known_absence(one: Planned, answer: Answer) -> bool:
    """What we wanted to delete is not there."""
    return isinstance(answer, Missing) and one.write.snapshot is None


def _is_out_of_reach(session: Session, link: EventLink, write: Write) -> bool:
    """Whether Google has said too often that an occurrence that we want is gone for good."""
    row = wish_of(session, link)
    if row is None or not write.key.is_occurrence or write.verb is not Verb.UPDATE:
        return False
    row.attempts += 1
    return row.attempts > MOST_ATTEMPTS


def _can_be_revived(link: EventLink, write: Write) -> bool:
    """Whether an occurrence may have been refused because it is a tombstone that knows better."""
    is_known = link.google_sequence != agreement.UNKNOWN_SEQUENCE
    return write.key.is_occurrence and write.verb is Verb.UPDATE and is_known


def _settle_done(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    write: Write,
    item: Mapping[str, Any],
) -> None:
    history.wrote(session, calendar=calendar, link=link, write=write, now=context.now())
    if write.snapshot is None:
        settle_gone(session, context, link, write)
        return
    if write.is_last:
        session.delete(link)
    else:
        answer = mapping.snapshot_of(item, calendar_time_zone=calendar.time_zone)
        agreement.agree(link, sent=write.snapshot, answer=answer, item=item)
    if write.key.is_occurrence:
        _touch_master(session, link, item)
    elif write.verb is Verb.UPDATE:
        _doubt_occurrences(session, link)


def settle_gone(session: Session, context: SyncContext, link: EventLink, write: Write) -> None:
    """Deleted by us, or found deleted: an occurrence is forgotten, an event gets its next life."""
    if write.key.is_occurrence:
        session.delete(link)
        return
    agreement.begin_next_life(link, context.ids)
    for occurrence in _occurrences(session, link):
        session.delete(occurrence)


def _touch_master(session: Session, link: EventLink, item: Mapping[str, Any]) -> None:
    """Writing an occurrence gives its master the same new etag (GOOGLE.md 4.3)."""
    master = session.exec(
        select(EventLink).where(
            EventLink.calendar_id == link.calendar_id,
            EventLink.appointment_id == link.appointment_id,
            EventLink.original_start == "",
        )
    ).first()
    etag = str(item.get("etag", ""))
    # Parts of a batch run in any order; etags only grow, so the longest and greatest is the last.
    if master is not None and (len(etag), etag) > (len(master.etag), master.etag):
        master.etag = etag


def _doubt_occurrences(session: Session, link: EventLink) -> None:
    """A rewritten series may have dropped its exceptions (GOOGLE.md 4.8): write them again."""
    for occurrence in _occurrences(session, link):
        occurrence.base, occurrence.etag = None, ""


def _occurrences(session: Session, master: EventLink) -> Sequence[EventLink]:
    named = {"which": master.calendar_id, "appointment": master.appointment_id}
    return session.exec(_OCCURRENCES, params=named).all()


def give_up(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    write: Write,
    reason: str,
) -> None:
    """Google will not have this one event: it is named in the tile and the rest goes on (F29)."""
    row = wish_of(session, link)
    if row is not None:
        row.completed, row.failure = row.requested, reason
    problems.note(
        session,
        calendar=calendar,
        subject=link.appointment_id,
        title=write.snapshot.summary if write.snapshot else "",
        reason=reason,
        now=context.now(),
    )


def links_of(session: Session, planned: Sequence[Planned]) -> dict[str, EventLink]:
    """By id, as far as they are still there."""
    rows = session.exec(_LINKS, params={"ids": [one.link_id for one in planned]})
    return {row.id: row for row in rows}


def wish_of(session: Session, link: EventLink) -> Outbox | None:
    """The standing wish that the link is written for."""
    return session.exec(
        select(Outbox).where(
            Outbox.calendar_id == link.calendar_id,
            Outbox.appointment_id == link.appointment_id,
        )
    ).first()
