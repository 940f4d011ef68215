"""Google's events on the calendar: series expanded, exceptions in the place of what they replace.

Three queries whatever their number: calendars, whatever reaches into the range, and the places in
the range that exceptions have emptied. None costs more for a longer history. A rule that cannot be
read shows its first occurrence and says so (F99).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import union_all
from sqlmodel import Session, col, select

from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    GoogleEvent,
    Member,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.snapshots import row_span, start_text
from webapp.domain import busy, recurrence
from webapp.domain.calendar_entries import Entry, EntryKind
from webapp.domain.calendar_pages import CalendarView, Window, page
from webapp.domain.palette import hue
from webapp.domain.timespan import Span

Place = tuple[str, str, str]
"""A calendar's id, the Google id of a series in it, and the original start of an occurrence."""

A_DAY = dt.timedelta(days=1)


def google_entries(session: Session, member: Member, window: Window) -> list[Entry]:
    """Google's events of `member` in the window, in no order; none unless two-way is on (R5)."""
    calendars = _calendars(session, member)
    rows = _rows(session, list(calendars), window) if calendars else []
    emptied = _emptied_places(session, rows, window)
    return [
        _entry(row, calendars[row.calendar_id], span=span, problem=problem)
        for row in rows
        if not row.is_cancelled and _is_shown(row)
        for span, problem in _spans(row, emptied, window)
    ]


def google_entry(
    session: Session, *, member: Member, event_id: str, day_zone: str, on: dt.date
) -> tuple[Entry, GoogleEvent] | None:
    """One event of the member's own calendars, as it stands on the day `on`; else its first time.

    None when there is no such event, or none that the member may see.
    """
    calendars = _calendars(session, member)
    row = session.exec(select(GoogleEvent).where(GoogleEvent.id == event_id)).first()
    if row is None or row.calendar_id not in calendars or row.is_cancelled or row.replaced_by_id:
        return None
    window = page(CalendarView.DAY, on).window(day_zone)
    span, problem = next(_spans(row, (), window), (row_span(row), row.problem))
    return _entry(row, calendars[row.calendar_id], span=span, problem=problem), row


def hand_made(session: Session, *, member: Member, event_id: str) -> GoogleEvent | None:
    """An event that somebody made by hand in Google, in the calendar that takes the member's own
    events (R96). None for all else: invitations, events elsewhere, and what is leaving or gone."""
    calendars = _calendars(session, member)
    row = session.exec(select(GoogleEvent).where(GoogleEvent.id == event_id)).first()
    if row is None or row.calendar_id not in calendars:
        return None
    is_ours = calendars[row.calendar_id][0].role is CalendarRole.DEFAULT
    is_away = row.is_cancelled or row.gone_since is not None or row.kept_at is not None
    is_plain = row.event_type == "default" and not row.response and not row.problem
    return row if is_ours and is_plain and not is_away and not row.replaced_by_id else None


def _calendars(
    session: Session, member: Member
) -> Mapping[str, tuple[SyncedCalendar, GoogleConnection]]:
    found = session.exec(
        select(SyncedCalendar, GoogleConnection)
        .join(GoogleConnection, col(GoogleConnection.id) == SyncedCalendar.connection_id)
        .join(SyncSettings, col(SyncSettings.member_id) == SyncedCalendar.member_id)
        .where(
            SyncedCalendar.member_id == member.id,
            col(SyncedCalendar.is_on).is_(True),
            col(SyncSettings.is_enabled).is_(True),
            SyncSettings.mode == SyncMode.TWO_WAY,
        )
    )
    return {calendar.id: (calendar, connection) for calendar, connection in found}


def _rows(session: Session, calendar_ids: Sequence[str], window: Window) -> list[GoogleEvent]:
    """Whatever may reach into the window. Two questions, as each has the index to itself."""
    begun = select(GoogleEvent.id).where(
        col(GoogleEvent.calendar_id).in_(calendar_ids),
        col(GoogleEvent.first_starts_at) < window.before,
    )
    endless = begun.where(col(GoogleEvent.last_ends_at).is_(None))
    lasting = begun.where(col(GoogleEvent.last_ends_at) >= window.after)
    near = union_all(endless, lasting)
    return list(session.exec(select(GoogleEvent).where(col(GoogleEvent.id).in_(near))))


def _emptied_places(
    session: Session, rows: Iterable[GoogleEvent], window: Window
) -> frozenset[Place]:
    """Where the window's series do not take place: occurrences that were moved or cancelled.

    Original starts are ISO texts in UTC, so their order is that of time, and a date comes before
    all of its hours.
    """
    series = [row for row in rows if row.recurrence]
    if not series:
        return frozenset()
    longest = max(row_span(row).duration for row in series)
    first_on = _day_before(window.after, longest)
    found = session.exec(
        select(
            GoogleEvent.calendar_id, GoogleEvent.recurring_google_id, GoogleEvent.original_start
        ).where(
            col(GoogleEvent.calendar_id).in_({row.calendar_id for row in series}),
            col(GoogleEvent.original_start) >= first_on.isoformat(),
            col(GoogleEvent.original_start) < (window.before + 2 * A_DAY).date().isoformat(),
        )
    )
    return frozenset((calendar, name, original) for calendar, name, original in found)


def _day_before(moment: dt.datetime, length: dt.timedelta) -> dt.date:
    """What lasts `length` and reaches beyond `moment` begins on this day or later, in any zone."""
    reach = min(length + A_DAY, moment - recurrence.EARLIEST)
    return (moment - reach).date()


def _is_shown(row: GoogleEvent) -> bool:
    """Where somebody works is no event, and what was declined does not take place (R93, R94).

    What an own event has replaced is on its way out, and that one stands in its place (D9).
    """
    is_event = row.event_type != "workingLocation" and row.response != "declined"
    return is_event and not row.replaced_by_id


def _spans(
    row: GoogleEvent, emptied: Collection[Place], window: Window
) -> Iterator[tuple[Span, str]]:
    """When the row takes place in the window, each time with what is wrong about it."""
    problem, lines = row.problem, [] if row.recurring_google_id else row.recurrence
    try:
        found = _occurrences(row, lines, window)
    except recurrence.UnreadableRule as unreadable:
        problem = problem or f"Only the first time is shown: {unreadable}."
        found = _occurrences(row, [], window)
    for each in found:
        if (row.calendar_id, row.google_id, start_text(each.original_start)) not in emptied:
            yield each.span, problem


def _occurrences(
    row: GoogleEvent, lines: Sequence[str], window: Window
) -> list[recurrence.Occurrence]:
    return recurrence.foreign_occurrences(
        row_span(row),
        lines,
        after=window.after,
        before=window.before,
        day_zone=window.day_zone,
    )


def marks_of(row: GoogleEvent) -> busy.Marks:
    """What decides whether the event blocks."""
    return busy.Marks(
        is_free=row.is_free,
        status=row.status,
        response=row.response,
        event_type=row.event_type,
        is_all_day=row.starts_on is not None,
    )


def choices_of(calendar: SyncedCalendar) -> busy.Choices:
    """What its practitioner chose about that."""
    return busy.Choices(
        blocks_booking=calendar.blocks_booking,
        all_day_blocks=calendar.all_day_blocks,
        unanswered_blocks=calendar.unanswered_blocks,
    )


def _absence(row: GoogleEvent) -> str:
    """What is to be known about an event that Google does not have any more."""
    if row.gone_since is not None:
        return "Google does not have it any more. It stays until you answer on the sync page."
    return "Gone from Google, kept here as you asked." if row.kept_at is not None else ""


def _entry(
    row: GoogleEvent,
    source: tuple[SyncedCalendar, GoogleConnection],
    *,
    span: Span,
    problem: str,
) -> Entry:
    calendar, connection = source
    marks, choices = marks_of(row), choices_of(calendar)
    is_busy, rule = busy.ruling(marks).blocks, busy.ruling(marks, choices)
    is_cut_off = connection.state is not ConnectionState.CONNECTED or calendar.is_missing
    is_stale = is_cut_off or bool(calendar.failure) or calendar.paused_at is not None
    return Entry(
        kind=EntryKind.GOOGLE,
        title=row.summary or ("Busy" if is_busy else "Free"),
        span=span,
        key=row.id,
        is_busy=is_busy,
        blocks=rule.blocks,
        why=rule.why,
        is_free_by_default=busy.is_free_by_default(marks, choices),
        is_private=row.is_private,
        is_hidden=not row.summary,
        is_tentative=marks.is_unanswered,
        is_repeating=bool(row.recurrence or row.recurring_google_id),
        location=row.location,
        calendar_name=calendar.name,
        day_zone=calendar.time_zone,
        hue=calendar.chosen_hue or hue(calendar.colour),
        problem=problem or _absence(row),
        as_of=calendar.last_success_at if is_stale else None,
    )
