"""The first pull of a calendar of 10,000 events, and that of one change, beside gcal-sync's.

Both are programs of their own and ask the same stand-in in the same run, turn by turn: the product
keeps what it reads in its database and tells of each event in its history, gcal-sync keeps it in
memory and asks for whole events. `peak` is the highest memory of the whole program, `idle` what it
held before it asked for anything: the product's has all its models by then. Neither waits for jobs;
what a worker that does, with RQ and its Redis client, holds at its peak is told as well.
"""

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import select

from benchmarks.installation import Installation, environment_for
from benchmarks.report import Report, Series
from emulator import running_emulator
from emulator.account_hand import Person
from emulator.event_body import read as read_body
from emulator.event_store import create
from emulator.serving import RunningEmulator
from webapp.config import Settings
from webapp.db import migrate
from webapp.db.engine import Database
from webapp.db.models import Member, SyncedCalendar
from webapp.domain.keys import Purpose, derived_key
from webapp.services import accounts, google_access, google_connection, sync_runs
from webapp.services.sync_context import SyncTools

ADA = "ada@example.com"
ROOT = Path(__file__).parents[1]
ALONE = ("-m", "benchmarks.pull_here")
IN_A_WORKER = ("-c", "import jobs.worker; from benchmarks.pull_here import main; main()")
SINGLES, SERIES = 9_000, 500
"""Each series has one changed occurrence, so there are 10,000 entries in all."""
LOOKS = 15
ROUNDS = 3
HOUR = dt.timedelta(hours=1)
FIRST = dt.datetime(2026, 1, 5, 8)  # noqa: DTZ001 - a wall clock time.


@dataclass(frozen=True)
class Puller:
    """A program that looks at Google once for each line that it gets."""

    program: subprocess.Popen[str]

    def look(self) -> dict[str, float]:
        """What it took, and what the program knows now."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write("look\n")
        self.program.stdin.flush()
        answer: dict[str, float] = json.loads(self.program.stdout.readline())
        return answer


@dataclass(frozen=True)
class Measured:
    """What one of them took in one round: the first look, then those of one change each."""

    first: dict[str, float]
    requests: int
    changes: list[float]
    change_requests: float

    @property
    def taken_mb(self) -> float:
        """What the pull itself took, at its highest."""
        return self.first["peak_mb"] - self.first["idle_mb"]


@dataclass(frozen=True)
class Pair:
    """One round of both, one after the other."""

    ours: Measured
    theirs: Measured

    @property
    def ratio(self) -> float:
        """How much longer theirs took."""
        return self.theirs.first["seconds"] / self.ours.first["seconds"]


def run() -> Report:
    """One calendar, two programs, turn by turn."""
    with running_emulator() as emulator:
        emulator.google.quota.lift()
        person = emulator.google.account(ADA)
        fill(person)
        pairs = [_pair(emulator, person) for _ in range(ROUNDS)]
        return _report(pairs, _our_turn(emulator, person, IN_A_WORKER))


def _pair(emulator: RunningEmulator, person: Person) -> Pair:
    measured = _our_turn(emulator, person, ALONE)
    with _gcal_sync(person, emulator) as theirs:
        return Pair(measured, _measured(emulator, person, theirs))


def _our_turn(emulator: RunningEmulator, person: Person, program: Sequence[str]) -> Measured:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        with _ours(Path(name), emulator, program) as ours:
            return _measured(emulator, person, ours)


def fill(person: Person) -> None:
    """Single events with a description, and weekly series with one occurrence moved."""
    calendar = person.calendar()
    for number in range(SINGLES + SERIES):
        start = FIRST + dt.timedelta(days=number // 10, hours=number % 10)
        body = {
            "summary": f"Event {number}",
            "description": "Bring the plan, and the minutes of last time. " * 3,
            "location": "Room 2",
            "start": {"dateTime": start.isoformat(), "timeZone": "Europe/Berlin"},
            "end": {"dateTime": (start + HOUR).isoformat(), "timeZone": "Europe/Berlin"},
        }
        if number >= SINGLES:
            body["recurrence"] = ["RRULE:FREQ=WEEKLY;COUNT=20"]
        draft = read_body(body, zone="Europe/Berlin")
        made = create(person.state, calendar.record, draft, creator=ADA)
        if number >= SINGLES:
            second = calendar.instances(made.id, days=14)[1]
            calendar.edit(second["id"], summary="Elsewhere")


def _measured(emulator: RunningEmulator, person: Person, puller: Puller) -> Measured:
    mark = emulator.google.calls.mark()
    first = puller.look()
    requests = emulator.google.calls.count("calendar.events.list", since=mark)
    if first["events"] < SINGLES + 2 * SERIES:
        raise SystemExit(f"only {first['events']} events arrived")
    mark, seconds = emulator.google.calls.mark(), []
    changed = person.calendar().find("Event 17")["id"]
    for number in range(LOOKS):
        person.calendar().edit(changed, location=f"Room {number}")
        seconds.append(puller.look()["seconds"])
    person.calendar().edit(changed, location="Room 2")
    asked = emulator.google.calls.count("calendar.events.list", since=mark)
    return Measured(first, requests, seconds, asked / LOOKS)


@contextmanager
def _ours(folder: Path, emulator: RunningEmulator, program: Sequence[str]) -> Iterator[Puller]:
    """The product's pull, for Ada's calendar, whose tile has just been pressed."""
    environment = environment_for(folder, "redis://127.0.0.1:1/0", emulator.url, 60_000)
    settings = Settings.from_environment(environment)
    migrate.upgrade(settings.database_url)
    here = Installation(settings, Database(settings.database_url), emulator.google)
    member = here.connected_practitioner("Ada")
    calendar_id = _tile(here, member)
    here.database.dispose()
    with _program([sys.executable, *program, calendar_id], os.environ | environment) as puller:
        yield puller


def _tile(here: Installation, member: Member) -> str:
    """The calendar's id, listed and with a run that waits for its worker."""
    tools = SyncTools(
        database=here.database,
        clock=here.now,
        open_client=lambda holder: google_access.client_for(here.settings, here.database, holder),
        event_id_key=derived_key(here.settings.secret_key, Purpose.EVENT_IDS),
        lease_seconds=here.settings.lease_seconds,
    )
    with here.session_of(member) as session:
        connection = google_connection.of_member(session, member_id=member.id)
    if connection is None:
        raise SystemExit("Ada is not connected")
    accounts.list_calendars(tools, connection_id=connection.id)
    with here.session_of(member) as session:
        tile = session.exec(select(SyncedCalendar).where(SyncedCalendar.google_id == ADA)).one()
        sync_runs.start(session, by=member, calendar_id=tile.id, now=here.now())
        return tile.id


@contextmanager
def _gcal_sync(person: Person, emulator: RunningEmulator) -> Iterator[Puller]:
    python = ROOT / ".venv-judges" / "bin" / "python"
    if not python.exists():
        raise SystemExit("gcal-sync is missing: run `make judges`")
    program = ROOT / "tests" / "emulator" / "judges" / "clients" / "gcal_sync_pull.py"
    command = [str(python), "-P", str(program), emulator.url, ADA, person.token(["calendar"])]
    with _program(command, {"PATH": os.environ["PATH"]}) as puller:
        yield puller


@contextmanager
def _program(command: list[str], environment: dict[str, str]) -> Iterator[Puller]:
    program = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Puller(program)
    finally:
        program.kill()
        program.wait()


def _report(pairs: list[Pair], worker: Measured) -> Report:
    ways = {"ours": [one.ours for one in pairs], "gcal-sync": [one.theirs for one in pairs]}
    series, facts = [], dict[str, int | float | str](entries=SINGLES + 2 * SERIES)
    for name, way in ways.items():
        firsts = [one.first["seconds"] for one in way]
        changes = [seconds for one in way for seconds in one.changes]
        series.append(Series(f"first pull, {name}", firsts, len(firsts) / sum(firsts)))
        series.append(Series(f"one change, {name}", changes, len(changes) / sum(changes)))
        facts |= _facts(name, way)
    best = max(pairs, key=lambda pair: pair.ratio)
    middle = sorted(pairs, key=lambda pair: pair.ratio)[len(pairs) // 2]
    ours, theirs = middle.ours, middle.theirs
    ratios = {
        "gcal-sync / ours, time": middle.ratio,
        "gcal-sync / ours, time of the best pair": best.ratio,
        "gcal-sync / ours, requests": theirs.requests / ours.requests,
        "gcal-sync / ours, peak memory": theirs.first["peak_mb"] / ours.first["peak_mb"],
        "gcal-sync / ours, memory that the pull takes": theirs.taken_mb / ours.taken_mb,
        "gcal-sync / ours, one change": (
            statistics.median(theirs.changes) / statistics.median(ours.changes)
        ),
    }
    ratios["gcal-sync / ours in a worker, peak memory"] = (
        theirs.first["peak_mb"] / worker.first["peak_mb"]
    )
    return Report("first_pull", series, ratios, facts)


def _facts(name: str, way: list[Measured]) -> dict[str, int | float | str]:
    """What is no ratio, of the rounds' middle."""
    firsts = {key: statistics.median(one.first[key] for one in way) for key in way[0].first}
    return {
        f"{name} seconds": round(firsts["seconds"], 2),
        f"{name} processor seconds": round(firsts["processor_seconds"], 2),
        f"{name} requests": way[0].requests,
        f"{name} idle MB": round(firsts["idle_mb"], 1),
        f"{name} peak MB": round(firsts["peak_mb"], 1),
        f"{name} requests for a change": way[0].change_requests,
    }
