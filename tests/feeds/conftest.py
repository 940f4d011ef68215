"""Feeds as a subscriber meets them: the app, the cast, and Ada's calendar address."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from tests.cast import World, make_appointment
from tests.web.conftest import (
    NOW,
    Clock,
    app,
    as_member,
    client,
    clock,
    database,
    log_lines,
    new_app,
    quiet_after_the_test,
    settings,
    world,
)
from webapp.db.engine import Database
from webapp.db.models import Appointment, Client, FeedLink, Member, SyncMode, SyncSettings
from webapp.db.scope import Scope
from webapp.domain.timespan import TimedSpan
from webapp.services import feed_links

__all__ = [
    "app",
    "as_member",
    "client",
    "clock",
    "database",
    "log_lines",
    "new_app",
    "quiet_after_the_test",
    "settings",
    "world",
]

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who has Ada's address and reads it."""

    app: Flask
    database: Database
    world: World
    browser: FlaskClient
    link: FeedLink

    @property
    def path(self) -> str:
        """The address without the host."""
        return urlsplit(feed_links.address(self.app.extensions["settings"], self.link)).path

    def read(self, **headers: str) -> str:
        """What the feed holds now, unfolded, with plain line feeds."""
        answer = self.browser.get(self.path, headers=headers)
        assert answer.status_code == 200
        return answer.text.replace("\r\n ", "").replace("\r\n", "\n")

    def writing(self) -> AbstractContextManager[Session]:
        """A session in Ada's practice; the caller commits."""
        return self.database.writing(Scope.practice(self.world.practice.id))


Book = Callable[..., Appointment]


@pytest.fixture
def subscriber(app: Flask, database: Database, world: World, client: FlaskClient) -> Subscriber:
    """Ada syncs one way, and somebody reads her address."""
    link = sync_one_way(database, world.ada)
    return Subscriber(app, database, world, client, link)


@pytest.fixture
def book(database: Database, world: World, clock: Clock) -> Book:
    """`book(starts_at, rule="…", client=…, member=…)` adds an hour to Ada's calendar."""

    def booked(
        starts_at: dt.datetime,
        *,
        client: Client | None = world.cleo,
        member: Member = world.ada,
        **columns: object,
    ) -> Appointment:
        span = TimedSpan(starts_at, starts_at + HOUR, "Europe/Berlin")
        with database.writing(Scope.practice(member.practice_id)) as session:
            row = make_appointment(session, member, span, now=clock(), client=client)
            for column, value in columns.items():
                setattr(row, column, value)
            session.add(row)
            session.commit()
        return row

    return booked


def sync_one_way(database: Database, member: Member) -> FeedLink:
    """`member` has switched one-way sync on and has an address."""
    with database.writing(Scope.practice(member.practice_id)) as session:
        session.add(
            SyncSettings(
                practice_id=member.practice_id,
                member_id=member.id,
                is_enabled=True,
                mode=SyncMode.ONE_WAY,
            )
        )
        link = feed_links.ensure(session, member=member, now=NOW)
        session.commit()
    return link
