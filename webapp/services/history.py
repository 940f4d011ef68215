"""Notes what a sync did to each event, in the transaction that did it (PRODUCT.md U6, R123).

Every function joins the caller's transaction, in which `calendar` is held under a lease. No title
is stored, and of Google's events only when they are; `forget_google` takes even that away.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete
from sqlmodel import Session, col, select

from webapp.db import bulk
from webapp.db.columns import new_ids
from webapp.db.models import (
    Appointment,
    EventLink,
    GoogleEvent,
    HistoryEntry,
    SyncedCalendar,
    SyncRun,
)
from webapp.db.queries.calendar_work import is_live_run_of
from webapp.db.snapshots import start_text
from webapp.domain.history import KEPT_DAYS, Outcome
from webapp.google.mapping import ForeignEvent
from webapp.sync.outgoing import Write
from webapp.sync.types import Snapshot

_LIVE_RUN_ID = select(SyncRun.id).where(is_live_run_of(bindparam("which")))
_LAST_TOLD = (
    select(HistoryEntry)
    .where(
        HistoryEntry.appointment_id == bindparam("appointment"),
        HistoryEntry.original_start == bindparam("original_start"),
        HistoryEntry.outcome != Outcome.FAILED,
    )
    .order_by(col(HistoryEntry.at).desc())
    .limit(1)
)
_FORGET_GOOGLE = delete(HistoryEntry).where(
    col(HistoryEntry.calendar_id) == bindparam("which"), col(HistoryEntry.google_id) != ""
)

UNKNOWN_SEQUENCE = -1
"""Of an occurrence that is a tombstone in Google (services/agreement.py)."""


def wrote(
    session: Session, *, calendar: SyncedCalendar, link: EventLink, write: Write, now: dt.datetime
) -> None:
    """Google has taken a write of ours. Called while `link` still says what was agreed before."""
    if write.snapshot is None:
        _note_own(session, calendar, link, Outcome.REMOVED, now=now)
        return
    starts = start_of(write.snapshot)
    outcome = _outcome_of(session, calendar, link)
    _note_own(session, calendar, link, outcome, starts=starts, now=now)


def found(
    session: Session,
    *,
    calendar: SyncedCalendar,
    link: EventLink,
    shown: Snapshot,
    now: dt.datetime,
) -> None:
    """Google shows an insert of ours whose answer was lost; noted unless it was noted before."""
    if _last_outcome(session, link) in (None, Outcome.REMOVED):
        starts = start_of(shown)
        _note_own(session, calendar, link, Outcome.ADDED, starts=starts, now=now)


def mirrored(
    session: Session,
    *,
    calendar: SyncedCalendar,
    event: GoogleEvent,
    outcome: Outcome,
    now: dt.datetime,
    reason: str = "",
) -> None:
    """An event of Google's was added, changed or removed here; `event` says when it is."""
    row = _entry(session, calendar, outcome, now)
    row.google_id, row.original_start = event.google_id, event.original_start
    row.starts, row.reason = _starts(event), reason
    session.add(row)


def imported(
    session: Session,
    *,
    calendar: SyncedCalendar,
    events: Sequence[ForeignEvent],
    now: dt.datetime,
) -> None:
    """The same for many new events at once. A cancelled occurrence that is new here is one less in
    its series."""
    if not events:
        return
    columns: dict[str, Sequence[Any]] = {
        "id": new_ids(len(events)),
        "outcome": [Outcome.REMOVED if one.is_cancelled else Outcome.ADDED for one in events],
        "google_id": [one.google_id for one in events],
        "original_start": [one.original_start for one in events],
        "starts": [_starts(one) for one in events],
    }
    usual = _entry(session, calendar, Outcome.ADDED, now).model_dump(exclude=set(columns))
    bulk.add_rows(session, HistoryEntry, columns=columns, shared=usual)


def _starts(event: GoogleEvent | ForeignEvent) -> str:
    """When it is; a cancelled occurrence would have been then."""
    return start_text(event.starts_at or event.starts_on) or event.original_start


def failed(
    session: Session, *, calendar: SyncedCalendar, subject: str, reason: str, now: dt.datetime
) -> None:
    """One event could not be brought over; `subject` is the id of ours or of Google's."""
    row = _entry(session, calendar, Outcome.FAILED, now)
    row.reason = reason
    ours = session.exec(select(Appointment.id).where(Appointment.id == subject)).first()
    row.appointment_id, row.google_id = (subject, "") if ours else ("", subject)
    session.add(row)


def stopped(session: Session, *, calendar: SyncedCalendar, reason: str, now: dt.datetime) -> None:
    """A whole sync could not go on; said once as long as the reason stays the same."""
    if calendar.failure != reason:
        row = _entry(session, calendar, Outcome.STOPPED, now)
        row.reason = reason
        session.add(row)


def forget_google(session: Session, *, calendar: SyncedCalendar) -> None:
    """Drops what is told of Google's own events: they leave the app, and so does this (S42)."""
    session.exec(_FORGET_GOOGLE, params={"which": calendar.id})


def purge(session: Session, *, now: dt.datetime) -> int:
    """Deletes what is older than 90 days, in every practice of the session's scope; how many.

    Commits.
    """
    oldest = now - dt.timedelta(days=KEPT_DAYS)
    gone = session.exec(delete(HistoryEntry).where(col(HistoryEntry.at) < oldest))
    session.commit()
    return int(gone.rowcount)


def start_of(snapshot: Snapshot) -> str:
    """When a snapshot begins, as it is stored."""
    span: Any = snapshot.span
    return start_text(getattr(span, "starts_at", None) or getattr(span, "starts_on", None))


def _outcome_of(session: Session, calendar: SyncedCalendar, link: EventLink) -> Outcome:
    """Added, changed, or put back after somebody changed or deleted it in Google."""
    if link.base is not None:
        return Outcome.PUT_BACK if link.sent is None else Outcome.CHANGED
    if link.original_start:
        is_tombstone = link.google_sequence == UNKNOWN_SEQUENCE
        return Outcome.PUT_BACK if is_tombstone else Outcome.CHANGED
    is_first_life = link.generation == 1
    if is_first_life and calendar.last_success_at is None:
        return Outcome.ADDED
    before = _last_outcome(session, link)
    is_new = before is Outcome.REMOVED or (before is None and is_first_life)
    return Outcome.ADDED if is_new else Outcome.PUT_BACK


def _last_outcome(session: Session, link: EventLink) -> Outcome | None:
    """What an earlier entry tells of the event's being in Google."""
    named = {"appointment": link.appointment_id, "original_start": link.original_start}
    entry = session.exec(_LAST_TOLD, params=named).first()
    return entry.outcome if entry else None


def _note_own(
    session: Session,
    calendar: SyncedCalendar,
    link: EventLink,
    outcome: Outcome,
    *,
    starts: str = "",
    now: dt.datetime,
) -> None:
    row = _entry(session, calendar, outcome, now)
    row.appointment_id, row.original_start = link.appointment_id, link.original_start
    stored = link.base or link.sent or {}
    row.starts = starts or str(stored.get("start", "")) or link.original_start
    session.add(row)


def _entry(
    session: Session, calendar: SyncedCalendar, outcome: Outcome, now: dt.datetime
) -> HistoryEntry:
    return HistoryEntry(
        practice_id=calendar.practice_id,
        member_id=calendar.member_id,
        calendar_id=calendar.id,
        stint=calendar.lease_epoch,
        run_id=_live_run_id(session, calendar.id),
        at=now,
        outcome=outcome,
    )


def _live_run_id(session: Session, calendar_id: str) -> str:
    """The run that somebody is watching, or "". Looked up once for each transaction."""
    known: dict[str, str] = session.info.setdefault("history_runs", {})
    if calendar_id not in known:
        run_id = session.exec(_LIVE_RUN_ID, params={"which": calendar_id}).first()
        known[calendar_id] = run_id or ""
    return known[calendar_id]
