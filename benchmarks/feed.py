"""A calendar address beside nginx with the same bytes as a file, Radicale and django-ical.

One run, turn by turn, one process each, over connections that stay open: GET, GET with
If-None-Match, first GET after one event changed, each change with a GET from nginx right after it.
Other programs on the machine slow down whatever takes longer than a moment, so beside the ratios of
the medians stand those of the fastest tenths: the machine's quiet moments.

Ours is the whole product under gunicorn, with its database, its limits and Redis, and without gzip,
so that all send the same kind of bytes. Beside it stands a bare WSGI function under the same
gunicorn, which nothing written in Python can beat.
"""

import datetime as dt
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session, select

from benchmarks import calendar_servers
from benchmarks.calendar_servers import Event, Reader, Server, event_text
from benchmarks.report import Report, Series
from demo.ports import any_free_port
from demo.valkey import start_valkey
from webapp.config import Settings
from webapp.db import migrate
from webapp.db.engine import Database
from webapp.db.models import Appointment, FeedLink, Member, Practice, SyncMode, SyncSettings
from webapp.db.scope import Scope
from webapp.domain.roles import Role
from webapp.services import feed_links

SIZES = (5_000, 10_000)
PEERS = ("Radicale", "django-ical")
ROUNDS, SLOW_ROUNDS, CHANGES = 150, 5, 60
A_QUARTER = dt.timedelta(minutes=15)
ZONE = "Europe/Berlin"
PLACE = "Room 2, Harbour Street 14"
TITLE = "Supervision with the team from next door, with minutes and a round of questions"


@dataclass(slots=True)
class Timed:
    """Seconds of one server, by what was asked."""

    whole: list[float] = field(default_factory=list)
    unchanged: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    after_a_change: list[float] = field(default_factory=list)
    """nginx's GETs, each right after our first one after a change."""
    megabytes: int = 0


def run() -> Report:
    """Both sizes, one after the other."""
    series: list[Series] = []
    ratios: dict[str, float] = {}
    facts: dict[str, int | float | str] = {"rounds": ROUNDS, "changes": CHANGES}
    facts["load before"] = round(os.getloadavg()[0], 1)
    for size in SIZES:
        found = _measured(size)
        for name, timed in found.items():
            for what in ("whole", "unchanged", "changed"):
                seconds = getattr(timed, what)
                if seconds:
                    label = f"{size} {name}, {what}"
                    series.append(Series(label, seconds, len(seconds) / sum(seconds)))
            facts[f"{size} {name}, MB"] = timed.megabytes
        ratios |= _ratios(size, found)
    facts["load after"] = round(os.getloadavg()[0], 1)
    return Report(name="feed", series=series, ratios=ratios, facts=facts)


def _ratios(size: int, found: dict[str, Timed]) -> dict[str, float]:
    peers = [found[name] for name in PEERS]
    return {
        **{f"{size}: {what}": ratio for what, ratio in _to_nginx(found, _median).items()},
        **{f"{size}, quiet: {what}": ratio for what, ratio in _to_nginx(found, _quiet).items()},
        f"{size}: GET, fastest peer / ours": min(_median(one.whole) for one in peers)
        / _median(found["ours"].whole),
    }


def _to_nginx(found: dict[str, Timed], of: Callable[[list[float]], float]) -> dict[str, float]:
    ours, nginx, bare = found["ours"], found["nginx"], found["bare WSGI"]
    return {
        "GET, ours / nginx": of(ours.whole) / of(nginx.whole),
        "GET, bare WSGI / nginx": of(bare.whole) / of(nginx.whole),
        "304, ours / nginx": of(ours.unchanged) / of(nginx.unchanged),
        "304, bare WSGI / nginx": of(bare.unchanged) / of(nginx.unchanged),
        "first GET after a change, ours / nginx": of(ours.changed) / of(nginx.after_a_change),
    }


def _measured(size: int) -> dict[str, Timed]:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        ours, change = stack.enter_context(_product(folder, size))
        body = Reader(ours.address).get()[2]
        events = _events(size)
        collection = stack.enter_context(calendar_servers.radicale(folder, events))
        servers = [
            ours,
            stack.enter_context(calendar_servers.nginx(folder, body)),
            stack.enter_context(calendar_servers.bare(folder, body)),
            collection,
            stack.enter_context(calendar_servers.django_ical(folder, events)),
        ]
        changes: dict[str, Callable[[int], None]] = {
            "ours": change,
            "Radicale": lambda number: _put(collection, events[number], number),
        }
        return _in_turns(servers, changes)


def _in_turns(servers: list[Server], changes: dict[str, Callable[[int], None]]) -> dict[str, Timed]:
    found = {server.name: Timed() for server in servers}
    readers = {server.name: Reader(server.address) for server in servers}
    for number in range(ROUNDS):
        for name, reader in readers.items():
            is_slow = name in PEERS
            if is_slow and number >= SLOW_ROUNDS:
                continue
            seconds, _, _, etag = reader.get()
            found[name].whole.append(seconds)
            if etag:
                found[name].unchanged.append(reader.get(If_None_Match=etag)[0])
    for number in range(CHANGES):
        for name, change in changes.items():
            if name == "ours" or number < SLOW_ROUNDS:
                change(number)
                found[name].changed.append(readers[name].get()[0])
        found["nginx"].after_a_change.append(readers["nginx"].get()[0])
    for server in servers:
        found[server.name].megabytes = server.memory()
    return found


@contextmanager
def _product(folder: Path, size: int) -> Iterator[tuple[Server, Callable[[int], None]]]:
    """The whole product with `size` events on one calendar, and a way to change one of them."""
    port = any_free_port()
    valkey, redis_url = start_valkey(folder, log=folder / "valkey.log")
    environment = {
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": f"sqlite:///{folder}/practice.sqlite3",
        "EXTERNAL_URL": f"http://127.0.0.1:{port}",
        "REDIS_URL": redis_url,
    }
    settings = Settings.from_environment(environment)
    migrate.upgrade(settings.database_url)
    database = Database(settings.database_url)
    link = _calendar(database, size)
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-w",
        "1",
        "-b",
        f"127.0.0.1:{port}",
        "webapp.app:create_app()",
    ]
    address = feed_links.address(settings, link)
    try:
        with calendar_servers.running("ours", command, address, folder, environment) as server:
            yield server, lambda number: _change(database, number)
    finally:
        valkey.kill()
        database.dispose()


def _calendar(database: Database, size: int) -> FeedLink:
    now = dt.datetime.now(dt.UTC)
    with database.writing(Scope.installation()) as session:
        member = _practitioner(session, now)
        session.add(
            SyncSettings(
                practice_id=member.practice_id,
                member_id=member.id,
                is_enabled=True,
                mode=SyncMode.ONE_WAY,
                includes_location=True,
            )
        )
        session.add_all(_row(member, event, now) for event in _events(size))
        link = feed_links.ensure(session, member=member, now=now)
        session.commit()
    return link


def _practitioner(session: Session, now: dt.datetime) -> Member:
    practice = Practice(name="Harbour Practice", time_zone=ZONE, created_at=now)
    session.add(practice)
    session.flush()
    member = Member(
        practice_id=practice.id,
        email="ada@example.test",
        name="Ada Lind",
        role=Role.PRACTITIONER,
        has_calendar=True,
        time_zone=ZONE,
        password_hash="",
        created_at=now,
    )
    session.add(member)
    session.flush()
    return member


def _row(member: Member, event: Event, now: dt.datetime) -> Appointment:
    uid, title, start, end, place = event
    return Appointment(
        id=uid,
        practice_id=member.practice_id,
        member_id=member.id,
        title=title,
        location=place,
        starts_at=dt.datetime.fromisoformat(start),
        ends_at=dt.datetime.fromisoformat(end),
        time_zone=ZONE,
        created_at=now,
        changed_at=now,
    )


def _change(database: Database, number: int) -> None:
    """One event gets another place, as a service would write it."""
    with database.writing(Scope.installation()) as session:
        row = session.exec(select(Appointment).where(Appointment.id == f"e{number:06d}")).one()
        row.location = f"Room {number}"
        row.sequence += 1
        row.version += 1
        session.add(row)
        session.commit()


def _put(server: Server, event: Event, number: int) -> None:
    uid, title, start, end, _ = event
    changed = (uid, title, start, end, f"Room {number}")
    Reader(server.address).put(f"{uid}.ics", event_text(changed))


def _events(size: int) -> list[Event]:
    first = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    found: list[Event] = []
    for number in range(size):
        start = first + number * A_QUARTER
        end = start + A_QUARTER
        title = f"{TITLE} {number}"
        found.append((f"e{number:06d}", title, start.isoformat(), end.isoformat(), PLACE))
    return found


def _median(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


def _quiet(seconds: list[float]) -> float:
    """The slowest of the fastest tenth."""
    return sorted(seconds)[len(seconds) // 10]
