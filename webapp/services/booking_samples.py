"""The pages of online booking in their states: for /patterns and tests. Rows without a database."""

import datetime as dt

from webapp.db.models import BookingSettings, Member, Practice
from webapp.db.queries.booking_desks import Desk
from webapp.domain.roles import Role
from webapp.services.booking import Offer
from webapp.services.booking_news import BookingNews, Clash
from webapp.services.booking_visits import Visit

ZONE = "Europe/Berlin"


def visits(now: dt.datetime) -> dict[str, Visit]:
    """By the name of the state, as of `now` (aware UTC)."""
    first = (now + dt.timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
    starts = [first + dt.timedelta(minutes=90 * number) for number in range(8)]
    return {
        "free times": _visit(now, starts),
        "nothing free": _visit(now, []),
        "paused": _visit(now, [], is_paused=True),
    }


def news(now: dt.datetime) -> dict[str, BookingNews]:
    """What the practitioner hears."""
    clash = Clash("sample", now + dt.timedelta(days=3))
    return {
        "paused, unread for long": BookingNews(is_paused=True),
        "paused, never read": BookingNews(is_paused=True, is_unread_yet=True),
        "busy in Google after the booking": BookingNews(clashes=(clash,)),
    }


def _visit(now: dt.datetime, starts: list[dt.datetime], *, is_paused: bool = False) -> Visit:
    practice = Practice(
        id="sample", name="Harbour Practice", slug="sample", time_zone=ZONE, created_at=now
    )
    return Visit(practice, "ada-lind", [Offer(_desk(now), starts, is_paused)], ZONE, True)


def _desk(now: dt.datetime) -> Desk:
    member = Member(
        id="sample",
        practice_id="sample",
        email="ada@example.test",
        name="Ada Lind",
        role=Role.PRACTITIONER,
        time_zone=ZONE,
        password_hash="",
        created_at=now,
    )
    settings = BookingSettings(
        practice_id="sample", member_id="sample", slug="ada-lind", phone="+49 30 5550 100"
    )
    return Desk(member, settings)
