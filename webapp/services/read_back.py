"""What Google shows after a write whose answer did not say it.

A write that met a 409 or a 412, or that found nothing where our event was, is read back and
compared, never repeated blindly (I11, F01, F06, F15 to F19). What is there becomes the new base,
and the outgoing table says what follows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from webapp.db.models import EventLink, SyncedCalendar
from webapp.db.snapshots import snapshot_from_json
from webapp.google import mapping
from webapp.google.errors import Gone, Missing, Stale, Taken
from webapp.services import agreement, history, settle
from webapp.services.stops import Answer, CatchingUp, Planned
from webapp.services.sync_context import SyncContext
from webapp.sync.actions import Adopt
from webapp.sync.outgoing import Verb, Write

ANOTHER_EVENT = "Google already has another event there."


def read_doubtful(context: SyncContext, pairs: Sequence[tuple[Planned, Answer]]) -> None:
    """Reads back whatever was answered so. Raises `LeaseLost`, `CatchingUp` and `GoogleError`."""
    for one, answer in pairs:
        if isinstance(answer, Taken | Stale) or _is_odd_absence(one, answer):
            _read_back(context, one)


def _is_odd_absence(one: Planned, answer: Answer) -> bool:
    """What was there is not, perhaps only for one of Google's servers: it is asked again (F19)."""
    return isinstance(answer, Missing) and one.write.verb is Verb.UPDATE


def _read_back(context: SyncContext, one: Planned) -> None:
    """Asks Google what is there under our id, and takes that as the new base."""
    with context.reading() as (session, calendar):
        link = settle.links_of(session, [one])[one.link_id]
        google_id, calendar_id = link.google_id, calendar.google_id or ""
    try:
        item: Mapping[str, Any] = context.client.event(calendar_id, google_id)
    except Gone:
        item = {"id": google_id, "status": mapping.CANCELLED}
    except Missing:
        item = {}
    with context.writing() as (session, calendar):
        link = settle.links_of(session, [one])[one.link_id]
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
    row = settle.wish_of(session, link)
    if row is not None:
        row.attempts += 1
        if row.attempts > settle.MOST_ATTEMPTS:
            settle.give_up(session, context, calendar, link, write, "It keeps changing in Google.")
            return False
        if not item and row.attempts == 1:
            return True
    if not item:
        settle.settle_gone(session, context, link, write)
    elif item.get("status") == mapping.CANCELLED:
        _settle_cancelled(session, context, calendar, link, write)
    elif not is_ours(link, item):
        settle.give_up(session, context, calendar, link, write, ANOTHER_EVENT)
    else:
        _meet(session, context, calendar, link, write, item)
    return False


def _meet(
    session: Session,
    context: SyncContext,
    calendar: SyncedCalendar,
    link: EventLink,
    write: Write,
    item: Mapping[str, Any],
) -> None:
    """Ours is there. Of a series, somebody may have changed sessions that no listing named yet."""
    now, before = context.now(), link.base
    shown = agreement.shown_by(item, calendar_time_zone=calendar.time_zone)
    assert shown is not None, "it is not cancelled"
    if agreement.is_series(link) or shown.recurrence:
        agreement.expect_exceptions(link)
    action = agreement.meet(link, wanted=write.snapshot, shown=shown, item=item)
    if before is None and isinstance(action, Adopt):
        history.found(session, calendar=calendar, link=link, shown=shown, now=now)
    if action.is_told and before is not None:
        agreement.tell(
            session, calendar=calendar, link=link, seen=shown, kept=write.snapshot, now=now
        )


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
        settle.settle_gone(session, context, link, write)


def is_ours(link: EventLink, item: Mapping[str, Any]) -> bool:
    """Whether the event under our id carries our mark; somebody else's would not (F17)."""
    return mapping.mark_of(item) == agreement.mark(link)[mapping.PROPERTY_MARK]
