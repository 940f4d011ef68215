"""How an address and its calendar stand, in one narrow row: equal rows, equal answers.

The columns are those that the ETag is made of, and those that end an address. They are asked for
without a session (db/questions.py), because opening one costs ten times what the row does.
"""

from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import col, select

from webapp.db.models import CalendarRevision, FeedLink, Member, SyncSettings
from webapp.db.queries.feeds import FeedStanding
from webapp.db.questions import Ask, Question


class State(NamedTuple):
    """Settings and counts are None where there is no such row yet. `revision` comes last."""

    generation: int
    version: int
    is_current: bool
    is_active: bool
    is_enabled: bool | None
    settings_version: int | None
    wholes: int | None
    revision: int | None


def state_now(ask: Ask, *, link_id: str) -> State | None:
    """How one practitioner's address stands, in whatever practice. None for a practice's."""
    found = ask(_STATE, link_id=link_id)
    return found[0] if found else None


def state_of(standing: FeedStanding) -> State | None:
    """The same, of what was read at length. None when `state_now` could not be equal to it."""
    link, calendars = standing.link, standing.calendars
    if link.is_practice or len(calendars) != 1:
        return None
    settings, revision = calendars[0].settings, calendars[0].revision
    return State(
        link.generation,
        link.version,
        link.revoked_at is None,
        calendars[0].member.is_active,
        settings.is_enabled,
        settings.version,
        revision.wholes if revision else None,
        revision.revision if revision else None,
    )


_STATE = Question(
    select(  # type: ignore[call-overload]
        FeedLink.generation,
        FeedLink.version,
        col(FeedLink.revoked_at).is_(None),
        Member.is_active,
        SyncSettings.is_enabled,
        SyncSettings.version,
        CalendarRevision.wholes,
        CalendarRevision.revision,
    )
    .join(Member, col(Member.id) == FeedLink.member_id)
    .outerjoin(SyncSettings, col(SyncSettings.member_id) == Member.id)
    .outerjoin(CalendarRevision, col(CalendarRevision.member_id) == Member.id)
    .where(FeedLink.id == bindparam("link_id"), col(FeedLink.is_practice).is_(False)),
    State,
)
