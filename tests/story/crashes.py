"""Processes that really die, at every boundary between two effects of a piece of work.

An effect is a commit or a call to Google; `one_process.Effects` numbers them as the code reaches
them, so the list of boundaries is whatever the code does. A child process does the work and kills
itself with SIGKILL before effect k; this process is the one that goes on afterwards. The stand-in
runs here and outlives every child.
"""

import datetime as dt
import json
import os
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response
from sqlmodel import select, update

from emulator import running_emulator, storage
from tests.cast import make_world
from tests.signing import google_s_key
from tests.story import judgement
from tests.story.office import GOOGLE_ACCOUNT, Office
from tests.story.one_process import (
    BEGINNING,
    Effects,
    StandingClock,
    counted_commits,
    forget,
    settings_for,
)
from webapp.db.engine import Database
from webapp.db.models import CalendarRole, GoogleConnection, SyncedCalendar
from webapp.db.scope import Scope
from webapp.google import session as google_session
from webapp.google.deadline import DeadlineAdapter

Work = Callable[[Office], object]
MOST_EFFECTS = 200
FINISHED = 0


@dataclass
class Mortal:
    """An office whose work can be done again and again from one beginning, dying elsewhere."""

    office: Office
    file: Path
    remembered: str = ""
    offset: dt.timedelta = dt.timedelta()

    def keep(self) -> None:
        """Every piece of work begins here."""
        self.office.database.dispose()
        self.offset = self.office.clock.offset
        shutil.copyfile(self.file, self.file.with_suffix(".kept"))
        self.remembered = json.dumps(storage.dump(self.office.google))

    def die_everywhere(self, work: Work) -> int:
        """Does `work` once for each of its boundaries, dies there, goes on and judges.

        How many boundaries there were: the work's effects, counted by the work itself.
        """
        for number in range(1, MOST_EFFECTS):
            self._begin_again()
            if self._is_finished(work, dies_before=number):
                self.go_on()
                return number - 1
            self.go_on()
        raise AssertionError("the work never ends")

    def fork(self, work: Work, *, dies_before: int = MOST_EFFECTS) -> int:
        """Begins `work` in a process of its own; the process's id."""
        self.office.database.dispose()
        with warnings.catch_warnings():
            # The stand-in's threads hold nothing that the child needs.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _work_and_die(self.office, work, dies_before)
        return child

    def go_on(self) -> None:
        """Another process, after the lease of the dead one has run out."""
        office = self.office
        if not self._has_calendar():
            office.start_sync()  # It died before the click was kept; somebody clicks again.
        written = judgement.own_rows(office)
        office.advance(seconds=office.settings.lease_seconds + 1)
        with office.database.writing(Scope.installation()) as session:
            session.exec(update(GoogleConnection).values(refreshing_until=None))
            session.commit()
        office.settle()
        office.poll()
        judgement.check(office, by_hand=set(), written=written)
        told = len(office.edits())
        mark = office.google.calls.mark()
        office.poll()
        calls = office.google.calls.select("calendar.*", since=mark)
        assert [call.method_id for call in calls if call.method != "GET"] == []
        assert len(office.edits()) == told

    def _has_calendar(self) -> bool:
        with self.office.database.reading(Scope.installation()) as session:
            roles = session.exec(select(SyncedCalendar.role)).all()
        return CalendarRole.DEFAULT in roles

    def _begin_again(self) -> None:
        office = self.office
        office.database.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.file.with_suffix(".kept"), self.file)
        office.clock.offset = self.offset
        forget(office.google)
        office.google.clock.freeze(office.clock())
        storage.restore(office.google, json.loads(self.remembered))

    def _is_finished(self, work: Work, *, dies_before: int) -> bool:
        """Runs `work` in a child. Whether it came to its end; otherwise SIGKILL ended it."""
        child = self.fork(work, dies_before=dies_before)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return False
        assert os.WEXITSTATUS(status) == FINISHED, "the work failed by itself"
        return True


def _work_and_die(office: Office, work: Work, number: int) -> None:
    """The child's life. It ends here, whatever happens."""
    status = 1
    try:
        effects = Effects()
        google_session.DeadlineAdapter = lambda **options: Counted(effects, **options)  # type: ignore[assignment,misc]
        office.database = Database(office.settings.database_url)
        effects.plan(number, "before", lambda: os.kill(os.getpid(), signal.SIGKILL))
        with counted_commits(effects):
            work(office)
        status = FINISHED
    finally:
        os._exit(status)


class Counted(DeadlineAdapter):
    """The app's own adapter, whose calls are effects."""

    def __init__(self, effects: Effects, **options: Any) -> None:
        super().__init__(**options)
        self._effects = effects

    def send(self, request: PreparedRequest, *given: Any, **options: Any) -> Response:
        """As the adapter does; this call is one effect."""
        self._effects.before(str(request.url))
        return super().send(request, *given, **options)


@contextmanager
def mortal(url: str) -> Iterator[Mortal]:
    """Ada's practice on the SQLite database `url`, connected with a Google over real HTTP."""
    database, clock = Database(url), StandingClock()
    with running_emulator() as emulator:
        emulator.google.key_pem = google_s_key()
        emulator.google.clock.freeze(BEGINNING)
        emulator.google.account(GOOGLE_ACCOUNT, zone="Europe/Berlin")
        with database.writing(Scope.installation()) as session:
            world = make_world(session, clock())
        office = Office(database, settings_for(url, emulator.url), world, emulator, clock)
        office.connect()
        yield Mortal(office, Path(url.removeprefix("sqlite:///")))
        office.database.dispose()
