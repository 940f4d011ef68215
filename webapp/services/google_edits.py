"""What somebody changed in Google and we put back: the notices, and their answers (R107, U4).

An edit in Google never changes an appointment by itself. Here the practitioner says that ours stays
(`keep_ours`), or lets the appointment follow (`move_here`) by the same rules as any other change
made in the app. What was copied or split off is the affair of `services/copies.py`.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from webapp.db.models import (
    Appointment,
    EditState,
    GoogleEdit,
    Member,
)
from webapp.db.queries.people import client as listed_client
from webapp.db.snapshots import snapshot_from_json, start_from_text
from webapp.domain.errors import NotFound, StaleEdit
from webapp.domain.google_edit_text import span_change
from webapp.domain.series_edits import OwnSeries, SeriesPart, is_same_time, shown_at, takes_place
from webapp.domain.timespan import Span, TimedSpan, start_of
from webapp.services import appointments, series_edits


class Change(StrEnum):
    """What was done to our event in Google."""

    MOVED = "moved"
    DELETED = "deleted"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to answer. `seen` and `kept` are short times where the practitioner is, and
    `version` is the appointment's, so that an answer to an old notice is refused."""

    id: str
    change: Change
    title: str
    seen: str
    kept: str
    version: int
    can_follow: bool
    is_series: bool
    noticed_at: dt.datetime


def open_notices(session: Session, *, member: Member) -> list[Notice]:
    """What waits for the member's answer, newest first."""
    found = session.exec(
        select(GoogleEdit, Appointment)
        .join(Appointment, col(Appointment.id) == GoogleEdit.appointment_id)
        .where(
            GoogleEdit.member_id == member.id,
            GoogleEdit.state == EditState.OPEN,
            col(Appointment.cancelled_at).is_(None),
        )
        .order_by(col(GoogleEdit.noticed_at).desc(), col(GoogleEdit.id))
    ).all()
    return [_notice(session, member, edit, row) for edit, row in found]


def keep_ours(session: Session, *, by: Member, edit_id: str, now: dt.datetime) -> None:
    """Closes the notice; the appointment is as it was. Commits. Raises `NotFound`."""
    edit = _open_edit(session, by=by, edit_id=edit_id)
    _close(edit, EditState.KEPT, now)
    session.commit()


def move_here(
    session: Session, *, by: Member, edit_id: str, version: int, now: dt.datetime
) -> Appointment:
    """Lets the appointment follow: to the time in Google, or cancelled if it was deleted there.

    Commits, then rings. `version` is what the notice showed. Raises `NotFound`, `StaleEdit` when
    the appointment was changed meanwhile, and `Invalid` for a time that it cannot have.
    """
    edit = _open_edit(session, by=by, edit_id=edit_id)
    row = appointments.find(session, by=by, appointment_id=edit.appointment_id)
    if not _can_follow(series_edits.read(session, row=row), edit):
        raise StaleEdit()
    part = SeriesPart.THIS if edit.original_start else SeriesPart.ALL
    start = start_from_text(edit.original_start)
    _close(edit, EditState.ADOPTED, now)
    to = _seen(edit)
    if to is None:
        return appointments.cancel(
            session,
            by=by,
            now=now,
            appointment_id=row.id,
            version=version,
            part=part,
            original_start=start,
        )
    return appointments.move(
        session,
        by=by,
        now=now,
        appointment_id=row.id,
        version=version,
        to=_in_own_zone(to, row),
        part=part,
        original_start=start,
    )


def _notice(session: Session, member: Member, edit: GoogleEdit, row: Appointment) -> Notice:
    client = listed_client(session, client_id=row.client_id) if row.client_id else None
    change = _change(edit)
    seen, kept = span_change(_seen(edit), _kept(edit), time_zone=member.time_zone)
    return Notice(
        id=edit.id,
        change=change,
        title=f"The session with {client.full_name}" if client else f"“{row.title}”",
        seen=seen,
        kept=kept,
        version=row.version,
        can_follow=_can_follow(series_edits.read(session, row=row), edit),
        is_series=bool(row.rule) and not edit.original_start,
        noticed_at=edit.noticed_at,
    )


def _change(edit: GoogleEdit) -> Change:
    if edit.seen is None:
        return Change.DELETED
    seen, kept = _seen(edit), _kept(edit)
    is_moved = seen is not None and kept is not None and not is_same_time(seen, kept)
    is_same_kind = isinstance(seen, TimedSpan) is isinstance(kept, TimedSpan)
    return Change.MOVED if is_moved and is_same_kind else Change.EDITED


def _can_follow(series: OwnSeries, edit: GoogleEdit) -> bool:
    """Whether following means something clear: a time or an absence, of what still stands where it
    stood. A rewritten repetition is edited here, not taken over."""
    change, kept = _change(edit), _kept(edit)
    if change is Change.EDITED or kept is None:
        return False
    if change is Change.MOVED and not edit.original_start and _has_other_rule(edit):
        return False
    start = start_from_text(edit.original_start) or start_of(series.span)
    is_there = not series.rule or not edit.original_start or takes_place(series, start)
    return is_there and is_same_time(kept, shown_at(series, start))


def _has_other_rule(edit: GoogleEdit) -> bool:
    """Whether Google's series repeated otherwise than ours; moving to another day changes BYDAY."""
    assert edit.seen is not None
    assert edit.kept is not None
    return bool(edit.seen["recurrence"]) != bool(edit.kept["recurrence"]) or (
        len(edit.seen["recurrence"]) != len(edit.kept["recurrence"])
    )


def _seen(edit: GoogleEdit) -> Span | None:
    return snapshot_from_json(edit.seen).span if edit.seen else None


def _kept(edit: GoogleEdit) -> Span | None:
    return snapshot_from_json(edit.kept).span if edit.kept else None


def _in_own_zone(span: Span, row: Appointment) -> Span:
    """The time in Google, on the clock that the appointment keeps."""
    if isinstance(span, TimedSpan):
        return TimedSpan(span.starts_at, span.ends_at, row.time_zone)
    return span


def _open_edit(session: Session, *, by: Member, edit_id: str) -> GoogleEdit:
    """The notice, locked, so that two answers become one. Raises `NotFound`."""
    edit = session.exec(
        select(GoogleEdit)
        .where(
            GoogleEdit.id == edit_id,
            GoogleEdit.member_id == by.id,
            GoogleEdit.state == EditState.OPEN,
        )
        .with_for_update()
    ).first()
    if edit is None:
        raise NotFound()
    return edit


def _close(edit: GoogleEdit, state: EditState, now: dt.datetime) -> None:
    edit.state, edit.answered_at = state, now
