"""`python -m demo` as a person runs it: all of it starts, answers, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from demo.ports import any_free_port

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


class RunningDemo:
    """One demo under a supervisor of its own, with free ports and a folder of its own."""

    def __init__(self, folder: Path) -> None:
        port = any_free_port()
        own = {"PORT": str(port), "EMULATOR_PORT": str(port), "DEMO_FOLDER": str(folder)}
        self.address = f"http://127.0.0.1:{port}"
        self._output = folder.with_suffix(".out")
        with self._output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo"],
                cwd=ROOT,
                env={**os.environ, **own},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        assert soon(lambda: "Ctrl-C" in self.said or self.process.poll() is not None, seconds=90)
        assert self.process.poll() is None, self.said

    @property
    def said(self) -> str:
        return self._output.read_text()

    def line(self, word: str) -> str:
        """What it said after `word` at the beginning of a line."""
        lines = (line.strip() for line in self.said.splitlines())
        return next(line.removeprefix(word).strip() for line in lines if line.startswith(word))


@contextmanager
def running(folder: Path) -> Iterator[RunningDemo]:
    demo = RunningDemo(folder)
    try:
        yield demo
    finally:
        demo.process.terminate()
        demo.process.wait(timeout=60)


def soon(holds: Callable[[], bool], *, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def processes() -> dict[int, tuple[int, str]]:
    """Every process of this machine that is not a zombie: its parent and state."""
    rows = subprocess.check_output(["ps", "-A", "-o", "pid=,ppid=,stat="], text=True)
    found = (row.split() for row in rows.splitlines())
    return {int(pid): (int(parent), state) for pid, parent, state in found if state[0] != "Z"}


def descendants(ancestor: int) -> set[int]:
    family, everybody = {ancestor}, processes()
    while more := {pid for pid, (parent, _) in everybody.items() if parent in family} - family:
        family |= more
    return family - {ancestor}


def test_it_starts_all_of_it_stops_without_a_trace_and_keeps_its_data(tmp_path):
    folder = tmp_path / "demo"
    with running(folder) as demo:
        assert demo.line("Open") == f"{demo.address}/"
        assert urlopen(f"{demo.address}/healthz").status == 200
        emulator = demo.line("Google").split()[0]
        assert urlopen(f"{emulator}.well-known/openid-configuration").status == 200
        started = descendants(demo.process.pid)
        assert len(started) >= 8, "web and its 2, workers and their 2, scheduler, emulator, Valkey"
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(timeout=40) == 0
        assert "Traceback" not in demo.said
        assert soon(lambda: not started & processes().keys())
        key = (folder / "secret_key").read_text()
    with running(folder) as again:
        assert urlopen(f"{again.address}/healthz").status == 200
        assert (folder / "secret_key").read_text() == key


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_nothing_of_it_outlives_a_supervisor_that_was_killed(tmp_path):
    with running(tmp_path / "demo") as demo:
        started = descendants(demo.process.pid)
        demo.process.kill()
        demo.process.wait()
        assert soon(lambda: not started & processes().keys(), seconds=40)
