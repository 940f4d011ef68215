"""calcurse, from Debian: reads a calendar as its own and lists it. Asked and answered in JSON.

It knows one zone, the machine's, and repeats every series in that; so this machine is in Berlin. It
knows no RECURRENCE-ID, and shows a moved session where it was as well. Whatever it could not read,
it says in a log; then this fails.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ZONE = "Europe/Berlin"
FORMATS = {
    "--format-apt": "%(start:%s) %(end:%s) %m\n",
    "--format-recur-apt": "%(start:%s) %(end:%s) %m\n",
    "--format-event": "day day %m\n",
    "--format-recur-event": "day day %m\n",
}


def listed(path: str, after: dt.date, before: dt.date) -> list[tuple[str, str, str]]:
    """Start, end and title of whatever takes place, day by day."""
    with tempfile.TemporaryDirectory() as folder:
        calendar = ["calcurse", "-D", folder, "-C", folder]
        said(folder, [*calendar, "-q", "-i", path])
        window = ["--from", f"{after:%m/%d/%Y}", "--to", f"{before:%m/%d/%Y}"]
        formats = [word for pair in FORMATS.items() for word in pair]
        text = said(folder, [*calendar, "-Q", "--filter-type", "cal", *window, *formats])
    rows, day = [], after
    for line in filter(None, text.splitlines()):
        if line.endswith(":") and len(line) == 9:
            day = a_day(line, "%m/%d/%y:")
        else:
            start, end, title = line.split(" ", 2)
            rows.append((written(start, day), written(end, day + dt.timedelta(1)), title))
    return rows


def said(folder: str, command: list[str]) -> str:
    """What it printed. Ends the program when something was left out."""
    done = subprocess.run(
        command, env={**os.environ, "TZ": ZONE, "TMPDIR": folder}, capture_output=True, text=True
    )
    logs = [log.read_text() for log in Path(folder).glob("calcurse_log*")]
    if done.returncode or logs or "could not be imported" in done.stdout + done.stderr:
        sys.exit(done.stdout + done.stderr + "".join(logs))
    return done.stdout


def written(second: str, day: dt.date) -> str:
    """As the other engines write it: UTC, or a day."""
    if second == "day":
        return f"{day:%Y%m%d}"
    return dt.datetime.fromtimestamp(int(second), dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def a_day(text: str, form: str) -> dt.date:
    """The day that is written so."""
    return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()


asked = json.load(sys.stdin)
after, before = (a_day(asked[key], "%Y%m%d") for key in ("after", "before"))
print(json.dumps([listed(path, after, before) for path in asked["paths"]]))
