"""What Google's answers to a batch mean for our links, wishes and problems.

Every answer of a batch is settled in one transaction. A write that met a 409 or a 412 is read
back and compared, never repeated blindly (I11, F01, F06, F15 to F18). What concerns the whole
calendar is raised at the end, when everything else is safe.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from webapp.db.models import EventLink, Outbox, SyncedCalendar
from webapp.db.snapshots import snapshot_from_json
from webapp.google import mapping
from webapp.google.errors import Gone, GoogleError, Missing, Refused, Stale, Taken
from webapp.services import agreement, history, outbox, problems, progress, stops
from webapp.services.stops import Answer, CatchingUp, Planned
from webapp.services.sync_context import SyncContext
from webapp.sync.actions import Adopt
from webapp.sync.outgoing import Verb, Write
from webapp.sync.pace import after_clean_batch

MOST_ATTEMPTS = 8
OUT_OF_REACH = "Google says that its series does not have this date."


def settle(context: SyncContext, planned: Sequence[Planned], answers: Sequence[Answer]) -> None:
    """Settles a batch. Raises `LeaseLost`, or what stops the pass (`stops.check`)."""
    pairs = list(zip(planned, answers, strict=True))
    with context.writing() as (session, calendar):
        links = _links(session, planned)
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
        if stops.is_clean(answers):
            calendar.attempts = after_clean_batch(calendar.attempts)
        session.commit()
    for one, answer in pairs:
        if isinstance(answer, Taken | Stale) or _is_odd_absence(one, answer):
            _read_back(context, one)
    stops.check(pairs)


def _settle_one(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    one: Planned,
    answer: Answer,
) -> None:
    if isinstance(answer, Gone) and _is_out_of_reach(session, link, one.write):
        _give_up(session, context, calendar, link, one.write, OUT_OF_REACH)
    elif isinstance(answer, Gone) or _is_known_absence(one, answer):
        _settle_gone(session, context, link, one.write)
    elif isinstance(answer, Refused) and _can_be_revived(link, one.write):
        agreement.begin_next_life(link, context.ids)
    elif isinstance(answer, Refused):
        _give_up(session, context, calendar, link, one.write, _complaint(answer))
    elif not isinstance(answer, GoogleError):
        try:
            _settle_done(session, context, calendar, link, one.write, answer)
        except mapping.Unreadable as unreadable:
            _give_up(session, context, calendar, link, one.write, unreadable.reason)


def _complaint(refused: Refused) -> str:
    return problems.refusal(refused.reason, refused.field)


def _is_known_absence(one: Planned, answer: Answer) -> bool:
    """What we wanted to delete is not there."""
    return isinstance(answer, Missing) and one.write.snapshot is None


def _is_odd_absence(one: Planned, answer: Answer) -> bool:
    """What was there is not, perhaps only for one of Google's servers: it is asked again (F19)."""
    return isinstance(answer, Missing) and one.write.verb is Verb.UPDATE


def _is_out_of_reach(session: Session, link: EventLink, write: Write) -> bool:
    """Whether Google has said too often that an occurrence that we want is gone for good."""
    row = _wish(session, link)
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
        _settle_gone(session, context, link, write)
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


def _settle_gone(session: Session, context: SyncContext, link: EventLink, write: Write) -> None:
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
    return session.exec(
        select(EventLink).where(
            EventLink.calendar_id == master.calendar_id,
            EventLink.appointment_id == master.appointment_id,
            EventLink.original_start != "",
        )
    ).all()


def _give_up(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    write: Write,
    reason: str,
) -> None:
    """Google will not have this one event: it is named in the tile and the rest goes on (F29)."""
    row = _wish(session, link)
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


def _read_back(context: SyncContext, one: Planned) -> None:
    """Asks Google what is there under our id, and takes that as the new base."""
    with context.reading() as (session, calendar):
        link = _links(session, [one])[one.link_id]
        google_id, calendar_id = link.google_id, calendar.google_id or ""
    try:
        item: Mapping[str, Any] = context.client.event(calendar_id, google_id)
    except Gone:
        item = {"id": google_id, "status": mapping.CANCELLED}
    except Missing:
        item = {}
    with context.writing() as (session, calendar):
        link = _links(session, [one])[one.link_id]
        is_early = _settle_read(session, context, calendar, link, one.write, item)
        session.commit()
    if is_early:
        raise CatchingUp


def _settle_read(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    write: Write,
    item: Mapping[str, Any],
) -> bool:
    """Whether nothing is there ({}) for the first time, so that it is too early to believe it."""
    row = _wish(session, link)
    if row is not None:
        row.attempts += 1
        if row.attempts > MOST_ATTEMPTS:
            _give_up(session, context, calendar, link, write, "It keeps changing in Google.")
            return False
        if not item and row.attempts == 1:
            return True
    if not item:
        _settle_gone(session, context, link, write)
    elif item.get("status") == mapping.CANCELLED:
        _settle_cancelled(session, context, calendar, link, write)
    elif not is_ours(link, item):
        _give_up(session, context, calendar, link, write, "Google already has another event there.")
    else:
        shown = mapping.snapshot_of(item, calendar_time_zone=calendar.time_zone)
        before = link.base
        if shown.recurrence:
            agreement.expect_exceptions(link)
        action = agreement.meet(link, wanted=write.snapshot, shown=shown, item=item)
        if before is None and isinstance(action, Adopt):
            history.found(session, calendar=calendar, link=link, shown=shown, now=context.now())
        if action.is_told and before is not None:
            agreement.tell(
                session,
                calendar=calendar,
                link=link,
                seen=shown,
                kept=write.snapshot,
                now=context.now(),
            )
    return False


def _settle_cancelled(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    write: Write,
) -> None:
    """Deleted in Google meanwhile: made again under the next id, and told where we had agreed."""
    if link.base is not None and write.snapshot is not None:
        agreement.tell(
            session,
            calendar=calendar,
            link=link,
            seen=None,
            kept=snapshot_from_json(link.base),
            now=context.now(),
        )
    if write.key.is_occurrence:
        agreement.begin_next_life(link, context.ids)
    else:
        _settle_gone(session, context, link, write)


def is_ours(link: EventLink, item: Mapping[str, Any]) -> bool:
    """Whether the event under our id carries our mark; somebody else's would not (F17)."""
    return mapping.mark_of(item) == agreement.mark(link)[mapping.PROPERTY_MARK]


def _links(session: Session, planned: Sequence[Planned]) -> dict[str, EventLink]:
    ids = [one.link_id for one in planned]
    rows = session.exec(select(EventLink).where(col(EventLink.id).in_(ids)))
    return {row.id: row for row in rows}


def _wish(session: Session, link: EventLink) -> Outbox | None:
    return session.exec(
        select(Outbox).where(
            Outbox.calendar_id == link.calendar_id,
            Outbox.appointment_id == link.appointment_id,
        )
    ).first()
