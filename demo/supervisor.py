"""Starts the demo's programs, watches them, restarts what falls over, and stops all of them.

A request to stop is an event that every wait here listens to, so it works at any moment, also while
the demo is still starting.
"""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

from demo.children import Child, Program, stop_all
from demo.ports import LOOPBACK
from demo.programs import Demo
from demo.valkey import start_valkey

GRACE_SECONDS = 10.0
READY_SECONDS = 60.0
RESTARTS = 3
OTHER_TABLES = 65
"""How a preparation ends that finds tables of another version (webapp/cli.py)."""


class ProgramFailed(RuntimeError):
    """A program ended, or stayed silent; the message names it and ends with its log."""

    def __init__(self, child: Child) -> None:
        code = child.exit_code
        what = "does not answer" if code is None else f"ended with {code}"
        super().__init__(f"{child.name} {what}. Its log ends:\n{child.tail()}")


class KeptByAnotherVersion(RuntimeError):
    """The demo's own data is from another version of its tables."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The demo's data in {folder} is from another version of this program, and this one "
            "cannot go on with it.\n"
            "`make demo-reset` forgets it; `make demo` then begins with new data."
        )


class StopAsked(Exception):
    """Somebody asked to stop while the demo was starting: a request, no fault."""


class Supervisor:
    """One run of the demo. Use as a context: leaving it stops every program, Valkey last."""

    def __init__(
        self, demo: Demo, *, root: Path, stopping: Event, say: Callable[[str], None]
    ) -> None:
        """Programs run in `root`; `stopping` is set to stop; `say` shows a line to the person."""
        self._demo, self._root, self._stopping, self._say = demo, root, stopping, say
        self._valkey: Child | None = None
        self._running: dict[str, Child] = {}
        self._programs: dict[str, Program] = {}
        self._restarts: Counter[str] = Counter()

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        stop_all(self._running.values(), grace=GRACE_SECONDS)
        if self._valkey is not None:
            stop_all([self._valkey], grace=GRACE_SECONDS)

    def start(self) -> None:
        """Start everything and wait until it answers.

        Raises ProgramFailed, KeptByAnotherVersion or StopAsked.
        """
        redis_url = self._redis()
        emulator = self._demo.emulator()
        if emulator is not None:
            self._start(emulator)
        for program in self._demo.preparations(redis_url):
            self._run_to_its_end(program)
        for program in self._demo.services(redis_url):
            self._start(program)
        self._wait_until_ready()

    def watch(self) -> None:
        """Return when asked to stop; raises ProgramFailed when a program keeps falling over."""
        while not self._stopping.wait(0.3):
            self._replace_the_fallen()

    def _redis(self) -> str:
        """The caller's server, or the bundled one."""
        given = self._demo.caller.get("REDIS_URL")
        if given:
            return given
        state = self._demo.state
        self._valkey, url = start_valkey(state.path, log=state.log("valkey"))
        return url

    def _start(self, program: Program) -> Child:
        self._programs[program.name] = program
        log = self._demo.state.log(program.name)
        self._running[program.name] = Child(program, log=log, cwd=self._root)
        return self._running[program.name]

    def _run_to_its_end(self, program: Program) -> None:
        child = self._start(program)
        while child.exit_code is None:
            self._pause(0.02)
        if child.exit_code == OTHER_TABLES and self._demo.has_own_database:
            raise KeptByAnotherVersion(self._demo.state.path)
        if child.exit_code != 0:
            raise ProgramFailed(child)
        del self._running[program.name]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not all(_answers(port, path) for port, path in self._demo.doors):
            self._replace_the_fallen()
            if time.monotonic() > deadline:
                raise ProgramFailed(self._running["web"])
            self._pause(0.1)

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StopAsked

    def _replace_the_fallen(self) -> None:
        if self._valkey is not None and self._valkey.exit_code is not None:
            raise ProgramFailed(self._valkey)
        for name, child in list(self._running.items()):
            if child.exit_code is not None:
                self._replace(name, child)

    def _replace(self, name: str, fallen: Child) -> None:
        if self._restarts[name] == RESTARTS:
            raise ProgramFailed(fallen)
        self._restarts[name] += 1
        self._say(f"{name} ended with {fallen.exit_code}; starting it again.")
        fallen.kill()  # What it started itself must not outlive it.
        self._start(self._programs[name])


def _answers(port: int, path: str) -> bool:
    """True when a GET on this machine is answered 200; asks directly, past any proxy."""
    with closing(HTTPConnection(LOOPBACK, port, timeout=2)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
