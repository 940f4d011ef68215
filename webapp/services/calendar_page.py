"""Everything that the calendar page shows, gathered once. Reads only: a GET never writes."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import Member
from webapp.db.queries.calendar import calendar_entries
from webapp.db.queries.calendar_troubles import Trouble, calendar_troubles
from webapp.db.queries.people import practitioners
from webapp.domain.calendar_entries import Entry, clock_text, spoken
from webapp.domain.calendar_layout import Layout, laid_out
from webapp.domain.calendar_pages import CalendarPage
from webapp.domain.errors import NotFound
from webapp.domain.visibility import SEES, Sight, audience
from webapp.domain.wall_clock import resolved, wall
from webapp.services import booking_news
from webapp.services.booking_news import BookingNews
from webapp.services.google_edits import Notice, open_notices

LINE_MOVES_EVERY_MINUTES = 5


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """One page of one practitioner's calendar, as `viewer` may see it.

    `member` is None in a practice where nobody has a calendar. `minute` is the present time of
    day in `zone`, in minutes, moving in steps of five.
    """

    layout: Layout
    member: Member | None
    members: list[Member]
    troubles: list[Trouble]
    notices: list[Notice]
    booking: BookingNews
    zone: str
    minute: int
    is_own: bool
    can_change: bool
    has_all_hours: bool

    @property
    def page(self) -> CalendarPage:
        """Which days, in which view."""
        return self.layout.page

    @property
    def member_id(self) -> str | None:
        """Whose calendar, for addresses; None for one's own, which needs no saying."""
        return None if self.is_own or self.member is None else self.member.id

    def slot(self, day: dt.date, minutes: int) -> str:
        """The instant of a time of day on the page, as addresses carry it."""
        local = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
        return f"{resolved(local, self.zone):%Y-%m-%dT%H:%MZ}"

    def spoken(self, entry: Entry) -> str:
        """The accessible name of an entry."""
        return spoken(entry, self.zone)

    def clock(self, entry: Entry) -> str:
        """Its times, as seen on this page."""
        return clock_text(entry, self.zone)

    @property
    def revision(self) -> str:
        """Changes whenever anything on the page does; says nothing about what."""
        shown = (
            self.layout,
            self.troubles,
            self.notices,
            self.booking,
            self.zone,
            self.minute,
            self.can_change,
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def gather(
    session: Session,
    *,
    viewer: Member,
    member_id: str,
    page: CalendarPage,
    zone: str,
    now: dt.datetime,
    has_all_hours: bool = False,
) -> CalendarSheet:
    """The page as of `now`, in `zone`. `member_id` "" is the viewer's own calendar, or the first.

    Raises `NotFound` for the calendar of nobody here.
    """
    members = practitioners(session, also=member_id)
    member = _chosen(members, viewer, member_id)
    local = wall(now, zone)
    entries = (
        calendar_entries(session, viewer=viewer, member=member, window=page.window(zone))
        if member
        else []
    )
    is_own = member is not None and member.id == viewer.id
    return CalendarSheet(
        layout=laid_out(
            page, entries, time_zone=zone, today=local.date(), has_all_hours=has_all_hours
        ),
        member=member,
        members=members,
        troubles=calendar_troubles(session, member_id=viewer.id) if is_own else [],
        notices=open_notices(session, member=viewer) if is_own else [],
        booking=booking_news.gather(session, member=viewer, now=now) if is_own else BookingNews(),
        zone=zone,
        minute=(local.hour * 60 + local.minute)
        // LINE_MOVES_EVERY_MINUTES
        * LINE_MOVES_EVERY_MINUTES,
        is_own=is_own,
        can_change=member is not None and _can_change(viewer, member),
        has_all_hours=has_all_hours,
    )


def _chosen(members: list[Member], viewer: Member, member_id: str) -> Member | None:
    if member_id:
        found = next((each for each in members if each.id == member_id), None)
        if found is None:
            raise NotFound
        return found
    own = [each for each in members if each.id == viewer.id]
    return next(iter([*own, *members]), None)


def _can_change(viewer: Member, member: Member) -> bool:
    """Nothing new is booked with somebody who was deactivated."""
    sees = SEES[audience(viewer_id=viewer.id, role=viewer.role, member_id=member.id)]
    return member.is_active and Sight.CHANGES in sees
