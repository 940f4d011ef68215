"""Runs other people's programs on feeds and says what they list.

Each is a program of its own, in its own environment: JSON in, JSON out, as python_engines.py has
it. `ENGINES=all` (`make engines`) asks for those that come from npm and from Debian too.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.feeds.engines.practices import FIRST_DAY, LAST_DAY, Row

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PYTHON = str(ROOT / ".venv-engines" / "bin" / "python")
MORE = ROOT / ".engines"

FROM_PYPI = {
    name: [PYTHON, "-W", "ignore", str(HERE / "python_engines.py"), name]
    for name in ("icalendar", "ical", "vobject", "khal")
}
FROM_ELSEWHERE = {
    "ical.js": ["node", "ical_js.mjs"],
    "node-ical": ["node", "node_ical.mjs"],
    "libecal": ["/usr/bin/python3", str(HERE / "libecal.py")],
    "KCalendarCore": [str(MORE / "kcalendarcore")],
    "sabre": ["php", str(HERE / "sabre.php")],
}
KNOWS_ONE_ZONE = {"calcurse": ["/usr/bin/python3", str(HERE / "calcurse.py")]}
PARSES_ONLY = {"ruby-icalendar": ["ruby", str(HERE / "ruby_icalendar.rb")]}

IS_ALL = os.environ.get("ENGINES") == "all"
ENGINES = {**FROM_PYPI, **(FROM_ELSEWHERE if IS_ALL else {})}


class EngineRefused(AssertionError):
    """An engine did not read a calendar; the message is what it said."""


def listed(
    name: str,
    feeds: Sequence[bytes],
    folder: Path,
    *,
    after: str = f"{FIRST_DAY:%Y%m%d}",
    before: str = f"{LAST_DAY:%Y%m%d}",
) -> list[list[Row]]:
    """What the engine lists of each feed, in order; window as days of UTC. Raises `EngineRefused`.

    An engine may list more than the window; only starts within it are returned.
    """
    paths = []
    for number, octets in enumerate(feeds):
        path = folder / f"{number}.ics"
        path.write_bytes(octets)
        paths.append(str(path))
    asked = json.dumps({"after": after, "before": before, "paths": paths})
    found = run({**FROM_PYPI, **FROM_ELSEWHERE, **KNOWS_ONE_ZONE, **PARSES_ONLY}[name], asked)
    return [
        sorted(tuple(one) for one in rows if after <= one[0] < before) for rows in json.loads(found)
    ]


def run(command: list[str], asked: str) -> str:
    """One program's answer. JavaScript is read from where its packages are."""
    is_node = command[0] == "node"
    if is_node:
        for program in HERE.glob("*.mjs"):
            (MORE / program.name).write_text(program.read_text())
    done = subprocess.run(
        command,
        input=asked,
        cwd=MORE if is_node else None,
        env={**os.environ, "TZ": "UTC", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=540,
    )
    if done.returncode != 0:
        raise EngineRefused(done.stderr.strip()[-800:])
    return done.stdout
