"""Own events: book, block, move, edit, cancel; single ones and weekly series.

Every change is one transaction: the row with a raised version, the wish that Google follows, and
an audit row. Then the bell rings; nobody waits for Google here. What becomes of a series is
decided in `domain/series_edits.py` and written by
`services/series_edits.py`.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlmodel import Session, col, select

from webapp.db.models import Appointment, Client, Member
from webapp.db.snapshots import row_span, span_columns
from webapp.domain.appointment_details import Details, faults, span_faults
from webapp.domain.errors import Invalid, NotAllowed, NotFound, StaleEdit
from webapp.domain.series_edits import OwnSeries, SeriesPart, retimed
from webapp.domain.timespan import Span, Start, TimedSpan
from webapp.domain.visibility import Sight, can
from webapp.queue import Bell, ring
from webapp.services import audit, calendar_locks, free_time, outbox, series_edits

BOOKED = "appointment.booked"


def book(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    member_id: str,
    client_id: str,
    span: Span,
    rule: str = "",
    details: Details | None = None,
    form_key: str = "",
    accepted: str | None = None,
    except_id: str = "",
    action: str = BOOKED,
) -> Appointment:
    """Books a client with the practitioner `member_id`; client appointments are always busy.

    `rule` is what `recurrence.weekly` builds, or "". `form_key` names one filled-in form: sending
    it twice books once (F70). With `accepted`, time that is taken is refused, in the field of that
    name, until the refusal comes back as its value (`free_time.refuse_clash`); None books over
    anything, and the event `except_id` is in nobody's way. `action` is what the audit log says.
    Raises `Invalid`, `NotAllowed`, `NotFound`.
    """
    _check(span_faults(span, is_client=True) | faults(details or Details(), is_client=True))
    client = session.exec(select(Client).where(Client.id == client_id)).first()
    if client is None or client.archived_at is not None:
        raise Invalid({"client_id": "Choose a client."})
    row = _new_row(by=by, now=now, member_id=member_id, span=span, rule=rule)
    row.client_id = client.id
    series_edits.put_details(row, details or Details())
    return _add(
        session,
        by=by,
        now=now,
        row=row,
        form_key=form_key,
        accepted=accepted,
        except_id=except_id,
        action=action,
    )


def block(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    member_id: str,
    span: Span,
    details: Details,
    rule: str = "",
    form_key: str = "",
    accepted: str | None = None,
) -> Appointment:
    """Puts a non-client event (lunch, staff meeting) on a practitioner's calendar. As `book`; one
    that is Free takes no time, so nothing is in its way."""
    _check(span_faults(span, is_client=False) | faults(details, is_client=False))
    row = _new_row(by=by, now=now, member_id=member_id, span=span, rule=rule)
    series_edits.put_details(row, details)
    asked = accepted if details.is_busy else None
    return _add(session, by=by, now=now, row=row, form_key=form_key, accepted=asked)


def find(session: Session, *, by: Member, appointment_id: str) -> Appointment:
    """An appointment that `by` may open and change. Raises `NotFound` for any other."""
    row = session.exec(
        select(Appointment).where(
            Appointment.id == appointment_id, col(Appointment.cancelled_at).is_(None)
        )
    ).first()
    return _opened(row, by=by)


def move(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    appointment_id: str,
    version: int,
    to: Span,
    part: SeriesPart = SeriesPart.ALL,
    original_start: Start | None = None,
) -> Appointment:
    """Gives an event, or a part of a series, another time; everything else as `edit`."""
    return edit(
        session,
        by=by,
        now=now,
        appointment_id=appointment_id,
        version=version,
        to=to,
        part=part,
        original_start=original_start,
    )


def edit(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    appointment_id: str,
    version: int,
    details: Details | None = None,
    to: Span | None = None,
    part: SeriesPart = SeriesPart.ALL,
    original_start: Start | None = None,
    accepted: str | None = None,
) -> Appointment:
    """Changes details, the time, or both. Returns the row that now holds the edited session.

    For a series `original_start` names the occurrence that was edited (None: the first), `part`
    how far the change reaches, and `to` is the new time of that occurrence. `accepted` as `book`,
    asked when what takes time gets another time. Raises `StaleEdit` when `version` is not the
    newest, `Invalid`, `NotFound`.
    """
    row = _locked(session, by=by, appointment_id=appointment_id, version=version)
    is_client = row.client_id is not None
    _check(span_faults(to, is_client=is_client) if to else {})
    _check(faults(details, is_client=is_client) if details else {})
    takes_time = is_client or (details.is_busy if details else row.is_busy)
    if to is not None and takes_time and accepted is not None:
        _check_time(session, by, row, part, original_start, to, accepted=accepted, now=now)
    edit = series_edits.Edit(to=to, details=details, now=now)
    touched = series_edits.change(session, row=row, part=part, start=original_start, edit=edit)
    return _finish(session, by=by, now=now, touched=touched, action="appointment.changed")


def cancel(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    appointment_id: str,
    version: int,
    part: SeriesPart = SeriesPart.ALL,
    original_start: Start | None = None,
) -> Appointment:
    """Cancels an event, or a part of a series. Arguments and errors as `edit`."""
    row = _locked(session, by=by, appointment_id=appointment_id, version=version)
    series_edits.cancel(session, row=row, part=part, start=original_start, now=now)
    return _finish(session, by=by, now=now, touched=[row], action="appointment.cancelled")


def can_change(by: Member, *, member_id: str) -> bool:
    """Whether `by` keeps the calendar of the practitioner `member_id`."""
    return can(Sight.CHANGES, viewer_id=by.id, role=by.role, member_id=member_id)


def id_of_form(form_key: str, *, by: Member) -> str:
    """The same form from the same person always names the same row, and nobody else's (F70)."""
    return hashlib.sha256(f"{by.practice_id}/{by.id}/{form_key}".encode()).hexdigest()[:32]


def _check(found: dict[str, str]) -> None:
    if found:
        raise Invalid(found)


def _new_row(*, by: Member, now: dt.datetime, member_id: str, span: Span, rule: str) -> Appointment:
    return Appointment(
        practice_id=by.practice_id,
        member_id=member_id,
        time_zone=span.time_zone if isinstance(span, TimedSpan) else by.time_zone,
        rule=rule,
        repeats_until=series_edits.repeats_until(OwnSeries(span, rule)),
        created_at=now,
        changed_at=now,
        **span_columns(span),
    )


def _check_time(
    session: Session,
    by: Member,
    row: Appointment,
    part: SeriesPart,
    start: Start | None,
    to: Span,
    *,
    accepted: str,
    now: dt.datetime,
) -> None:
    """Whether another time than before is free, for every session that gets one."""
    changed = retimed(series_edits.read(session, row=row), part, start, to)
    if changed is None:
        return
    member = _lock_calendar(session, by=by, member_id=row.member_id)
    free_time.refuse_clash(
        session, member=member, series=changed, accepted=accepted, except_id=row.id, now=now
    )


def _add(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    row: Appointment,
    form_key: str,
    accepted: str | None = None,
    except_id: str = "",
    action: str = BOOKED,
) -> Appointment:
    member = _lock_calendar(session, by=by, member_id=row.member_id)
    if form_key:
        row.id = id_of_form(form_key, by=by)
        sent_before = session.exec(select(Appointment).where(Appointment.id == row.id)).first()
        if sent_before is not None:
            return sent_before
    if accepted is not None:
        free_time.refuse_clash(
            session,
            member=member,
            series=OwnSeries(row_span(row), row.rule),
            accepted=accepted,
            except_id=except_id,
            now=now,
        )
    return _finish(session, by=by, now=now, touched=[row], action=action)


def _lock_calendar(session: Session, *, by: Member, member_id: str) -> Member:
    practitioner = calendar_locks.take(session, member_id=member_id)
    if practitioner is None:
        raise NotFound()
    if not can_change(by, member_id=member_id):
        raise NotAllowed()
    return practitioner


def _locked(session: Session, *, by: Member, appointment_id: str, version: int) -> Appointment:
    row = session.exec(
        select(Appointment)
        .where(Appointment.id == appointment_id, col(Appointment.cancelled_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    found = _opened(row, by=by)
    if found.version != version:
        raise StaleEdit()
    return found


def _opened(row: Appointment | None, *, by: Member) -> Appointment:
    """A colleague's appointment is answered as one that does not exist."""
    if row is None or not can_change(by, member_id=row.member_id):
        raise NotFound()
    return row


def _finish(
    session: Session,
    *,
    by: Member,
    now: dt.datetime,
    touched: Sequence[Appointment],
    action: str,
) -> Appointment:
    """Wishes, audit rows, commit, bell. The last of `touched` is what the user worked on."""
    calendars: set[str] = set()
    for row in touched:
        session.add(row)
        audit.record(session, by=by, action=action, now=now, subject=row.id)
        calendars.update(outbox.request_appointment(session, appointment=row))
    session.commit()
    for calendar_id in sorted(calendars):
        ring(Bell.SYNC, calendar_id)
    return touched[-1]
