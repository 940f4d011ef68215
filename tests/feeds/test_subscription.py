"""A real subscription, as its users have it: vdirsyncer fetches over HTTP, khal lists.

Both are programs of their own in the engines' environment; the app answers on a port of its own.
"""

import datetime as dt
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.cast import World
from tests.feeds.conftest import HOUR, Book, Subscriber
from tests.feeds.engines.reading import ROOT
from tests.web.conftest import NOW, Clock
from webapp.domain.naming import Display
from webapp.domain.series_edits import SeriesPart
from webapp.domain.timespan import TimedSpan
from webapp.services import appointments, feed_links, sync_settings

PROGRAMS = ROOT / ".venv-engines" / "bin"
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
VDIRSYNCER = """
[general]
status_path = "{folder}/status"
[pair practice]
a = "feed"
b = "mine"
collections = null
conflict_resolution = "a wins"
[storage feed]
type = "http"
url = "{address}"
[storage mine]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[practice]]
path = {folder}/calendar
readonly = True
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
default_timezone = Europe/Berlin
local_timezone = Europe/Berlin
[sqlite]
path = {folder}/khal.db
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody's computer, with the two programs set up."""

    folder: Path

    def sync(self) -> subprocess.CompletedProcess[str]:
        """Fetches the calendar."""
        return self._run("vdirsyncer", "-c", f"{self.folder}/vdirsyncer.conf", "sync")

    def listed(self) -> list[str]:
        """What they see from today on, a line each, after fetching."""
        synced = self.sync()
        assert synced.returncode == 0, synced.stderr
        form = ["-f", "{start-long} {title}", "--day-format", ""]
        shown = self._run(
            "khal", "-c", f"{self.folder}/khal.conf", "list", *form, "2026-11-23", "30d"
        )
        assert shown.returncode == 0, shown.stderr
        return shown.stdout.split("\n")[:-1] if shown.stdout.strip() else []

    def discover(self) -> None:
        """Once, at the beginning."""
        done = self._run("vdirsyncer", "-c", f"{self.folder}/vdirsyncer.conf", "discover")
        assert done.returncode == 0, done.stderr

    def _run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAMS / program), *words],
            env={**os.environ, "HOME": str(self.folder), "TZ": "Europe/Berlin"},
            input="y\n" * 9,
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture
def desk(subscriber: Subscriber, tmp_path: Path) -> Iterator[Desk]:
    server = make_server("127.0.0.1", 0, subscriber.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}{subscriber.path}"
    for name, text in (("vdirsyncer", VDIRSYNCER), ("khal", KHAL)):
        (tmp_path / f"{name}.conf").write_text(text.format(folder=tmp_path, address=address))
    (tmp_path / "calendar").mkdir()
    desk = Desk(tmp_path)
    desk.discover()
    yield desk
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_a_subscription_lives_through_all_that_happens(
    desk: Desk, subscriber: Subscriber, book: Book, clock: Clock, world: World
) -> None:
    """R36, R39, R41, R43; K2; PEERS 9, 25: an edit, a moved and a cancelled session, a display
    change, a revocation, after which what was there stays and nothing new comes."""
    start = NOW + DAY
    weekly = book(start, rule="FREQ=WEEKLY;COUNT=4", repeats_until=start + 3 * WEEK + HOUR)
    single = book(NOW + 2 * DAY, client=None, title="Supervision")
    tuesdays = [f"2026-{day} 10:00 C-1001" for day in ("11-24", "12-01", "12-08", "12-15")]
    assert desk.listed() == [tuesdays[0], "2026-11-25 10:00 Supervision", *tuesdays[1:]]

    def edit(version: int, **wanted: object) -> None:
        clock.advance(minutes=5)
        with subscriber.writing() as session:
            appointments.edit(session, by=world.ada, now=clock(), version=version, **wanted)  # type: ignore[arg-type]

    later = TimedSpan(NOW + 2 * DAY + 3 * HOUR, NOW + 2 * DAY + 4 * HOUR, "Europe/Berlin")
    edit(1, appointment_id=single.id, to=later)
    moved = TimedSpan(start + WEEK + DAY, start + WEEK + DAY + HOUR, "Europe/Berlin")
    this = {"part": SeriesPart.THIS, "original_start": start + WEEK}
    edit(1, appointment_id=weekly.id, to=moved, **this)
    with subscriber.writing() as session:
        appointments.cancel(
            session,
            by=world.ada,
            now=clock(),
            appointment_id=weekly.id,
            version=2,
            part=SeriesPart.THIS,
            original_start=start + 2 * WEEK,
        )
    assert desk.listed() == [
        tuesdays[0],
        "2026-11-25 13:00 Supervision",
        "2026-12-02 10:00 C-1001",
        tuesdays[3],
    ]
    with subscriber.writing() as session:
        sync_settings.choose_display(
            session, by=world.ada, display=Display.INITIALS, is_acknowledged=False, now=clock()
        )
    shown = desk.listed()
    assert [line.rpartition(" ")[2] for line in shown] == ["CM", "Supervision", "CM", "CM"]

    with subscriber.writing() as session:
        feed_links.revoke(session, by=world.ada, link_id=subscriber.link.id, now=clock())
    assert desk.sync().returncode != 0
    assert len(list((desk.folder / "calendar").glob("*.ics"))) == 2
