"""Writes what `domain/series_edits.py` decided: rows of a series and of its changed occurrences.

Called by `services/appointments.py` inside its transaction, with the row already locked; nothing
here commits. Raising `version`, `sequence` and `changed_at` happens here, in one place.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, select

from webapp.db.columns import new_id
from webapp.db.models import Appointment, AppointmentException
from webapp.db.snapshots import change_columns, row_span, span_columns, start_from_text
from webapp.domain import recurrence
from webapp.domain.appointment_details import Details
from webapp.domain.appointments import ChangedOccurrence
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.series_edits import (
    OwnSeries,
    SeriesPart,
    before,
    following,
    is_same_time,
    shifted,
    shown_at,
    takes_place,
)
from webapp.domain.timespan import Span, Start, TimedSpan, moved, start_of


@dataclass(frozen=True, slots=True)
class Edit:
    """What one form asks for: a time, details, or both. `now` is aware UTC."""

    now: dt.datetime
    to: Span | None = None
    details: Details | None = None


def read(session: Session, *, row: Appointment) -> OwnSeries:
    """The series in `row` with every changed occurrence."""
    return OwnSeries(
        row_span(row), row.rule, tuple(_change(each, row) for each in _rows(session, row))
    )


def change(
    session: Session, *, row: Appointment, part: SeriesPart, start: Start | None, edit: Edit
) -> list[Appointment]:
    """Applies `edit`. Returns the rows it touched; the last one holds the edited session.

    Raises `NotFound` when the series has no occurrence at `start`.
    """
    if not row.rule:
        return [_change_single(row, edit)]
    series, start = _opened(session, row, start)
    if edit.to is not None:
        _check_kind(series.span, edit.to)
    is_first = start == start_of(series.span)
    if part is SeriesPart.THIS:
        return _change_this(session, row, series, start, edit)
    if part is SeriesPart.FOLLOWING and not is_first:
        return _change_following(session, row, series, start, edit)
    return [_change_all(session, row, series, start, edit)]


def cancel(
    session: Session,
    *,
    row: Appointment,
    part: SeriesPart,
    start: Start | None,
    now: dt.datetime,
) -> None:
    """Cancels a single event or a part of a series. Raises as `change`."""
    if not row.rule or part is SeriesPart.ALL:
        row.cancelled_at = now
    else:
        series, start = _opened(session, row, start)
        if part is SeriesPart.THIS:
            _put_exception(session, row, ChangedOccurrence(start, None))
        elif start == start_of(series.span):
            row.cancelled_at = now
        else:
            _write(session, row, before(series, start))
    _raise(row, now=now)


def rewrite(session: Session, *, row: Appointment, series: OwnSeries, now: dt.datetime) -> None:
    """Makes an event, or a series with its changed occurrences, say exactly what `series` says."""
    if series.rule:
        _write(session, row, series)
    else:
        _put_series(row, series)
    _raise(row, now=now)


def repeats_until(series: OwnSeries) -> dt.datetime | None:
    """No occurrence ends after this, moved ones included; None for endless and single events."""
    if not series.rule:
        return None
    return recurrence.last_end(series.span, series.rule, series.changes)


def put_details(row: Appointment, details: Details) -> bool:
    """Writes `details` into `row`; true when others can see the difference outside."""
    before = (row.title, row.location, row.is_busy)
    row.title = "" if row.client_id else details.title.strip()
    row.location = details.location.strip()
    row.is_busy = True if row.client_id else details.is_busy
    row.service = details.service.strip()
    row.notes = row.notes if details.notes is None else details.notes.strip()
    return before != (row.title, row.location, row.is_busy)


def _opened(session: Session, row: Appointment, start: Start | None) -> tuple[OwnSeries, Start]:
    series = read(session, row=row)
    start = start_of(series.span) if start is None else start
    if not takes_place(series, start):
        raise NotFound()
    return series, start


def _check_kind(span: Span, to: Span) -> None:
    if isinstance(span, TimedSpan) != isinstance(to, TimedSpan):
        raise Invalid({"is_all_day": "A series cannot change between times and whole days."})


def _change_single(row: Appointment, edit: Edit) -> Appointment:
    is_visible = False
    if edit.to is not None and not is_same_time(edit.to, row_span(row)):
        _put_span(row, edit.to)
        is_visible = True
    if edit.details is not None:
        is_visible = put_details(row, edit.details) or is_visible
    _raise(row, now=edit.now, is_visible=is_visible)
    return row


def _change_this(
    session: Session, row: Appointment, series: OwnSeries, start: Start, edit: Edit
) -> list[Appointment]:
    """A new time makes an exception. New details take the session out of the series: a row of a
    changed occurrence holds a time and nothing else."""
    if edit.details is not None and _differs(row, edit.details):
        return _take_out(session, row, series, start, edit)
    has_moved = edit.to is not None and not is_same_time(edit.to, shown_at(series, start))
    if edit.to is not None and has_moved:
        is_regular = is_same_time(edit.to, moved(series.span, start))
        _put_exception(session, row, ChangedOccurrence(start, edit.to), is_regular=is_regular)
    _raise(row, now=edit.now, is_visible=has_moved)
    return [row]


def _take_out(
    session: Session, row: Appointment, series: OwnSeries, start: Start, edit: Edit
) -> list[Appointment]:
    single = _copy(row, OwnSeries(edit.to or shown_at(series, start), ""), now=edit.now)
    if edit.details is not None:
        put_details(single, edit.details)
    _put_exception(session, row, ChangedOccurrence(start, None))
    _raise(row, now=edit.now)
    return [row, single]


def _change_following(
    session: Session, row: Appointment, series: OwnSeries, start: Start, edit: Edit
) -> list[Appointment]:
    late = following(series, start, edit.to)
    rest = _copy(row, late, now=edit.now)
    if edit.details is not None:
        put_details(rest, edit.details)
    _write(session, row, before(series, start))
    _raise(row, now=edit.now)
    session.add(rest)
    session.flush()
    _write(session, rest, late)
    return [row, rest]


def _change_all(
    session: Session, row: Appointment, series: OwnSeries, start: Start, edit: Edit
) -> Appointment:
    is_visible = False
    if edit.to is not None and not is_same_time(edit.to, shown_at(series, start)):
        _write(session, row, shifted(series, start, edit.to))
        is_visible = True
    if edit.details is not None:
        is_visible = put_details(row, edit.details) or is_visible
    _raise(row, now=edit.now, is_visible=is_visible)
    return row


def _differs(row: Appointment, details: Details) -> bool:
    trial = Appointment(**row.model_dump())
    put_details(trial, details)
    return trial.model_dump() != row.model_dump()


def _copy(row: Appointment, series: OwnSeries, *, now: dt.datetime) -> Appointment:
    """A new row like `row`, for the rest of a series or for a session taken out of it."""
    fresh = Appointment(
        **row.model_dump(exclude={"id", "version", "sequence", "created_at", "changed_at"}),
        id=new_id(),
        created_at=now,
        changed_at=now,
    )
    fresh.split_from_id = row.id
    _put_series(fresh, series)
    return fresh


def _write(session: Session, row: Appointment, series: OwnSeries) -> None:
    """Makes the row and its exceptions say exactly what `series` says."""
    _put_series(row, series)
    for old in _rows(session, row):
        session.delete(old)
    session.flush()
    for each in series.changes:
        session.add(_exception(row, each))


def _put_series(row: Appointment, series: OwnSeries) -> None:
    _put_span(row, series.span)
    row.rule = series.rule
    row.repeats_until = repeats_until(series)


def _put_span(row: Appointment, span: Span) -> None:
    row.sqlmodel_update(span_columns(span))
    if isinstance(span, TimedSpan):
        row.time_zone = span.time_zone


def _put_exception(
    session: Session, row: Appointment, change: ChangedOccurrence, *, is_regular: bool = False
) -> None:
    """Replaces what was said about this occurrence; nothing is said about a regular one."""
    for old in _rows(session, row):
        if start_from_text(old.original_start) == change.original_start:
            session.delete(old)
    session.flush()
    if not is_regular:
        session.add(_exception(row, change))
    session.flush()
    row.repeats_until = repeats_until(read(session, row=row))


def _exception(row: Appointment, change: ChangedOccurrence) -> AppointmentException:
    return AppointmentException(
        practice_id=row.practice_id,
        appointment_id=row.id,
        **change_columns(change, time_zone=row.time_zone),
    )


def _rows(session: Session, row: Appointment) -> Iterable[AppointmentException]:
    return session.exec(
        select(AppointmentException).where(AppointmentException.appointment_id == row.id)
    ).all()


def _change(exception: AppointmentException, row: Appointment) -> ChangedOccurrence:
    original = start_from_text(exception.original_start)
    assert original is not None
    is_moved = exception.starts_at is not None or exception.starts_on is not None
    span = row_span(exception, time_zone=row.time_zone) if is_moved else None
    return ChangedOccurrence(original, span)


def _raise(row: Appointment, *, now: dt.datetime, is_visible: bool = True) -> None:
    """Every change raises the version; `sequence` and `changed_at` what others can see of it."""
    row.version += 1
    if is_visible:
        row.sequence += 1
        row.changed_at = now
