"""An office that Google can reach: its receiver is the app itself, over real HTTP on this machine.

Nothing rings in it (Redis is away), so every wish that leads to a look was found in the database.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import select
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from emulator.channels import Channel
from tests.story.office import Office
from tests.story.one_process import Beginning, OneProcess
from webapp import queue
from webapp.app import create_app
from webapp.config import Settings
from webapp.db.models import WatchChannel
from webapp.db.scope import Scope
from webapp.services import channels, push_messages, wakeups
from webapp.services.sync_context import PushDoor, SyncTools
from webapp.sync.watching import ChannelState

LISTS = "calendar.events.list"
WATCHES = "calendar.*.watch"
STOPS = "calendar.channels.stop"
PRIMARY = "ada@example.com"


@dataclass
class PushedOffice(OneProcess):
    """Ada's practice where Google's messages arrive."""

    server: BaseWSGIServer | None = None

    @property
    def tools(self) -> SyncTools:
        """A worker's tools, with the way back."""
        return replace(super().tools, push=PushDoor.of(self.settings))

    def tend(self) -> None:
        """What the sweeper rings for: channels are made as they should be."""
        connection_id = self.connection_id()
        channels.tend(self.tools, connection_id=connection_id)
        self.hear()

    def untended(self) -> int:
        """How many connections the sweeper would ring for."""
        with self.database.reading(Scope.installation()) as session:
            plans = channels._plans(session, address=self.tools.push.address, now=self.clock())
        return sum(bool(steps) for steps in plans.values())

    def hear(self) -> None:
        """Until every message on its way has arrived, or was lost."""
        self.google.push.wait_until_sent()

    def tick(self) -> None:
        """The scheduler's second."""
        with self.database.writing(Scope.installation()) as session:
            push_messages.wake_due(session, now=self.clock())

    def sweep(self) -> None:
        """The sweeper's round."""
        with self.database.writing(Scope.installation()) as session:
            wakeups.sweep(session, now=self.clock(), poll_seconds=60, pushed_poll_seconds=900)

    def unlisted(self) -> list[str]:
        """Connections whose list of calendars the sweeper would ring for."""
        with self.database.reading(Scope.installation()) as session:
            return wakeups.unlisted_connections(session, now=self.clock())

    @contextmanager
    def closed(self) -> Iterator[None]:
        """The app does not answer."""
        assert self.server is not None
        app, self.server.app = self.server.app, _unavailable
        yield
        self.server.app = app

    def synced_and_watched(self) -> None:
        """The default calendar and the primary one, at rest, with their channels open."""
        self.start_sync()
        self.settle()
        self.list_calendars()
        self.sync_tile(PRIMARY)
        self.settle()
        self.tend()
        self.settle()
        self.list_calendars()

    def rows(self) -> dict[str, WatchChannel]:
        """The channels that the app knows, by the name of what they are about; "" is the list."""
        names = {self.calendar().id: "ours", self.calendar(PRIMARY).id: PRIMARY, "": ""}
        with self.writing() as (session, _):
            found = session.exec(select(WatchChannel)).all()
        return {names[row.resource]: row for row in found if row.state is ChannelState.OPEN}

    def at_google(self, name: str) -> Channel:
        """A channel as Google has it."""
        row = self.rows()[name]
        return next(each for each in self.google.channels if each.id == row.id)

    def live(self) -> list[Channel]:
        """The channels that Google still speaks through."""
        now = self.google.clock.now()
        return [each for each in self.google.channels if each.is_live(now)]

    def connection_id(self) -> str:
        """Ada's connection."""
        return self.calendar().connection_id


@dataclass(frozen=True)
class Watched:
    """A beginning to which every test returns."""

    beginning: Beginning
    office: PushedOffice
    settings: Settings

    def again(self) -> PushedOffice:
        """The office as it was kept: rows, Google's memory, and its clock."""
        google = self.office.google
        google.push.stop()
        google.knobs.__init__()
        google.knobs.http_push_is_allowed = True
        google.channels.__init__()
        self.beginning.again()
        self.office.settings = self.settings
        self.office.advance(minutes=1)
        self.office.google.calls.clear()
        return self.office


@contextmanager
def reachable(office: Office) -> Iterator[PushedOffice]:
    """The same office with its app on a port that the stand-in may call."""
    office.google.knobs.http_push_is_allowed = True
    server = make_server("127.0.0.1", 0, _unavailable, threaded=True, request_handler=Quiet)
    settings = replace(
        office.settings,
        external_url=f"http://127.0.0.1:{server.server_port}",
        is_push_without_tls=True,
    )
    app = create_app(settings, TESTING=True, CLOCK=office.clock, RATELIMIT_STORAGE_URI="memory://")
    queue.disconnect()
    server.app = app
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield PushedOffice(
            office.database, settings, office.world, office.emulator, office.clock, server
        )
    finally:
        office.google.push.stop()
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["database"].dispose()


class Quiet(WSGIRequestHandler):
    """Says nothing of its requests."""

    def log(self, type: str, message: str, *args: object) -> None:
        """The app has a log of its own."""


def _unavailable(_environ: Any, start: Any) -> list[bytes]:
    """Stands in for the app while there is none."""
    start("503 Service Unavailable", [])
    return []
