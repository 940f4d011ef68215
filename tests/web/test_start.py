"""A wrong setting ends the program with one sentence, however it was started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAMS = {
    "gunicorn": [
        "gunicorn",
        "--no-control-socket",
        "--bind",
        "127.0.0.1:0",
        "webapp.app:create_app()",
    ],
    "flask": ["flask", "--app", "webapp.app", "routes"],
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_wrong_setting_ends_it_with_one_sentence(program: str) -> None:
    environ = {**os.environ, "SECRET_KEY": "hunter2"}
    command = [sys.executable, "-m", *PROGRAMS[program]]
    ended = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == 2
    assert "SECRET_KEY must be set to at least 32 random characters." in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stderr + ended.stdout
