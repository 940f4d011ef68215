"""Many messages at the same moment, on every database: one look at once, and none is lost."""

import datetime as dt
import threading

from sqlmodel import Session, select

from tests.cast import World
from tests.services.conftest import database, now, world
from tests.web.sync_rows import calendar_row, connection_row
from webapp.db.engine import Database
from webapp.db.models import SyncedCalendar, WatchChannel
from webapp.db.scope import Scope
from webapp.google.channels import PushMessage
from webapp.services import push_messages
from webapp.sync.watching import CALENDAR_LIST, ChannelState

__all__ = ["database", "now", "world"]

MESSAGES = 12


def open_channel(session: Session, world: World, now: dt.datetime, **changes: str) -> WatchChannel:
    """Ada's calendar, watched; committed."""
    connection = connection_row(session, world)
    calendar = calendar_row(session, connection)
    channel = WatchChannel(
        practice_id=world.practice.id,
        connection_id=connection.id,
        address="https://practice.example.test/google-pushes",
        state=ChannelState.OPEN,
        resource_id="r",
        created_at=now,
        due_at=now + dt.timedelta(days=5),
        expires_at=now + dt.timedelta(days=7),
        **{"resource": calendar.id, **changes},
    )
    session.add(channel)
    session.commit()
    return channel


def tell_at_once(database: Database, channel: WatchChannel, now: dt.datetime) -> None:
    """Every message in a thread of its own, all let go together."""
    together = threading.Barrier(MESSAGES)
    message = PushMessage(channel.id, "r", "", is_greeting=False, expires_at=None)
    heard: list[bool] = []

    def tell() -> None:
        with database.writing(Scope.installation()) as session:
            together.wait()
            heard.append(push_messages.receive(session, message=message, now=now))

    threads = [threading.Thread(target=tell) for _ in range(MESSAGES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [True] * MESSAGES


def test_messages_at_the_same_moment_are_one_look_now_and_one_later(
    database: Database, world: World, now: dt.datetime
) -> None:
    """F87: whichever is first."""
    with database.writing(Scope.installation()) as session:
        channel = open_channel(session, world, now)
    tell_at_once(database, channel, now)
    with database.writing(Scope.installation()) as session:
        assert session.exec(select(SyncedCalendar)).one().requested == 1
        later = now + dt.timedelta(seconds=2)
        assert push_messages.is_any_due(session, now=later)
        push_messages.wake_due(session, now=later)
        assert not push_messages.is_any_due(session, now=later)
    with database.reading(Scope.installation()) as session:
        assert session.exec(select(SyncedCalendar)).one().requested == 2


def test_a_message_about_the_list_of_calendars_wishes_no_events(
    database: Database, world: World, now: dt.datetime
) -> None:
    """Its wish is a time in the channel's own row."""
    with database.writing(Scope.installation()) as session:
        channel = open_channel(session, world, now, resource=CALENDAR_LIST)
    tell_at_once(database, channel, now)
    with database.reading(Scope.installation()) as session:
        assert session.exec(select(SyncedCalendar)).one().requested == 0
        assert session.exec(select(WatchChannel)).one().woke_at == now
