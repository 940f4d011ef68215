"""What Google does not have any more: removed here, or held until a person has answered (R125).

A pass hands over every event that would go, whether Google said so or a complete listing lacked
it. Small losses go at once, into the bin (`removed_events.py`). Too large a one is held: the events
stay, marked, and the tile asks. All joins the caller's transaction, in which the calendar's row is
held under a lease or locked by a person's request.
"""

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, select

from webapp.db.models import GoogleEvent, SyncedCalendar
from webapp.ops import events
from webapp.services import removed_events
from webapp.services.removed_events import chunks
from webapp.sync import guard

log = logging.getLogger(__name__)

_HELD = (
    select(GoogleEvent)
    .where(GoogleEvent.calendar_id == bindparam("which"), col(GoogleEvent.gone_since).is_not(None))
    .order_by(col(GoogleEvent.first_starts_at), col(GoogleEvent.id))
)
_ENDS = select(GoogleEvent.id, GoogleEvent.last_ends_at).where(
    GoogleEvent.calendar_id == bindparam("which"), col(GoogleEvent.is_cancelled).is_(False)
)


def settle(
    session: Session,
    *,
    calendar: SyncedCalendar,
    gone: Collection[str],
    there: Collection[str],
    is_full: bool,
    is_empty_answer: bool,
    now: dt.datetime,
) -> None:
    """Removes the events with the Google ids `gone` and what belongs to them, or holds them.

    Exceptions that Google has all the same stand in `there`: somebody may be left out of a series
    and invited to one of its times (GOOGLE.md 4.6).

    `is_full`: they are all that a complete listing lacked, so whatever was held before and is not
    among them is there again. What somebody keeps here on purpose is never gone.
    """
    _drop_moved(session, calendar, now)
    going = _leaving(session, calendar, sorted(gone))
    leaving = [row for row in going if row.google_id not in there]
    if is_full:
        _release(held(session, calendar_id=calendar.id), leaving)
    is_asked = _asks(session, calendar, leaving, is_empty_answer, now)
    if is_asked:
        _hold(calendar, leaving, now)
    else:
        removed_events.put_away(session, calendar=calendar, rows=leaving, now=now)
    if is_asked or calendar.gone_count:
        count(session, calendar=calendar, now=now)


def seen_again(rows: Iterable[GoogleEvent]) -> None:
    """Google has these events, whatever was thought of them before."""
    for row in rows:
        if row.gone_since is not None or row.kept_at is not None:
            row.gone_since = row.kept_at = None


def held(session: Session, *, calendar_id: str) -> list[GoogleEvent]:
    """The events about which a person is asked, in time order, what belongs to a series with it."""
    return list(session.exec(_HELD, params={"which": calendar_id}))


def count(session: Session, *, calendar: SyncedCalendar, now: dt.datetime) -> None:
    """Puts "120 of 140 events" on the calendar: of those to come, or of all where none of the held
    ones is still to come."""
    session.flush()
    gone = [row for row in held(session, calendar_id=calendar.id) if not row.is_cancelled]
    calendar.gone_count = calendar.gone_of = 0
    if gone:
        ahead = [row for row in gone if is_coming(row, now)]
        ends = [last for _, last in _ends(session, calendar)]
        there = [last for last in ends if not ahead or last is None or last >= now]
        calendar.gone_count, calendar.gone_of = len(ahead or gone), len(there)


def is_coming(row: GoogleEvent, now: dt.datetime) -> bool:
    """Whether any of it is still ahead."""
    return not row.is_cancelled and (row.last_ends_at is None or row.last_ends_at >= now)


def _drop_moved(session: Session, calendar: SyncedCalendar, now: dt.datetime) -> None:
    """What was held, and has turned up in another calendar since, needs no answer."""
    if calendar.gone_count:
        before = held(session, calendar_id=calendar.id)
        elsewhere = _elsewhere(session, calendar, before)
        moved = [row for row in before if row.google_id in elsewhere]
        removed_events.put_away(session, calendar=calendar, rows=moved, now=now)


def _leaving(session: Session, calendar: SyncedCalendar, gone: Sequence[str]) -> list[GoogleEvent]:
    """The rows that are gone themselves, and the exceptions of series that are (F50)."""
    found: dict[str, GoogleEvent] = {}
    for chunk in chunks(gone):
        rows = session.exec(
            select(GoogleEvent).where(
                GoogleEvent.calendar_id == calendar.id,
                or_(
                    col(GoogleEvent.google_id).in_(chunk),
                    col(GoogleEvent.recurring_google_id).in_(chunk),
                ),
                col(GoogleEvent.kept_at).is_(None),
            )
        )
        found.update({row.id: row for row in rows})
    return list(found.values())


def _release(before: Iterable[GoogleEvent], leaving: Sequence[GoogleEvent]) -> None:
    still = {row.id for row in leaving}
    for row in before:
        if row.id not in still:
            row.gone_since = None


def _asks(
    session: Session,
    calendar: SyncedCalendar,
    leaving: Sequence[GoogleEvent],
    is_empty_answer: bool,
    now: dt.datetime,
) -> bool:
    if len(leaving) <= guard.A_FEW and not is_empty_answer:
        return False
    elsewhere = _elsewhere(session, calendar, leaving)
    going = {row.id for row in leaving if row.google_id not in elsewhere}
    coming, whole = guard.losses(
        (last is None or last >= now, row_id in going) for row_id, last in _ends(session, calendar)
    )
    return guard.is_too_many(coming, whole, is_empty_answer=is_empty_answer)


def _ends(session: Session, calendar: SyncedCalendar) -> Sequence[tuple[str, dt.datetime | None]]:
    """Id and end of each event here; an occurrence that was cancelled is none."""
    return session.exec(_ENDS, params={"which": calendar.id}).all()


def _elsewhere(
    session: Session, calendar: SyncedCalendar, leaving: Sequence[GoogleEvent]
) -> set[str]:
    """Those that were moved to another calendar that is synced here (F47): no loss at all."""
    found: set[str] = set()
    for chunk in chunks([row.google_id for row in leaving]):
        rows = session.exec(
            select(GoogleEvent.google_id)
            .join(SyncedCalendar, col(SyncedCalendar.id) == GoogleEvent.calendar_id)
            .where(
                SyncedCalendar.member_id == calendar.member_id,
                col(SyncedCalendar.id) != calendar.id,
                col(GoogleEvent.google_id).in_(chunk),
                col(GoogleEvent.gone_since).is_(None),
            )
        )
        found.update(rows)
    return found


def _hold(calendar: SyncedCalendar, leaving: Iterable[GoogleEvent], now: dt.datetime) -> None:
    """Also the events that Google named one by one stay until somebody has looked (F57)."""
    log.warning(events.REMOVALS_HELD, extra={"calendar_id": calendar.id})
    for row in leaving:
        row.gone_since = row.gone_since or now
