"""`python -m emulator`: its switches, and one line with status 2 when one cannot be right."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20261101T000000Z
DTSTART:20261105T120000Z
SUMMARY:Lunch
END:VEVENT
END:VCALENDAR
"""


@contextmanager
def program(*options: str) -> Iterator[str]:
    """The stand-in as a program of its own; the value is its root."""
    command = [sys.executable, "-m", "emulator", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = next(line for line in running.stdout if line.startswith("Stand-in"))
        try:
            yield line.split()[-1]
        finally:
            running.terminate()


def test_it_imports_a_file_keeps_its_state_and_wears_the_profiles(tmp_path: Path) -> None:
    """Issue 3, use: `--port N [--state FILE] [--import FILE.ics] [--seed N]`."""
    file, state = tmp_path / "work.ics", tmp_path / "state.json"
    file.write_text(CALENDAR.replace("\n", "\r\n"))
    options = [
        *("--state", str(state), "--import", str(file), "--account", "ada@example.com"),
        *("--seed", "7", "--latency", "0.01", "--quotas", "google", "--allow-http-push"),
    ]
    wish = {"user": "ada@example.com", "calendar": "work", "verb": "find", "with": {}}
    wish["with"] = {"summary": "Lunch"}
    ids = []
    for _ in range(2):
        with program(*options) as url:
            found = requests.post(url + "/control/person", json=wish, timeout=20).json()
            quota = requests.get(url + "/control/quota", timeout=20).json()
            knobs = requests.get(url + "/control/knobs", timeout=20).json()
            weather = requests.get(url + "/control/weather", timeout=20).json()
        ids.append(found["result"]["id"])
    assert ids[0] == ids[1]
    assert quota["calendar_writes_per_second"] == 10
    assert (knobs["http_push_is_allowed"], knobs["push_drop_rate"]) == (True, 0.01)
    assert weather["latency"] == 0.01


@pytest.mark.parametrize(
    "options",
    [
        ("--zone", "Mars/Base"),
        ("--latency", "soon"),
        ("--account", "a@example.com", "--import", "nowhere.ics"),
    ],
)
def test_an_option_that_cannot_be_right_is_one_line_and_status_2(options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "emulator", "--port", "0", *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert ended.stderr.startswith("emulator: ")
    assert ended.stderr.count("\n") == 1
