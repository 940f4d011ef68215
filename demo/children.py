"""Child programs: each in a session of its own, read through its log, stopped without a remnant.

A session of its own keeps a terminal's Ctrl-C away from a child: the supervisor alone decides who
stops when. Says nothing to the person at the terminal and does not know which programs there are.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to start: a name for people, the command line, and the whole environment."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]


class Child:
    """One running program, leader of its own session, writing to `log`."""

    def __init__(self, program: Program, *, log: Path, cwd: Path, stdin: bytes = b"") -> None:
        """Start `program`; `stdin` is all it will ever read, and shows in no process list."""
        self.name = program.name
        self.log = log
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                program.argv,
                env=dict(program.env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        assert self._popen.stdin is not None
        self._popen.stdin.write(stdin)
        self._popen.stdin.close()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._popen.poll()

    def wait(self) -> int:
        """Its exit code, when it has ended by itself."""
        return self._popen.wait()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the leader, which tells its own children as it sees fit."""
        if self.exit_code is None:
            self._popen.terminate()

    def kill(self) -> None:
        """End the leader and everything it left behind, at once."""
        for pid in session_members(self.pid):
            _signal(pid, signal.SIGKILL)
        if self.exit_code is None:
            self._popen.kill()
        self._popen.wait()

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def stop_all(children: Iterable[Child], *, grace: float) -> None:
    """Ask all to stop, give them `grace` seconds together, then end whatever is left."""
    asked = list(children)
    for child in asked:
        child.ask_to_stop()
    deadline = time.monotonic() + grace
    while any(child.exit_code is None for child in asked) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in asked:
        child.kill()


def session_members(leader: int) -> list[int]:
    """The processes whose session `leader` opened. RQ's work horses leave its group, not this."""
    return [pid for pid in _all_pids() if pid != os.getpid() and _session_of(pid) == leader]


def _all_pids() -> list[int]:
    proc = Path("/proc")
    if (proc / "self").exists():
        return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
    listed = subprocess.check_output(["/bin/ps", "-A", "-o", "pid="])
    return [int(pid) for pid in listed.split()]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # It may end between being listed and being told.
        os.kill(pid, number)


def _die_with_parent() -> None:
    """On Linux, be asked to stop when the supervisor dies, even by SIGKILL."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
