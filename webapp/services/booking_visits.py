"""What a visitor of a booking page is looking at: which practice, whose times, in which zone."""

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from webapp.db.models import Practice
from webapp.db.queries.booking_desks import Desk
from webapp.domain import booking_page
from webapp.domain.booking_page import BookingWeek
from webapp.domain.booking_rules import nearest
from webapp.domain.timespan import is_known_zone
from webapp.services import booking
from webapp.services.booking import ANY, Offer, merged_starts


@dataclass(frozen=True, slots=True)
class Visit:
    """`who` is as in the address: a practitioner's slug, or any. `time_zone` is the visitor's."""

    practice: Practice
    who: str
    offers: list[Offer]
    time_zone: str
    is_alone: bool

    @property
    def name(self) -> str:
        """Whose times these are, as part of a sentence."""
        return "anyone who is free" if self.who == ANY else self.offers[0].desk.member.name

    @property
    def starts(self) -> list[dt.datetime]:
        """Every time on offer, in order."""
        return merged_starts(self.offers)

    @property
    def is_paused(self) -> bool:
        """Whether nobody of them can be booked for a while."""
        return all(each.is_paused for each in self.offers)

    @property
    def phone(self) -> str:
        """Whom to call meanwhile, "" when nobody said."""
        return next((each.desk.settings.phone for each in self.offers), "")

    @property
    def minutes(self) -> str:
        """How long a session is, in words."""
        lengths = sorted({each.desk.settings.session_minutes for each in self.offers})
        return f"{' or '.join(map(str, lengths))} minutes"

    @property
    def weeks(self) -> int:
        """How far ahead one can book."""
        return max(each.desk.settings.ahead_weeks for each in self.offers)

    def each(self) -> "list[Visit]":
        """The same for every practitioner alone."""
        return [
            Visit(self.practice, offered.desk.settings.slug, [offered], self.time_zone, False)
            for offered in self.offers
        ]

    def week(self, on: dt.date | None, *, now: dt.datetime) -> BookingWeek:
        """The week of `on`, or of the first free time."""
        today = booking_page.day_of(now, self.time_zone)
        return booking_page.week_of(self.starts, on=on, today=today, time_zone=self.time_zone)

    def nearest(self, wished: dt.datetime) -> list[dt.datetime]:
        """The few free times that are closest to one that is gone."""
        return nearest(self.starts, wished)


def gather(
    session: Session, *, practice_slug: str, who: str, asked_zone: str, now: dt.datetime
) -> Visit:
    """What this address offers. Without a zone that we know, the practice's. Raises `NotFound`."""
    front = booking.front_desk(session, practice_slug=practice_slug)
    desks = front.chosen(who)
    return Visit(
        practice=front.practice,
        who=who,
        offers=[booking.offer(session, desk=desk, now=now) for desk in desks],
        time_zone=asked_zone if is_known_zone(asked_zone) else front.practice.time_zone,
        is_alone=len(front.desks) == 1,
    )


def of_desk(
    session: Session, *, practice: Practice, desk: Desk, time_zone: str, now: dt.datetime
) -> Visit:
    """As `gather`, for whoever has a link to a booking with this practitioner."""
    offers = [booking.offer(session, desk=desk, now=now)] if desk.settings.is_open else []
    offers = offers or [Offer(desk, [], is_paused=True)]
    return Visit(practice, desk.settings.slug, offers, time_zone, is_alone=True)
