"""What one synced Google calendar means in the app: what blocks booking, what is shown, its colour.

What a choice does not need is not stored (R99): titles that are no longer wanted are erased in the
same transaction, and read from Google anew when they are wanted again.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import ClassVar

from sqlalchemy import update
from sqlmodel import Session, col, select

from webapp.db.models import GoogleEvent, Member, RemovedEvent, SyncedCalendar, SyncProblem
from webapp.domain.errors import Invalid
from webapp.domain.palette import NAMES
from webapp.services import audit, sync_runs, synced_calendars

ERASED = {"summary": "", "location": "", "etag": ""}
"""The etag goes as well, so that the next reading does not take the row for complete."""


@dataclass(frozen=True, slots=True)
class CalendarChoices:
    """All choices of one tile (R84, R93). `chosen_hue` is "" for the colour it has in Google."""

    blocks_booking: bool = True
    all_day_blocks: bool = True
    unanswered_blocks: bool = True
    shows_details: bool = True
    chosen_hue: str = ""

    FLAGS: ClassVar = (
        "blocks_booking",
        "all_day_blocks",
        "unanswered_blocks",
        "shows_details",
    )


def choose(
    session: Session, *, by: Member, calendar_id: str, choices: CalendarChoices, now: dt.datetime
) -> SyncedCalendar:
    """Saves the choices, and with that answers whether a new calendar blocks (U11). Commits.

    Rings when Google has to be read again; a paused calendar is, when it is resumed. Raises
    `NotFound` for anybody else's calendar and `Invalid` for a colour that there is not.
    """
    if choices.chosen_hue and choices.chosen_hue not in NAMES:
        raise Invalid({"chosen_hue": "Choose one of these colours."})
    calendar = synced_calendars.own(session, member=by, calendar_id=calendar_id, is_locked=True)
    wanted = asdict(choices)
    is_read_again = choices.shows_details and not calendar.shows_details and calendar.is_on
    if calendar.shows_details and not choices.shows_details:
        _forget_details(session, calendar)
    if any(getattr(calendar, name) != value for name, value in wanted.items()):
        audit.record(session, by=by, action="calendar.changed", subject=calendar.id, now=now)
    for name, value in wanted.items():
        setattr(calendar, name, value)
    calendar.is_new = False
    if is_read_again:
        calendar.sync_token = ""
    session.commit()
    if is_read_again and calendar.paused_at is None:
        sync_runs.read_again(session, by=by, calendar=calendar, now=now)
    return calendar


def _forget_details(session: Session, calendar: SyncedCalendar) -> None:
    """Titles and places, also of what was removed or could not be brought over."""
    session.exec(
        update(GoogleEvent)
        .where(col(GoogleEvent.calendar_id) == calendar.id)
        .values(**ERASED)
        .execution_options(synchronize_session=False)
    )
    session.exec(
        update(SyncProblem)
        .where(col(SyncProblem.calendar_id) == calendar.id)
        .values(title="")
        .execution_options(synchronize_session=False)
    )
    for row in session.exec(select(RemovedEvent).where(RemovedEvent.calendar_id == calendar.id)):
        row.kept = row.kept | ERASED
        session.add(row)
