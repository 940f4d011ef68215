"""Everything that the Sync Calendar page shows, gathered once. Reads only: a GET never writes."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.db.models import (
    ConnectionState,
    GoogleConnection,
    Member,
    Practice,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.queries.activity import newest_entries
from webapp.db.queries.next_appointment import next_appointment
from webapp.db.queries.removals import count_removed
from webapp.db.queries.tiles import CalendarTiles, connection_of, member_tiles
from webapp.domain import activity
from webapp.domain.naming import ClientName, Display, PersonName, name_outside
from webapp.domain.sync_status import SyncStatus, sync_status
from webapp.domain.troubles import TroubleKind, Words, words
from webapp.services import (
    booking_news,
    copies,
    departure_card,
    google_edits,
    resyncs,
    sync_settings,
)
from webapp.services.booking_news import BookingNews
from webapp.services.copies import Copy
from webapp.services.departure_card import DepartureCard
from webapp.services.google_edits import Notice
from webapp.services.resyncs import Resync

EXAMPLE = ClientName("C-1042", (PersonName("Cleo", "Example"),))


@dataclass(frozen=True, slots=True)
class Preview:
    """The next appointment as it would read outside, in each of the four ways (R32).

    `starts_at` (aware UTC) is None when there is no appointment and an example stands in.
    """

    names: dict[Display, str]
    starts_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that happened, in plain words."""

    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class SyncPage:
    """The page of one practitioner."""

    settings: SyncSettings
    practice: Practice
    status: SyncStatus
    preview: Preview
    connection: GoogleConnection | None
    tiles: CalendarTiles
    activity: list[Activity]
    notices: list[Notice]
    copies: list[Copy]
    resync: Resync | None
    departure: DepartureCard | None
    removed_count: int
    booking: BookingNews

    @property
    def is_answered(self) -> bool:
        """Whether steps 1 to 3 are answered: from then on each is one line that opens (6.1)."""
        return self.settings.is_enabled and self.settings.mode is not None

    @property
    def is_connected(self) -> bool:
        """Whether there is an account, however it stands with it; not one that was left."""
        connection = self.connection
        return connection is not None and connection.state is not ConnectionState.NOT_CONNECTED

    @property
    def has_calendar_in_google(self) -> bool:
        """Whether a calendar of ours is there that we could remove."""
        default = self.tiles.default
        calendars = [*([default.calendar] if default else []), *self.tiles.kept]
        has_one = any(row.google_id and not row.is_missing for row in calendars)
        return self.is_connected and not self.is_reconnect_needed and has_one

    @property
    def trouble(self) -> Words | None:
        """What is wrong with the connection, in the words of the banner and the mails."""
        if self.connection is None or not self.is_reconnect_needed:
            return None
        return words(TroubleKind.RECONNECT, reason=self.connection.reason)

    @property
    def is_one_way(self) -> bool:
        """Whether the calendar address is what is offered."""
        return self.settings.is_enabled and self.settings.mode is SyncMode.ONE_WAY

    @property
    def is_two_way(self) -> bool:
        """Whether the page is about Google."""
        return self.settings.is_enabled and self.settings.mode is SyncMode.TWO_WAY

    @property
    def is_reconnect_needed(self) -> bool:
        """Whether Google has stopped our access (R127)."""
        connection = self.connection
        return connection is not None and connection.state is ConnectionState.RECONNECT_NEEDED

    @property
    def checked_at(self) -> dt.datetime | None:
        """When the calendar that was read longest ago was read; None before the first sync.

        Nobody reads a paused one."""
        shown = [tile.calendar for tile in [self.tiles.default, *self.tiles.others] if tile]
        asked = [row for row in shown if row.is_on and row.paused_at is None]
        times = [row.last_success_at for row in asked if row.last_success_at]
        return min(times, default=None) if self.is_two_way else None


def gather(session: Session, *, member: Member, now: dt.datetime) -> SyncPage:
    """The page's content as of `now`."""
    settings = sync_settings.for_member(session, member=member)
    connection = connection_of(session, member_id=member.id)
    tiles = member_tiles(session, member_id=member.id)
    return SyncPage(
        settings=settings,
        practice=session.exec(select(Practice).where(Practice.id == member.practice_id)).one(),
        status=_status(settings, connection, tiles),
        preview=preview(session, member=member, now=now),
        connection=connection,
        tiles=tiles,
        activity=_activity(session, member),
        notices=google_edits.open_notices(session, member=member),
        copies=copies.open_copies(session, member=member, now=now),
        resync=resyncs.latest(session, by=member, now=now),
        departure=departure_card.gather(
            session, member=member, settings=settings, connection=connection, now=now
        ),
        removed_count=count_removed(session, member=member, now=now),
        booking=booking_news.gather(session, member=member, now=now),
    )


def preview(session: Session, *, member: Member, now: dt.datetime) -> Preview:
    """How the next real appointment reads in each way; an example when there is none."""
    found = next_appointment(session, member=member, now=now)
    client = found.client if found else EXAMPLE
    return Preview(
        names={display: name_outside(client, display) for display in Display},
        starts_at=found.starts_at if found else None,
    )


def _status(
    settings: SyncSettings, connection: GoogleConnection | None, tiles: CalendarTiles
) -> SyncStatus:
    shown = [tile for tile in [tiles.default, *tiles.others] if tile is not None]
    return sync_status(
        is_enabled=settings.is_enabled,
        is_one_way=settings.mode is SyncMode.ONE_WAY,
        is_two_way=settings.mode is SyncMode.TWO_WAY,
        is_connected=connection is not None and connection.state is ConnectionState.CONNECTED,
        tiles=[tile.state for tile in shown],
    )


def _activity(session: Session, member: Member) -> list[Activity]:
    entries = newest_entries(session, member=member, actions=list(activity.SENTENCES))
    calendars = session.exec(
        select(SyncedCalendar.id, SyncedCalendar.name).where(
            col(SyncedCalendar.id).in_({entry.subject for entry in entries})
        )
    )
    names = dict(calendars.all())
    return [
        Activity(entry.at, activity.sentence(entry.action, entry.subject, names=names))
        for entry in entries
    ]
