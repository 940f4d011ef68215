"""The poll of a running tile against the barest Flask route that makes one query.

Both are answered by the same app under the same server, turn by turn. The poll does what the bare
route does not: it knows who asks, keeps to their practice, and renders the tile.
"""

import datetime as dt
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests
from sqlmodel import select

from benchmarks.report import Report, Series
from demo.ports import any_free_port
from webapp.db import migrate
from webapp.db.demo import seed
from webapp.db.engine import Database
from webapp.db.models import (
    CalendarRole,
    ConnectionState,
    GoogleConnection,
    Member,
    SyncedCalendar,
    SyncMode,
    SyncRun,
    SyncSettings,
)
from webapp.db.scope import Scope
from webapp.domain.run_state import RunState
from webapp.services.passwords import hash_password

ROUNDS = 400
THREADS = 4
PASSWORD = "a password for benchmarks"  # noqa: S105 - of a database that lives for seconds.
EMAIL = "ada@example.test"
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def run() -> Report:
    """Measures both, turn by turn, then under load."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        url = f"sqlite:///{folder}/tiles.sqlite3"
        run_id = _practice_with_a_running_sync(url)
        with _server(url, Path(folder)) as address:
            person = _signed_in(address)
            paths = {
                "one query, nothing else": f"{address}/benchmarks/bare",
                "poll of a running tile": f"{address}/sync-runs/{run_id}",
            }
            seconds = _in_turns(person, list(paths.values()))
            series = [
                Series(name, seconds[path], _per_second(person, path))
                for name, path in paths.items()
            ]
    bare, poll = series
    return Report(
        name="tiles",
        series=series,
        ratios={
            "poll / bare, median": poll.median / bare.median,
            "bare / poll, answers per second": bare.per_second / poll.per_second,
        },
        facts={"rounds": ROUNDS, "threads": THREADS},
    )


def _practice_with_a_running_sync(url: str) -> str:
    """The demo practice with one live run; its id."""
    migrate.upgrade(url)
    now = dt.datetime.now(dt.UTC)
    database = Database(url)
    with database.writing(Scope.installation()) as session:
        seed(session, now=now, password_hash=hash_password(PASSWORD))
        ada = session.exec(select(Member).where(Member.email == EMAIL)).one()
        connection = GoogleConnection(
            practice_id=ada.practice_id,
            member_id=ada.id,
            google_sub="1",
            email="ada@example.com",
            granted_scopes="",
            sealed_token="",
            state=ConnectionState.CONNECTED,
            state_since=now,
            connected_at=now,
        )
        calendar = SyncedCalendar(
            practice_id=ada.practice_id,
            member_id=ada.id,
            connection_id=connection.id,
            role=CalendarRole.DEFAULT,
            name="Practice Calendar",
            is_on=True,
        )
        run = SyncRun(
            practice_id=ada.practice_id,
            calendar_id=calendar.id,
            started_by=ada.id,
            state=RunState.RUNNING,
            done=212,
            total=640,
            created_at=now,
        )
        settings = SyncSettings(
            practice_id=ada.practice_id,
            member_id=ada.id,
            is_enabled=True,
            mode=SyncMode.TWO_WAY,
        )
        for row in (connection, calendar, run, settings):
            session.add(row)
            session.flush()
        session.commit()
        run_id = run.id
    database.dispose()
    return run_id


@contextmanager
def _server(url: str, folder: Path) -> Iterator[str]:
    """gunicorn as in production, with one more route; yields its address."""
    port = any_free_port()
    environment = os.environ | {
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": url,
        "EXTERNAL_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8"]
    command += ["-b", f"127.0.0.1:{port}", "benchmarks.tiles_app:create_app()"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/benchmarks/bare")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            if requests.get(address, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise SystemExit("the server under measurement did not start")


def _signed_in(address: str) -> requests.Session:
    """Ada's session, and the bare route with the same cookies, so that both carry the same."""
    person = requests.Session()
    form = person.get(f"{address}/sign-in", timeout=10).text
    found = CSRF.search(form)
    if found is None:
        raise SystemExit("the sign-in page has no form any more")
    person.post(
        f"{address}/sign-in",
        data={"email": EMAIL, "password": PASSWORD, "csrf_token": found[1]},
        timeout=10,
    ).raise_for_status()
    return person


def _in_turns(person: requests.Session, paths: list[str]) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {path: [] for path in paths}
    for path in paths * 20:
        _ask(person, path)
    for _ in range(ROUNDS):
        for path in paths:
            seconds[path].append(_ask(person, path))
    return seconds


def _per_second(person: requests.Session, path: str) -> float:
    """Answers per second to a few people at once."""
    sessions = []
    for _ in range(THREADS):
        session = requests.Session()
        session.cookies.update(person.cookies)
        sessions.append(session)
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as people:
        list(people.map(lambda one: [_ask(one, path) for _ in range(ROUNDS)], sessions))
    return THREADS * ROUNDS / (time.perf_counter() - began)


def _ask(session: requests.Session, path: str) -> float:
    began = time.perf_counter()
    answer = session.get(path, timeout=10, headers={"HX-Request": "true"})
    took = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return took
