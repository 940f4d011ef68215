"""A practitioner's history, a page at a time, with the titles that its events have now (U6)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from webapp.db.models import Appointment, GoogleEvent, HistoryEntry, Member, SyncedCalendar
from webapp.db.snapshots import appointment_values, start_from_text
from webapp.domain import history
from webapp.domain.appointments import AppointmentValues
from webapp.domain.history import Counts, Outcome, Side
from webapp.domain.people import name_inside
from webapp.domain.timespan import Start

PAGE_SIZE = 50
GONE_HERE = "An event that is no longer here"
GONE_THERE = "An event that is no longer in Google"
HIDDEN = "Busy"

SUBJECT = (
    col(HistoryEntry.appointment_id)
    + col(HistoryEntry.google_id)
    + col(HistoryEntry.original_start)
)
StintKey = tuple[str, int]
"""A calendar's id and the epoch of the lease."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event and what became of it. `starts` is an instant (aware UTC) or a day, if known."""

    outcome: Outcome
    side: Side
    text: str
    title: str
    starts: Start | None
    reason: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Stint:
    """What one sync of one calendar did; `total` counts all of it, `lines` are this page's."""

    calendar_name: str
    at: dt.datetime
    total: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`older` is the id to go on from, or "" at the end."""

    stints: list[Stint]
    older: str


def history_page(
    session: Session, *, member: Member, calendar_id: str = "", before: str = ""
) -> HistoryPage:
    """The newest entries of the member, of one calendar if named, older than the entry `before`."""
    entries = session.exec(
        select(HistoryEntry)
        .where(
            HistoryEntry.member_id == member.id,
            HistoryEntry.calendar_id == calendar_id if calendar_id else true(),
            _older_than(session, member, before),
        )
        .order_by(col(HistoryEntry.at).desc(), col(HistoryEntry.id).desc())
        .limit(PAGE_SIZE + 1)
    ).all()
    shown = entries[:PAGE_SIZE]
    older = shown[-1].id if len(entries) > PAGE_SIZE else ""
    return HistoryPage(_stints(session, shown), older)


def calendars_with_history(session: Session, *, member: Member) -> list[SyncedCalendar]:
    """What the page can be narrowed to: the member's calendars that ever synced, by name."""
    told = select(HistoryEntry.calendar_id).where(HistoryEntry.member_id == member.id).distinct()
    return list(
        session.exec(
            select(SyncedCalendar)
            .where(SyncedCalendar.member_id == member.id, col(SyncedCalendar.id).in_(told))
            .order_by(col(SyncedCalendar.role), col(SyncedCalendar.name))
        )
    )


def run_counts(session: Session, *, run_ids: Sequence[str]) -> Counts:
    """How many events these runs added, changed and so on; an event counts once for each."""
    counts: dict[tuple[Outcome, Side], int] = {}
    for side in Side:
        rows = session.exec(
            select(col(HistoryEntry.outcome), func.count(func.distinct(SUBJECT)))
            .where(col(HistoryEntry.run_id).in_(run_ids), _is_on(side))
            .group_by(col(HistoryEntry.outcome))
        )
        counts |= {(outcome, side): count for outcome, count in rows}
    return counts


def _older_than(session: Session, member: Member, entry_id: str) -> ColumnElement[bool]:
    if not entry_id:
        return true()
    last = session.exec(
        select(HistoryEntry).where(HistoryEntry.id == entry_id, HistoryEntry.member_id == member.id)
    ).first()
    if last is None:
        return true()
    return or_(
        col(HistoryEntry.at) < last.at,
        and_(col(HistoryEntry.at) == last.at, col(HistoryEntry.id) < last.id),
    )


def _stints(session: Session, entries: Sequence[HistoryEntry]) -> list[Stint]:
    titles = _titles(session, entries)
    names = _calendar_names(session, {entry.calendar_id for entry in entries})
    totals = _totals(session, entries)
    groups: dict[StintKey, list[HistoryEntry]] = {}
    for entry in entries:
        groups.setdefault((entry.calendar_id, entry.stint), []).append(entry)
    return [
        Stint(
            calendar_name=names.get(key[0], "A calendar that is no longer connected"),
            at=group[0].at,
            total=totals.get(key, ""),
            lines=[_line(entry, titles) for entry in sorted(group, key=_place)],
        )
        for key, group in groups.items()
    ]


def _place(entry: HistoryEntry) -> tuple[float, str]:
    """Newest first, and what happened at once in the order of the calendar."""
    return -entry.at.timestamp(), entry.original_start or entry.starts


def _line(entry: HistoryEntry, titles: dict[str, str]) -> Line:
    side = Side.APP if entry.google_id else Side.GOOGLE
    title = titles.get(entry.appointment_id or entry.google_id, "")
    gone = GONE_THERE if entry.google_id else GONE_HERE
    is_about_event = entry.outcome is not Outcome.STOPPED
    return Line(
        outcome=entry.outcome,
        side=side,
        text=history.sentence(entry.outcome, side),
        title=(title or gone) if is_about_event else "",
        starts=start_from_text(entry.original_start or entry.starts),
        reason=entry.reason,
        is_gone=not title,
    )


def _titles(session: Session, entries: Iterable[HistoryEntry]) -> dict[str, str]:
    """By the id of ours or of Google's, from the rows as they are now."""
    wanted = list(entries)
    rows = session.exec(
        select(Appointment).where(
            col(Appointment.id).in_({entry.appointment_id for entry in wanted} - {""})
        )
    ).all()
    titles = {values.id: _title(values) for values in appointment_values(session, rows)}
    mirrored = session.exec(
        select(GoogleEvent.google_id, GoogleEvent.summary).where(
            col(GoogleEvent.calendar_id).in_({entry.calendar_id for entry in wanted}),
            col(GoogleEvent.google_id).in_({entry.google_id for entry in wanted} - {""}),
        )
    )
    return titles | {google_id: summary or HIDDEN for google_id, summary in mirrored}


def _title(values: AppointmentValues) -> str:
    return name_inside(values.client) if values.client else values.title


def _calendar_names(session: Session, calendar_ids: set[str]) -> dict[str, str]:
    rows = session.exec(
        select(SyncedCalendar.id, SyncedCalendar.name).where(
            col(SyncedCalendar.id).in_(calendar_ids)
        )
    )
    return dict(rows.all())


def _totals(session: Session, entries: Iterable[HistoryEntry]) -> dict[StintKey, str]:
    """What each stint did in all, also beyond this page, in a sentence."""
    keys = {(entry.calendar_id, entry.stint) for entry in entries}
    counts: dict[StintKey, dict[tuple[Outcome, Side], int]] = {key: {} for key in keys}
    for side in Side:
        for calendar_id, stint, outcome, count in session.exec(_counted(keys, side)):
            counts[calendar_id, stint][outcome, side] = count
    return {key: history.summary(found) for key, found in counts.items() if _is_about_events(found)}


def _counted(keys: Iterable[StintKey], side: Side) -> Select[str, int, Outcome, int]:
    of_stints = [
        and_(
            col(HistoryEntry.calendar_id) == calendar_id,
            col(HistoryEntry.stint) == stint,
        )
        for calendar_id, stint in keys
    ]
    return (
        select(
            col(HistoryEntry.calendar_id),
            col(HistoryEntry.stint),
            col(HistoryEntry.outcome),
            func.count(col(HistoryEntry.id)),
        )
        .where(or_(false(), *of_stints), _is_on(side))
        .group_by(col(HistoryEntry.calendar_id), col(HistoryEntry.stint), col(HistoryEntry.outcome))
    )


def _is_on(side: Side) -> ColumnElement[bool]:
    """A stop of a whole sync counts as one of ours, as it names no event of Google's."""
    is_google_s = col(HistoryEntry.google_id) != ""
    return is_google_s if side is Side.APP else ~is_google_s


def _is_about_events(counts: Counts) -> bool:
    return any(outcome is not Outcome.STOPPED for outcome, _ in counts)
