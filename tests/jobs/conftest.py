"""Real worker processes over a real queue, beside an office whose Google is the stand-in."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.story.conftest import connected, office
from tests.story.office import Office
from webapp import queue
from webapp.domain.keys import Purpose, derived_key
from webapp.queue import doorbell

__all__ = ["connected", "office"]

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 40.0


@dataclass
class Machinery:
    """The worker pool and the scheduler of an installation, as processes that can be killed."""

    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_workers(self, count: int = 1) -> None:
        """A pool of `count` workers."""
        self._start("-m", "jobs.worker", "--workers", str(count))

    def start_scheduler(self) -> None:
        """The process that sweeps."""
        self._start("-m", "jobs.schedule")

    def count(self) -> int:
        """How many processes there are: those that were started, and all that they started."""
        groups = {process.pid for process in self.processes}
        return sum(_group(int(one.name)) in groups for one in Path("/proc").glob("[0-9]*"))

    def stop(self, *, within: float) -> None:
        """SIGTERM, as a deploy sends it; raises TimeoutExpired when it takes longer."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(within)
        self.processes.clear()

    def kill(self) -> None:
        """SIGKILL for every process and all that they started: nobody can tidy up."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def _start(self, *arguments: str) -> None:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


@pytest.fixture
def machinery(connected: Office, valkey_url: str) -> Iterator[Machinery]:
    """Nothing runs yet; the test starts what it needs, and rings reach the test's own Valkey."""
    settings = connected.settings
    doorbell.connect(valkey_url, signing_key=derived_key(settings.secret_key, Purpose.JOBS))
    machinery = Machinery(
        {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SECRET_KEY": settings.secret_key,
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": valkey_url,
            "GOOGLE_CLIENT_ID": settings.google_client_id,
            "GOOGLE_CLIENT_SECRET": settings.google_client_secret,
            "GOOGLE_SERVER_METADATA_URL": settings.google_server_metadata_url,
            "GOOGLE_API_ROOT": settings.google_api_root,
            "SYNC_LEASE_SECONDS": "3",
            "SWEEP_SECONDS": "1",
            "GOOGLE_POLL_SECONDS": "2",
        }
    )
    yield machinery
    machinery.kill()
    queue.disconnect()


def eventually(is_true: Callable[[], bool], *, what: str) -> None:
    """Waits for something that real processes do; fails with `what` when it never comes."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        if time.monotonic() > until:
            raise AssertionError(f"it never came to pass that {what}")
        time.sleep(0.05)
