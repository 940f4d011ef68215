"""Everybody on one machine: 200 practices, 500 people, 100,000 appointments, 2,000 addresses.

That is the size RELIABILITY.md 5 assumes. Of its 600 connected Google calendars there are
`ACCOUNTS` times two, each connected through the stand-in's real consent and synced by the workers.
"""

import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlmodel import select

from benchmarks.installation import ZONE, Installation
from benchmarks.rows import own_event
from webapp.db.columns import new_id
from webapp.db.models import (
    Appointment,
    BookingSettings,
    FeedLink,
    Member,
    Practice,
    SyncedCalendar,
    SyncMode,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.bookable_hours import SUGGESTED, stored
from webapp.domain.roles import Role
from webapp.domain.run_state import LIVE
from webapp.services import sync_runs
from webapp.services.passwords import hash_password

PRACTICES, STAFF, APPOINTMENTS, LINKS = 200, 500, 100_000, 2_000
LARGE = 5_000
"""Appointments of the first practice."""

ACCOUNTS = 20
PASSWORD = "a long password of the load"  # noqa: S105
PATIENCE_SECONDS = 300.0
SESSION = dt.timedelta(minutes=50)


@dataclass(frozen=True)
class Town:
    """Who works here. `connected` have two Google calendars each; `links` are addresses."""

    here: Installation
    staff: list[Member]
    connected: list[Member]
    links: list[FeedLink]
    monday: dt.date


def build(here: Installation) -> Town:
    """Fills the database, connects the accounts and waits until everything is synced."""
    now = here.now()
    monday = now.date() + dt.timedelta(days=7 - now.weekday())
    staff = list(_staff(now))
    links = [_link(staff[number % STAFF], now) for number in range(LINKS)]
    with here.database.writing(Scope.installation()) as session:
        session.add_all(_practices(staff, now))
        session.flush()
        session.add_all(staff)
        session.flush()
        session.add_all(map(_sync_settings, staff))
        session.add_all(map(_desk, staff))
        session.add_all(links)
        session.commit()
    with here.database.engine.begin() as connection:
        rows = list(_appointments(staff, monday, now))
        connection.execute(insert(Appointment), rows)
    return Town(here, staff, _connected(here), links, monday)


def until(is_so: Callable[[], bool], what: str) -> float:
    """How many seconds it took. Ends the program when it takes longer than anybody would wait."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise SystemExit(f"{what}: not within {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


def _staff(now: dt.datetime) -> Iterator[Member]:
    """Two or three in each practice; all have the same password, and one hash for all."""
    practices = [new_id() for _ in range(PRACTICES)]
    password_hash = hash_password(PASSWORD)
    for number in range(STAFF):
        yield Member(
            practice_id=practices[number % PRACTICES],
            email=f"person{number}@example.test",
            name=f"Person {number}",
            role=Role.PRACTITIONER,
            has_calendar=True,
            time_zone=ZONE,
            password_hash=password_hash,
            created_at=now,
        )


def _practices(staff: list[Member], now: dt.datetime) -> Iterator[Practice]:
    for number, member in enumerate(staff[:PRACTICES]):
        yield Practice(
            id=member.practice_id,
            name=f"Practice {number}",
            slug=f"practice-{number}",
            time_zone=ZONE,
            created_at=now,
        )


def _sync_settings(member: Member) -> SyncSettings:
    return SyncSettings(
        practice_id=member.practice_id,
        member_id=member.id,
        is_enabled=True,
        mode=SyncMode.ONE_WAY,
    )


def _desk(member: Member) -> BookingSettings:
    return BookingSettings(
        practice_id=member.practice_id,
        member_id=member.id,
        slug=f"desk-{member.id}",
        is_open=True,
        hours=stored(SUGGESTED),
    )


def _link(member: Member, now: dt.datetime) -> FeedLink:
    return FeedLink(practice_id=member.practice_id, member_id=member.id, created_at=now)


def _appointments(staff: list[Member], monday: dt.date, now: dt.datetime) -> Iterator[Any]:
    """Seven a day and practitioner, from ten in the evening of booking hours on (UTC), so that
    booking pages are free; the large practice's weeks are as full as the others'."""
    large = [each for each in staff if each.practice_id == staff[0].practice_id]
    others = [each for each in staff if each.practice_id != staff[0].practice_id]
    first = dt.datetime.combine(monday, dt.time(17), tzinfo=dt.UTC) - dt.timedelta(weeks=40)
    for people, count in ((large, LARGE), (others, APPOINTMENTS - LARGE)):
        for number, member in zip(range(count), itertools.cycle(people), strict=False):
            turn = number // len(people)
            start = first + dt.timedelta(days=turn // 6, hours=turn % 6)
            row = own_event(member, start, lasts=SESSION, title="Supervision", written_at=now)
            yield row.model_dump()


def _connected(here: Installation) -> list[Member]:
    found = [here.connected_practitioner(f"Ada{number}") for number in range(ACCOUNTS)]
    runs = [(member, here.start_sync(member)) for member in found]
    until(lambda: not any(_is_live(here, *run) for run in runs), "the first syncs")
    until(lambda: len(_own_calendars(here)) == ACCOUNTS, "the calendar lists")
    runs = [(member, _sync_own(here, member)) for member in found]
    until(lambda: not any(_is_live(here, *run) for run in runs), "the first pulls")
    return found


def _is_live(here: Installation, member: Member, run_id: str) -> bool:
    return here.run(member, run_id).state in LIVE


def _own_calendars(here: Installation) -> dict[str, str]:
    """The calendar that a person has in Google anyway, by member."""
    with here.database.reading(Scope.installation()) as session:
        rows = session.exec(select(SyncedCalendar).where(SyncedCalendar.is_primary)).all()
    return {row.member_id: row.id for row in rows}


def _sync_own(here: Installation, member: Member) -> str:
    calendar_id = _own_calendars(here)[member.id]
    with here.session_of(member) as session:
        run = sync_runs.start(session, by=member, calendar_id=calendar_id, now=here.now())
        return run.id
