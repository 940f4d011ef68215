"""Runs a program of `clients/` in the judges' environment and reads the JSON it prints."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-judges" / "bin" / "python"
PROGRAMS = Path(__file__).parent / "clients"
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR")


def run(program: str, *arguments: str, text: str | None = None) -> Any:
    """What `clients/<program>` printed; its own traceback is the message when it fails.

    It gets no setting of ours: no proxy, no path into this repository.
    """
    assert PYTHON.exists(), "the judges' environment is missing: run `make judges`"
    done = subprocess.run(
        [PYTHON, "-P", PROGRAMS / program, *arguments],
        input=text,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
