"""What a booking page offers: free times of one practitioner, or of whoever is free.

Only times leave this module, never a reason why one is missing (R138). What is offered is checked
again when somebody sends it (services/booking_requests.py) and when they confirm it
(services/booking_confirmations.py), each time by the same rules.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import Practice
from webapp.db.queries.booking_desks import (
    Desk,
    blocking_looks,
    held_times,
    open_desks,
    practice_at,
)
from webapp.db.queries.busy_times import busy_times
from webapp.db.scope import Scope, enter
from webapp.domain.bookable_hours import from_stored
from webapp.domain.booking_pause import is_paused
from webapp.domain.calendar_pages import Window
from webapp.domain.errors import NotFound
from webapp.domain.slots import Interval, Plan, free_slots

DAY = dt.timedelta(days=1)
AN_INSTANT = dt.timedelta(microseconds=1)
ANY = "any"
"""Stands in the address for "whoever is free"."""


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """A practice as its booking page shows it, and who can be booked there."""

    practice: Practice
    desks: list[Desk]

    def chosen(self, slug: str) -> list[Desk]:
        """The desks that an address names. Raises `NotFound`."""
        found = [desk for desk in self.desks if slug in (desk.settings.slug, ANY)]
        if not found:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class Offer:
    """What one practitioner offers: starts in aware UTC, in order; none while it is paused."""

    desk: Desk
    starts: list[dt.datetime]
    is_paused: bool


def front_desk(session: Session, *, practice_slug: str) -> FrontDesk:
    """The practice at this address; from here on `session` sees nothing else.

    Raises `NotFound`, also when nobody there can be booked online.
    """
    practice = practice_at(session, slug=practice_slug)
    if practice is None:
        raise NotFound
    enter(session, Scope.practice(practice.id))
    desks = open_desks(session)
    if not desks:
        raise NotFound
    return FrontDesk(practice, desks)


def offer(session: Session, *, desk: Desk, now: dt.datetime) -> Offer:
    """Everything that can be booked with one practitioner, in a fixed number of queries."""
    if is_desk_paused(session, desk=desk, now=now):
        return Offer(desk, [], is_paused=True)
    after = now + dt.timedelta(hours=desk.settings.lead_hours)
    before = now + dt.timedelta(weeks=desk.settings.ahead_weeks)
    taken = _taken(session, desk, after=after, before=before, now=now)
    return Offer(desk, free_slots(plan_of(desk), taken, after=after, before=before), False)


def is_free(
    session: Session,
    *,
    desk: Desk,
    starts_at: dt.datetime,
    now: dt.datetime,
    lead: dt.timedelta,
    booking_id: str = "",
) -> bool:
    """Whether a session may begin then, as `offer` would say; what `booking_id` holds is no
    obstacle. `lead` is how much ahead it has to be."""
    latest = now + dt.timedelta(weeks=desk.settings.ahead_weeks)
    if not now + lead <= starts_at < latest:
        return False
    before = starts_at + AN_INSTANT
    taken = _taken(session, desk, after=starts_at, before=before, now=now, booking_id=booking_id)
    return bool(free_slots(plan_of(desk), taken, after=starts_at, before=before))


def first_free(
    session: Session, *, desks: Sequence[Desk], starts_at: dt.datetime, now: dt.datetime
) -> Desk:
    """Who of them takes a session that begins then; the first of all when nobody is free."""
    for desk in desks if len(desks) > 1 else ():
        lead = dt.timedelta(hours=desk.settings.lead_hours)
        if is_desk_paused(session, desk=desk, now=now):
            continue
        if is_free(session, desk=desk, starts_at=starts_at, now=now, lead=lead):
            return desk
    return desks[0]


def is_desk_paused(session: Session, *, desk: Desk, now: dt.datetime) -> bool:
    """Whether Google was not read for so long that booking waits (R139)."""
    looks = blocking_looks(session, member_id=desk.member.id)
    return is_paused(looks, when_unread=desk.settings.when_unread, now=now)


def plan_of(desk: Desk) -> Plan:
    """The practitioner's hours and lengths."""
    settings = desk.settings
    return Plan(
        hours=from_stored(settings.hours),
        time_zone=desk.member.time_zone,
        length=desk.length,
        step=dt.timedelta(minutes=settings.step_minutes),
        pause=dt.timedelta(minutes=settings.pause_minutes),
    )


def merged_starts(offers: Sequence[Offer]) -> list[dt.datetime]:
    """When at least one of them is free, in order."""
    return sorted({start for offered in offers for start in offered.starts})


def _taken(
    session: Session,
    desk: Desk,
    *,
    after: dt.datetime,
    before: dt.datetime,
    now: dt.datetime,
    booking_id: str = "",
) -> list[Interval]:
    """With a day to spare on both sides, for sessions, pauses and whole days elsewhere."""
    window = Window(after - 2 * DAY, before + 2 * DAY, desk.member.time_zone)
    busy = busy_times(session, member=desk.member, window=window)
    held = held_times(session, member_id=desk.member.id, now=now)
    return [
        *((each.starts_at, each.ends_at) for each in busy),
        *((starts, ends) for held_by, starts, ends in held if held_by != booking_id),
    ]
