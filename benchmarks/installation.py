"""A whole installation on this machine for the benchmarks: database, queue, workers, the stand-in.

Workers and scheduler are the real programs in processes of their own; the stand-in runs here, so
that its call log can be read. Each account is connected through the stand-in's real consent.
"""

import datetime as dt
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests
from sqlmodel import Session, col, select

from demo.children import Child
from demo.valkey import start_valkey
from emulator import running_emulator
from emulator.google import Google
from webapp import queue
from webapp.config import Settings
from webapp.db import migrate
from webapp.db.engine import Database
from webapp.db.models import Member, Practice, SyncMode, SyncRun, SyncSettings
from webapp.db.scope import Scope
from webapp.domain.keys import Purpose, derived_key
from webapp.domain.roles import Role
from webapp.google import oauth
from webapp.google.oauth import Grant
from webapp.queue import doorbell
from webapp.services import google_connection, sync_runs

ZONE = "Europe/Berlin"
VERIFIER = "v" * 64


@dataclass(frozen=True)
class Installation:
    """A running installation without any practice in it yet."""

    settings: Settings
    database: Database
    google: Google
    valkey: Child | None = None
    web: subprocess.Popen[bytes] | None = None
    web_log: Path | None = None

    def now(self) -> dt.datetime:
        """Aware UTC."""
        return dt.datetime.now(dt.UTC)

    def grant(self, account: str) -> Grant:
        """What this Google account grants at the stand-in's consent page."""
        self.google.account(account, zone=ZONE)
        self.google.answer_consent(account)
        address = oauth.authorisation(
            self.settings, state="s", nonce="n", verifier=VERIFIER, login_hint=account
        )
        answer = requests.get(address, allow_redirects=False, timeout=10)
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        return oauth.exchange(
            self.settings, code=code, verifier=VERIFIER, nonce="n", now=self.now()
        )

    def connected_practitioner(self, name: str) -> Member:
        """A practice of its own with one practitioner, two-way chosen and connected."""
        member = self._practitioner(name)
        grant = self.grant(f"{name.lower()}@example.com")
        with self.session_of(member) as session:
            google_connection.finish(
                session, by=member, grant=grant, settings=self.settings, now=self.now()
            )
        return member

    def _practitioner(self, name: str) -> Member:
        with self.database.writing(Scope.installation()) as session:
            practice = Practice(name=f"{name}'s practice", time_zone=ZONE, created_at=self.now())
            session.add(practice)
            session.flush()
            member = Member(
                practice_id=practice.id,
                email=f"{name.lower()}@example.test",
                name=name,
                role=Role.PRACTITIONER,
                has_calendar=True,
                time_zone=ZONE,
                password_hash="",
                created_at=self.now(),
            )
            session.add(member)
            session.flush()
            settings = SyncSettings(
                practice_id=practice.id,
                member_id=member.id,
                is_enabled=True,
                mode=SyncMode.TWO_WAY,
            )
            session.add(settings)
            session.commit()
        return member

    @contextmanager
    def session_of(self, member: Member) -> Iterator[Session]:
        """A writing session in the member's practice."""
        with self.database.writing(Scope.practice(member.practice_id)) as session:
            yield session

    def start_sync(self, member: Member) -> str:
        """Start Sync, as a press of the button; the run's id."""
        with self.session_of(member) as session:
            return sync_runs.start_default(session, by=member, choice="new", now=self.now()).id

    def run(self, member: Member, run_id: str) -> SyncRun:
        """The run as it stands."""
        with self.database.reading(Scope.practice(member.practice_id)) as session:
            return session.exec(select(SyncRun).where(col(SyncRun.id) == run_id)).one()


@contextmanager
def running_installation(
    *,
    workers: int,
    units_per_minute: int,
    chosen: Mapping[str, str] | None = None,
    web_port: int | None = None,
) -> Iterator[Installation]:
    """Everything up, and everything stopped again at the end; `chosen` are further settings.

    With a `web_port` the app is served there, where the stand-in's messages reach it too.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, running_emulator() as emulator:
        folder = Path(name)
        valkey, redis_url = start_valkey(folder, log=folder / "valkey.log")
        emulator.google.knobs.http_push_is_allowed = True
        environment = environment_for(folder, redis_url, emulator.url, units_per_minute)
        environment |= chosen or {}
        settings = Settings.from_environment(environment)
        migrate.upgrade(settings.database_url)
        database = Database(settings.database_url)
        doorbell.connect(redis_url, signing_key=derived_key(settings.secret_key, Purpose.JOBS))
        programs = [
            _program(environment, folder, "jobs.worker", "--workers", str(workers)),
            _program(environment, folder, "jobs.schedule"),
        ]
        web = None
        if web_port is not None:
            door = ("--bind", f"127.0.0.1:{web_port}", "webapp.app:create_app()")
            web = _program(environment, folder, "gunicorn", *door)
            programs.append(web)
        try:
            log = folder / "gunicorn.log"
            yield Installation(settings, database, emulator.google, valkey, web, log)
        finally:
            for program in programs:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
            queue.disconnect()
            database.dispose()
            valkey.kill()


def environment_for(
    folder: Path, redis_url: str, google_url: str, units_per_minute: int
) -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": f"sqlite:///{folder}/practice.sqlite3",
        "REDIS_URL": redis_url,
        "GOOGLE_CLIENT_ID": "benchmarks.apps.googleusercontent.com",
        "GOOGLE_CLIENT_SECRET": "of no use elsewhere",
        "GOOGLE_SERVER_METADATA_URL": f"{google_url}/.well-known/openid-configuration",
        "GOOGLE_API_ROOT": f"{google_url}/",
        "GOOGLE_UNITS_PER_MINUTE": str(units_per_minute),
        "GOOGLE_POLL_SECONDS": "3600",
    }


def _program(environment: dict[str, str], folder: Path, *words: str) -> subprocess.Popen[bytes]:
    with (folder / f"{words[0]}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            env=os.environ | environment,
            start_new_session=True,
            stdout=log,
            stderr=log,
        )
