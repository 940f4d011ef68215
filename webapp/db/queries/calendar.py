"""Everything on a calendar page, for any range, in a fixed number of queries.

Own events and, where two-way sync is on, Google's; each reduced to what the viewer may see, so
that what a template is given it may show. Reads only.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session, col, select

from webapp.db.models import (
    CalendarRole,
    EventLink,
    Member,
    Outbox,
    SyncedCalendar,
)
from webapp.db.queries.appointments_in_window import appointments_in
from webapp.db.queries.google_events import google_entries
from webapp.db.snapshots import appointment_values, start_text
from webapp.domain import recurrence
from webapp.domain.appointments import AppointmentValues
from webapp.domain.calendar_entries import Entry, EntryKind
from webapp.domain.calendar_pages import Window
from webapp.domain.people import name_inside
from webapp.domain.timespan import instants
from webapp.domain.visibility import SEES, Sight, audience


def calendar_entries(
    session: Session,
    *,
    viewer: Member,
    member: Member,
    window: Window,
) -> list[Entry]:
    """What `viewer` sees of the calendar of `member` in `window`, in time order.

    A colleague sees that times are taken and nothing else (R100).
    """
    sees = SEES[audience(viewer_id=viewer.id, role=viewer.role, member_id=member.id)]
    own = _own_entries(session, member, window)
    if Sight.CLIENTS not in sees:
        own = _only_busy(own)
    google = google_entries(session, member, window)
    if Sight.GOOGLE_DETAILS not in sees:
        google = _only_busy(google)
    return sorted([*own, *google], key=lambda each: _place(each, window.day_zone))


def _only_busy(entries: Iterable[Entry]) -> list[Entry]:
    """That time is taken, without what by; free time is nobody's business."""
    return [
        Entry(kind=EntryKind.BUSY, title="Busy", span=each.span, is_hidden=True)
        for each in entries
        if each.is_busy
    ]


def _place(entry: Entry, day_zone: str) -> tuple[dt.datetime, dt.datetime, str]:
    return (*instants(entry.span, time_zone=day_zone), entry.title)


def _own_entries(session: Session, member: Member, window: Window) -> list[Entry]:
    rows = appointments_in(session, member, window)
    entries = [
        replace(entry, key=values.id)
        for values in appointment_values(session, rows)
        for entry in _expanded(values, window)
    ]
    return _with_sync(session, member, entries)


def _expanded(values: AppointmentValues, window: Window) -> list[Entry]:
    found = recurrence.occurrences(
        values.span,
        values.rule,
        values.changes,
        after=window.after,
        before=window.before,
        day_zone=window.day_zone,
    )
    return [
        Entry(
            kind=EntryKind.CLIENT if values.client else EntryKind.OWN,
            title=name_inside(values.client) if values.client else values.title,
            span=each.span,
            original_start=start_text(each.original_start) if values.rule else "",
            is_busy=values.is_busy,
            blocks=values.is_busy,
            is_repeating=bool(values.rule),
            location=values.location,
        )
        for each in found
    ]


def _with_sync(session: Session, member: Member, entries: list[Entry]) -> list[Entry]:
    """Which of them are in Google, on their way there, or stuck."""
    ids = {entry.key for entry in entries}
    calendars = select(SyncedCalendar.id).where(
        SyncedCalendar.member_id == member.id,
        SyncedCalendar.role == CalendarRole.DEFAULT,
        col(SyncedCalendar.is_on).is_(True),
    )
    in_google = set(
        session.exec(
            select(EventLink.appointment_id).where(
                col(EventLink.calendar_id).in_(calendars),
                col(EventLink.appointment_id).in_(ids),
                EventLink.etag != "",
            )
        )
    )
    wishes = session.exec(
        select(Outbox).where(
            col(Outbox.calendar_id).in_(calendars),
            col(Outbox.appointment_id).in_(ids),
            col(Outbox.requested) > Outbox.completed,
        )
    )
    failures = {wish.appointment_id: wish.failure for wish in wishes}
    return [
        replace(
            entry,
            is_locked=entry.kind is EntryKind.CLIENT and entry.key in in_google,
            is_waiting=failures.get(entry.key) == "",
            failure=failures.get(entry.key, ""),
        )
        for entry in entries
    ]
