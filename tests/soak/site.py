"""The programs of one run: started, killed, stopped and replaced from here."""

import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from demo.children import Child, Program, session_members, stop_all
from demo.ports import any_free_port
from demo.programs import Demo
from demo.state import StateFolder, held
from demo.valkey import start_valkey
from emulator import running_emulator
from emulator.serving import RunningEmulator
from tests.cast import CANARY
from webapp.config import Settings

ROOT = Path(__file__).parents[2]
CHOICES = {
    "SWEEP_SECONDS": "2",
    "SYNC_LEASE_SECONDS": "8",
    "GOOGLE_POLL_SECONDS": "15",
    "PYTHONPATH": str(ROOT),
}
SECRETS = re.compile(rf"{CANARY}|ya29\.[\w-]+|1//[\w-]+")
"""What no log and no queue may hold: names, titles, tokens."""

MIGRATIONS = (sys.executable, "-m", "flask", "--app", "webapp.app", "db", "upgrade")


class Site:
    """Web, workers, clock process and Valkey of one installation, and the stand-in beside them."""

    def __init__(self, demo: Demo, emulator: RunningEmulator) -> None:
        self.demo, self.emulator = demo, emulator
        self.valkey, self.redis_url = self._start_valkey()
        self.children: dict[str, Child] = {}
        self.fallen: Counter[str] = Counter()
        self.killed: set[str] = set()
        self.settings = Settings.from_environment(demo.environment(self.redis_url))

    def start(self) -> None:
        """The database's tables, then everything that serves."""
        environment = self.demo.environment(self.redis_url)
        migrations = Program("migrations", MIGRATIONS, environment)
        assert self._start(migrations).wait() == 0, "the migrations failed"
        for program in self.demo.services(self.redis_url):
            self.children[program.name] = self._start(program)

    def tend(self) -> None:
        """Replaces what has ended; what nobody killed is counted as fallen."""
        programs = {one.name: one for one in self.demo.services(self.redis_url)}
        for name, child in list(self.children.items()):
            if child.exit_code is None:
                continue
            if name not in self.killed:
                self.fallen[f"{name} ended with {child.exit_code}"] += 1
            self.killed.discard(name)
            child.kill()
            self.children[name] = self._start(programs[name])

    def workers(self) -> list[int]:
        """The processes that work, without the pool that watches them."""
        leader = self.children["workers"].pid
        return sorted(pid for pid in session_members(leader) if pid != leader)

    def kill(self, name: str) -> None:
        """SIGKILL for a program and all that it started; `tend` starts it again."""
        self.killed.add(name)
        self.children[name].kill()

    def restart_valkey(self) -> None:
        """Killed and started again at the same address, with nothing in it."""
        self.valkey.kill()
        self.valkey, _ = self._start_valkey(self.redis_url)

    def flush_valkey(self) -> None:
        """Everything in it is forgotten."""
        with redis.Redis.from_url(self.redis_url) as server:
            server.flushall()

    def leaks(self) -> list[str]:
        """Where a name, a title or a token stands that must not: a log's name, or the queue."""
        found = [
            path.name
            for path in sorted((self.demo.state.path / "logs").iterdir())
            if SECRETS.search(path.read_text(errors="replace"))
        ]
        with redis.Redis.from_url(self.redis_url) as server:
            held = [server.dump(key) or b"" for key in server.scan_iter()]
        if any(SECRETS.search(bytes(value).decode("latin-1")) for value in held):  # type: ignore[arg-type]
            found.append("the queue")
        return found

    def stop(self) -> None:
        """Everything ends, Valkey last."""
        for pid in self.workers() if "workers" in self.children else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        stop_all(self.children.values(), grace=10)
        stop_all([self.valkey], grace=5)

    def _start(self, program: Program) -> Child:
        return Child(program, log=self.demo.state.log(program.name), cwd=ROOT)

    def _start_valkey(self, url: str = "") -> tuple[Child, str]:
        state = self.demo.state
        return start_valkey(state.path, log=state.log("valkey"), url=url)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Everything running in `folder`, and stopped at the end."""
    with held(folder) as state, running_emulator() as emulator:
        made = Site(_demo(state, emulator), emulator)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def _demo(state: StateFolder, emulator: RunningEmulator) -> Demo:
    caller = {"PATH": os.environ["PATH"], **CHOICES}
    return Demo(caller, state, any_free_port(), int(emulator.url.rpartition(":")[2]))
