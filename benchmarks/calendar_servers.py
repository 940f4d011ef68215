"""Other people's servers of calendars, each running on this machine with the same events.

nginx serves our own bytes as a file, and a WSGI function does under our own gunicorn: that is how
fast Python can be here. Radicale and django-ical live in an environment of their own
(.venv-peers), as their needs are not ours.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from urllib.parse import urlsplit

from demo.ports import any_free_port

HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-peers" / "bin"

Event = tuple[str, str, str, str, str]
"""UID, title, start and end (ISO, UTC), place."""

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; keepalive_requests 100000;
  types {{ text/calendar ics; }}
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""
EVERYBODY = "[all]\nuser: .*\ncollection: .*\npermissions: RrWw\n"
EVENT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//benchmark//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20261101T080000Z\r
DTSTART:{start}\r
DTEND:{end}\r
SUMMARY:{title}\r
LOCATION:{place}\r
END:VEVENT\r
END:VCALENDAR\r
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One server: where the calendar is, and the process that answers."""

    name: str
    address: str
    pid: int

    def memory(self) -> int:
        """Megabytes of the process and its children; what they share counts once (Linux's PSS)."""
        pids = [self.pid, *_children(self.pid)]
        found = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
        lines = [line for one in found for line in one.splitlines() if line.startswith("Pss:")]
        return sum(int(line.split()[1]) for line in lines) // 1024


class Reader:
    """A subscriber that keeps its connection."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self._path = parts.path

    def get(self, **headers: str) -> tuple[float, int, bytes, str]:
        """Seconds, status, body and ETag of one GET."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return self._get(sent)
        except RemoteDisconnected:  # It had waited too long for the slow ones' turn.
            return self._get(sent)

    def _get(self, sent: dict[str, str]) -> tuple[float, int, bytes, str]:
        began = time.perf_counter()
        self._connection.request("GET", self._path, headers=sent)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status not in (200, 304):
            raise SystemExit(f"{self._path[:8]}… answered {answer.status}")
        return time.perf_counter() - began, answer.status, body, answer.getheader("ETag") or ""

    def put(self, name: str, body: str) -> None:
        """Writes one event into a collection."""
        self._connection.request("PUT", self._path + name, body=body)
        self._connection.getresponse().read()


@contextmanager
def nginx(folder: Path, body: bytes) -> Iterator[Server]:
    """Our bytes as a file."""
    port = any_free_port()
    (folder / "www").mkdir()
    (folder / "www" / "calendar.ics").write_bytes(body)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    command = ["/usr/sbin/nginx", "-c", f"{folder}/nginx.conf"]
    with running("nginx", command, f"http://127.0.0.1:{port}/calendar.ics", folder) as server:
        yield server


@contextmanager
def bare(folder: Path, body: bytes) -> Iterator[Server]:
    """Our bytes from a WSGI function of three lines, under the gunicorn that serves the product."""
    port = any_free_port()
    (folder / "bare.ics").write_bytes(body)
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "-b", f"127.0.0.1:{port}"]
    command += ["benchmarks.bare_feed:application"]
    environment = {"BODY": str(folder / "bare.ics")}
    address = f"http://127.0.0.1:{port}/calendar.ics"
    with running("bare WSGI", command, address, folder, environment) as server:
        yield server


@contextmanager
def radicale(folder: Path, events: Sequence[Event]) -> Iterator[Server]:
    """A collection with an item for each event."""
    port = any_free_port()
    collection = folder / "radicale" / "collection-root" / "ada" / "calendar"
    collection.mkdir(parents=True)
    (collection / ".Radicale.props").write_text('{"tag": "VCALENDAR"}')
    (folder / "rights").write_text(EVERYBODY)
    for event in events:
        (collection / f"{event[0]}.ics").write_text(event_text(event), newline="")
    command = [str(PEERS / "radicale"), "--config=", f"--server-hosts=127.0.0.1:{port}"]
    command += [f"--storage-filesystem-folder={folder}/radicale", "--auth-type=none"]
    command += ["--rights-type=from_file", f"--rights-file={folder}/rights"]
    with running("Radicale", command, f"http://127.0.0.1:{port}/ada/calendar/", folder) as server:
        yield server


@contextmanager
def django_ical(folder: Path, events: Sequence[Event]) -> Iterator[Server]:
    """A feed as its documentation has it, under gunicorn with one process."""
    port = any_free_port()
    (folder / "events.json").write_text(json.dumps(events))
    command = [str(PEERS / "gunicorn"), "-k", "gthread", "-w", "1", "--threads", "8"]
    command += ["-b", f"127.0.0.1:{port}", "--chdir", str(HERE), "django_feed:application"]
    address = f"http://127.0.0.1:{port}/calendar.ics"
    environment = {"EVENTS": str(folder / "events.json")}
    with running("django-ical", command, address, folder, environment) as server:
        yield server


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    address: str,
    folder: Path,
    environment: dict[str, str] | None = None,
) -> Iterator[Server]:
    """A server that answers at `address`, stopped at the end."""
    with (folder / f"{name}.log").open("wb") as log:
        program = subprocess.Popen(
            command, env=os.environ | (environment or {}), stdout=log, stderr=log
        )
    try:
        _wait_for(name, address)
        yield Server(name, address, program.pid)
    finally:
        program.terminate()
        program.wait()


def event_text(event: Event) -> str:
    """One event as an iCalendar object."""
    uid, title, start, end, place = event
    plain = {"start": _compact(start), "end": _compact(end)}
    return EVENT.format(uid=uid, title=title, place=place, **plain)


def _compact(moment: str) -> str:
    return moment.replace("-", "").replace(":", "").partition("+")[0] + "Z"


def _wait_for(name: str, address: str) -> None:
    for _ in range(600):
        try:
            Reader(address).get()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{name} did not start")


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]
