"""The supervisor with small real programs in the place of the product's."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from demo.children import Program, session_members
from demo.ports import any_free_port
from demo.programs import Demo
from demo.state import held
from demo.supervisor import OTHER_TABLES, KeptByAnotherVersion, ProgramFailed, StopAsked, Supervisor
from webapp import cli

SERVE = """
import http.server, sys
class Ok(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ok).serve_forever()
"""
# Like a pool of workers: a child of its own, which ignores a polite request.
STUBBORN = """
import os, signal, time
if os.fork() == 0:
    os.setpgrp()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""


def python(name: str, code: str, *words: str) -> Program:
    return Program(name, (sys.executable, "-c", code, *words), dict(os.environ))


@dataclass(frozen=True)
class SmallDemo(Demo):
    """The real supervisor's demo, made of programs that this module brings."""

    before: list[Program] = field(default_factory=list)
    beside: list[Program] = field(default_factory=list)

    def preparations(self, redis_url: str) -> list[Program]:
        return self.before

    def services(self, redis_url: str) -> list[Program]:
        return [python("web", SERVE, str(self.port)), *self.beside]


@pytest.fixture
def supervise(tmp_path):
    """Makes a supervisor of a small demo; what it says is in `supervise.said`."""
    with held(tmp_path) as state:

        def make(*, before=(), beside=()):
            demo = SmallDemo({}, state, any_free_port(), None, list(before), list(beside))
            make.stopping = threading.Event()
            return Supervisor(demo, root=tmp_path, stopping=make.stopping, say=make.said.append)

        make.said = []
        yield make


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes true within ten seconds; a killed process takes a moment to be gone."""
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def start_and_watch(supervisor: Supervisor) -> None:
    supervisor.start()
    supervisor.watch()


def pids_of(supervisor: Supervisor) -> list[int]:
    leaders = [child.pid for child in supervisor._running.values()]
    return [*leaders, supervisor._valkey.pid]


def test_it_leaves_no_process_even_when_one_hides_in_a_group_of_its_own(supervise):
    with supervise(beside=[python("workers", STUBBORN)]) as supervisor:
        supervisor.start()
        leaders = pids_of(supervisor)
        assert soon(lambda: len(session_members(leaders[1])) == 2)
    assert soon(lambda: not any(session_members(leader) for leader in leaders))


def test_it_starts_a_fallen_program_again_and_says_so(supervise):
    with supervise(beside=[python("workers", "import time; time.sleep(60)")]) as supervisor:
        supervisor.start()
        first = supervisor._running["workers"]
        first.kill()
        threading.Timer(1.0, supervise.stopping.set).start()
        supervisor.watch()
        assert supervisor._running["workers"].exit_code is None
    assert supervise.said == ["workers ended with -9; starting it again."]


def test_it_gives_up_on_a_program_that_keeps_falling_and_shows_its_log(supervise):
    hopeless = python("workers", "print('no such table'); raise SystemExit(3)")
    with supervise(beside=[hopeless]) as supervisor:
        with pytest.raises(ProgramFailed, match=r"(?s)workers ended with 3.*no such table"):
            start_and_watch(supervisor)
    assert len(supervise.said) == 3


def test_it_does_not_serve_when_a_preparation_fails(supervise):
    with (
        supervise(before=[python("migrations", "raise SystemExit('broken')")]) as supervisor,
        pytest.raises(ProgramFailed, match=r"(?s)migrations ended with 1.*broken"),
    ):
        supervisor.start()
    assert "web" not in supervisor._running


def test_it_stops_at_once_when_asked_in_the_middle_of_a_preparation(supervise):
    began = time.monotonic()
    with supervise(before=[python("migrations", "import time; time.sleep(60)")]) as supervisor:
        threading.Timer(0.5, supervise.stopping.set).start()
        with pytest.raises(StopAsked):
            supervisor.start()
    assert time.monotonic() - began < 8


def test_data_of_another_version_is_named_with_the_way_to_start_anew(supervise):
    old = python("seed", "raise SystemExit(65)")
    with (
        supervise(before=[old]) as supervisor,
        pytest.raises(KeptByAnotherVersion, match=r"(?s)from another version.*make demo-reset"),
    ):
        supervisor.start()
    assert "web" not in supervisor._running


def test_a_database_that_the_caller_brought_is_not_the_demo_s_to_forget(supervise):
    with supervise(before=[python("seed", "raise SystemExit(65)")]) as supervisor:
        supervisor._demo.caller["DATABASE_URL"] = "sqlite:////elsewhere.sqlite3"
        with pytest.raises(ProgramFailed, match="seed ended with 65"):
            supervisor.start()


def test_it_knows_how_the_seed_ends_over_other_tables():
    assert OTHER_TABLES == cli.OTHER_TABLES
